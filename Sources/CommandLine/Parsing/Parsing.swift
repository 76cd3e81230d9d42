/// A command line that is understood.
public struct ParsedLine<Settings> {
  public enum Request: Sendable {
    /// Do what the command is for.
    case perform
    case help, version
  }

  public let command: Command<Settings>
  public var settings: Settings
  public var request = Request.perform
}

extension CommandTable {
  /// Understands the words of a command line.
  ///
  /// - Parameters:
  ///   - words: without the program's name.
  ///   - settings: what holds where the words say nothing.
  public func parse(
    _ words: [String], into settings: Settings
  ) throws(UsageError) -> ParsedLine<Settings> {
    var words = words[...]
    let named = commands.first { $0.name == words.first }
    if named != nil { words.removeFirst() }
    var line = ParsedLine(command: named ?? commands[0], settings: settings)
    var operands: [String] = []
    while let word = words.popFirst() {
      if word == "--" {
        if let takeArguments = line.command.takeArguments {
          takeArguments(&line.settings, Array(words))
        } else {
          operands += words
        }
        break
      }
      // A hyphen alone is a name: by custom, of a standard stream.
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      try take(word, followedBy: &words, into: &line)
      // Help is for those whose other words may be wrong.
      if line.request != .perform { return line }
    }
    try take(operands: operands, into: &line)
    return line
  }

  private func take(
    _ word: String, followedBy words: inout ArraySlice<String>,
    into line: inout ParsedLine<Settings>
  ) throws(UsageError) {
    let equals = word.hasPrefix("--") ? word.firstIndex(of: "=") : nil
    let form = String(word[..<(equals ?? word.endIndex)])
    guard let option = options(of: line.command).first(where: { $0.forms.contains(form) }) else {
      throw unknownOption(form, of: line.command)
    }
    guard option.value != nil else {
      guard equals == nil else { throw UsageError("\(form) takes no value") }
      switch option.name {
      case "help": line.request = .help
      case "version": line.request = .version
      default: try take("", for: "--\(option.name)", by: option.take, into: &line)
      }
      return
    }
    let value: String
    if let equals {
      value = String(word[word.index(after: equals)...])
    } else if let next = words.popFirst() {
      value = next
    } else {
      throw UsageError("\(form) needs a value: \(option.synopsis)")
    }
    try take(value, for: "--\(option.name)", by: option.take, into: &line)
  }

  private func take(
    _ value: String, for name: String, by take: Option<Settings>.Take,
    into line: inout ParsedLine<Settings>
  ) throws(UsageError) {
    do throws(InvalidValue) {
      try take(&line.settings, value)
    } catch {
      throw UsageError("\(name) '\(value)': \(error.reason)")
    }
  }

  private func take(
    operands: [String], into line: inout ParsedLine<Settings>
  ) throws(UsageError) {
    guard let operand = line.command.operand else {
      if let first = operands.first {
        throw UsageError("\(line.command.name) takes no '\(first)'")
      }
      return
    }
    guard let word = operands.first else {
      throw UsageError("\(operand.name) is missing: \(synopsis(of: line.command))")
    }
    if operands.count > 1 {
      if isFirst(line.command), let nearest = nearest(to: word, of: commands.map(\.name)) {
        throw UsageError("there is no command '\(word)': did you mean \(nearest)?")
      }
      let hint =
        line.command.takeArguments == nil
        ? "" : ": put the \(operand.name.lowercased())'s own arguments after --"
      throw UsageError("one \(operand.name) is enough, '\(operands[1])' is another\(hint)")
    }
    try take(word, for: operand.name, by: operand.take, into: &line)
  }

  private func unknownOption(_ form: String, of command: Command<Settings>) -> UsageError {
    let other = commands.first { $0.options.contains { $0.forms.contains(form) } }
    if let other {
      return UsageError("\(form) is an option of \(other.name), not of \(command.name)")
    }
    if let replacement = replacement(form) {
      return UsageError("unknown option \(form): did you mean \(replacement)?")
    }
    let names = options(of: command).map { "--\($0.name)" }
    guard let nearest = nearest(to: form, of: names, orWithin: 2) else {
      return UsageError("unknown option \(form): see \(program) --help")
    }
    return UsageError("unknown option \(form): did you mean \(nearest)?")
  }

  /// The name that a misspelt word is likely to mean; nil when even the nearest name differs in more than a third of
  /// its letters, and in more than `few`.
  private func nearest(to word: String, of names: [String], orWithin few: Int = 0) -> String? {
    let nearest = names.map { (name: $0, distance: editDistance($0, word)) }
      .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= max(few, nearest.name.count / 3) else { return nil }
    return nearest.name
  }
}
