extension CommandTable {
  /// `--help`: the command's synopsis, its options and what else there is to know.
  public func help(for command: Command<Settings>) -> String {
    var text = "\(command.summary)\n\nUSAGE: \(synopsis(of: command))\n"
    if isFirst(command) {
      for other in commands.dropFirst() { text += "       \(synopsis(of: other))\n" }
    }
    for paragraph in command.details { text += "\n" + wrapped(paragraph, indentation: 0) }
    text += "\nOPTIONS:\n"
    for option in options(of: command) {
      // Long forms stand below each other.
      let synopsis = (option.letter == nil ? "    " : "") + option.synopsis
      text += entry(synopsis, option.description, column: 28)
    }
    guard isFirst(command) else { return text }
    if let other = commands.dropFirst().first {
      text += "\nCOMMANDS:\n"
      for command in commands { text += entry(command.name, command.summary, column: 28) }
      text +=
        "  (\(program) COMMAND --help tells more; ./\(other.name) is a file of that name)\n"
    }
    text += "\nEXIT STATUS:\n"
    for status in exitStatuses { text += entry(status.term, status.meaning, column: 13) }
    return text
  }
}

/// A term and its description beside it, or below when the term is too long.
private func entry(_ term: String, _ description: String, column: Int) -> String {
  let lines = wrapped(description, indentation: column)
  let start = "  \(term)"
  guard start.count + 2 <= column else { return start + "\n" + lines }
  return start + lines.dropFirst(start.count)
}

/// Lines as wide as a terminal is at the least.
private func wrapped(_ text: String, indentation: Int, width: Int = 80) -> String {
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
