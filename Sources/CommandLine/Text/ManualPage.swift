extension CommandTable {
  /// The manual page of section 1, in the macros of man(7).
  public var manualPage: String {
    var page = Page()
    page.title(program, date: manual.date, version: version)
    page.section("NAME")
    page.text("\(program) - \(purpose)")
    page.section("SYNOPSIS")
    for (place, command) in commands.enumerated() {
      if place > 0 { page.line(".br") }
      page.text(synopsis(of: command))
    }
    page.section("DESCRIPTION")
    page.paragraphs(commands[0].details)
    page.section("OPTIONS")
    page.entries(options(of: commands[0]).map { Entry($0.synopsis, $0.description) })
    page.section("COMMANDS")
    for command in commands.dropFirst() {
      page.line(".SS \(command.name)")
      page.text(command.summary)
      page.paragraphs(command.details, areFirst: false)
      page.entries(command.options.map { Entry($0.synopsis, $0.description) })
    }
    page.section("EXIT STATUS")
    page.entries(exitStatuses)
    page.section("ENVIRONMENT")
    for variables in manual.environment {
      page.line(".SS \(variables.title)")
      page.text(variables.text)
      page.entries(variables.entries)
    }
    page.section("FILES")
    page.entries(manual.files)
    page.section("EXAMPLES")
    page.entries(manual.examples)
    page.section("SEE ALSO")
    page.text(manual.seeAlso)
    return page.content
  }

  /// A page that grows line by line.
  private struct Page {
    private(set) var content = ""

    mutating func line(_ text: String) { content += text + "\n" }

    mutating func title(_ program: String, date: String, version: String) {
      line(".TH \(escaped(program.uppercased())) 1 \(date) \"\(escaped(program)) \(version)\"")
    }

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

    mutating func entries(_ entries: [Entry]) {
      for entry in entries {
        line(".TP")
        line("\\fB\(escaped(entry.term))\\fR")
        text(entry.meaning)
      }
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
}
