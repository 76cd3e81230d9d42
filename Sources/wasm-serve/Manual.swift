/// The manual page wasm-serve(1), from the tables: `wasm-serve manual`. In the macros of man(7).
enum Manual {
  static var page: String {
    var page = Page()
    page.line(".TH WASM\\-SERVE 1 \(releaseDate) \"wasm\\-serve \(version)\"")
    page.section("NAME")
    page.text("wasm-serve - runs a WebAssembly module that opens its own sockets")
    page.section("SYNOPSIS")
    for (place, command) in Command.allCases.enumerated() {
      if place > 0 { page.line(".br") }
      page.text(command.synopsis)
    }
    page.section("DESCRIPTION")
    page.paragraphs(Command.run.discussion)
    page.section("OPTIONS")
    page.options(Command.run.options + Invocation.common)
    page.section("COMMANDS")
    for command in Command.allCases.dropFirst() {
      page.line(".SS \(command.rawValue)")
      page.text(command.summary)
      page.paragraphs(command.discussion, areFirst: false)
      page.options(command.options)
    }
    page.section("EXIT STATUS")
    for (status, meaning) in ExitStatus.meanings { page.entry(status, meaning) }
    page.section("FILES")
    page.entry(
      "~/.cache/wasm-serve", "Compiled modules, if nobody else may write there.")
    page.section("EXAMPLES")
    for (meaning, command) in examples { page.entry(meaning, command) }
    page.section("SEE ALSO")
    page.text("curl(1), systemd.service(5), systemd.socket(5)")
    return page.content
  }

  private static let examples = [
    ("Serve on port 8080:", "wasm-serve --env PORT=8080 http_server.wasm"),
    (
      "Compile for an image, and run that:",
      "wasm-serve compile http_server.wasm && wasm-serve http_server.module"
    ),
    ("What does a module want?", "wasm-serve inspect http_server.wasm"),
  ]
}

private struct Page {
  private(set) var content = ""

  mutating func line(_ text: String) { content += text + "\n" }

  mutating func section(_ name: String) { line(".SH \(name)") }

  /// Text in which nothing is a request or an escape. Each sentence begins a line, as man-pages(7)
  /// asks.
  mutating func text(_ text: String) {
    var line = ""
    for word in text.split(separator: " ") {
      if line.hasSuffix(".") || line.count + word.count > 70 {
        self.line(escaped(line))
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    self.line(escaped(line))
  }

  mutating func paragraphs(_ paragraphs: [String], areFirst: Bool = true) {
    for (place, paragraph) in paragraphs.enumerated() {
      if place > 0 || !areFirst { line(".PP") }
      text(paragraph)
    }
  }

  mutating func options(_ options: [Option]) {
    for option in options { entry(option.synopsis, option.description) }
  }

  mutating func entry(_ term: String, _ description: String) {
    line(".TP")
    line("\\fB\(escaped(term))\\fR")
    text(description)
  }

  private func escaped(_ text: String) -> String {
    var result = text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" : ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "~": result += "\\(ti"
      default: result.append(character)
      }
    }
    return result
  }
}
