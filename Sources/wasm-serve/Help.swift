/// `--help`: the command's synopsis, options and what else there is to know, from the tables.
enum Help {
  private static let width = 80
  private static let column = 28

  static func text(of command: Command) -> String {
    var text = "\(command.summary)\n\nUSAGE: \(command.synopsis)\n"
    if command == .run {
      for other in Command.allCases.dropFirst() { text += "       \(other.synopsis)\n" }
    }
    for paragraph in command.discussion { text += "\n" + wrapped(paragraph, indentation: 0) }
    text += "\nOPTIONS:\n"
    for option in command.options + Invocation.common {
      text += entry((option.letter == nil ? "    " : "") + option.synopsis, option.description)
    }
    guard command == .run else { return text }
    text += "\nCOMMANDS:\n"
    for command in Command.allCases { text += entry(command.rawValue, command.summary) }
    text += "  (wasm-serve COMMAND --help tells more; ./compile is a module's file)\n"
    text += "\nEXIT STATUS:\n"
    for (status, meaning) in ExitStatus.meanings { text += entry(status, meaning, column: 13) }
    return text
  }

  /// A term and its description beside it, or below when the term is too long.
  private static func entry(_ term: String, _ description: String, column: Int = column) -> String {
    let lines = wrapped(description, indentation: column)
    let start = "  \(term)"
    guard start.count + 2 <= column else { return start + "\n" + lines }
    return start + lines.dropFirst(start.count)
  }

  private static func wrapped(_ text: String, indentation: Int) -> String {
    let margin = String(repeating: " ", count: indentation)
    var result = ""
    var line = margin
    for word in text.split(separator: " ") {
      if line.count > indentation, line.count + 1 + word.count > width {
        result += line + "\n"
        line = margin
      }
      line += (line.count > indentation ? " " : "") + word
    }
    return result + line + "\n"
  }
}
