/// The words of the command line, understood.
struct Invocation {
  enum Request {
    case execute, help, version
  }

  private(set) var command = Command.run
  private(set) var options = Options()
  private(set) var request = Request.execute

  /// Flags of all commands.
  static let common = [
    Option(flag: "help", letter: "h", "Show the help of the command.") { _ in },
    Option(flag: "version", "Show the version.") { _ in },
  ]

  /// - Parameter words: without the program's name.
  init(_ words: [String]) throws(UsageError) {
    var words = words[...]
    if let command = words.first.flatMap(Command.init(rawValue:)) {
      self.command = command
      words.removeFirst()
    }
    var operands: [String] = []
    while let word = words.popFirst() {
      if word == "--" {
        if command.takesArguments { options.arguments = Array(words) } else { operands += words }
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      try take(word, &words)
      if request != .execute { return }
    }
    try setOperand(operands)
  }

  private mutating func take(
    _ word: String, _ following: inout ArraySlice<String>
  ) throws(UsageError) {
    let equals = word.hasPrefix("--") ? word.firstIndex(of: "=") : nil
    let written = String(word[..<(equals ?? word.endIndex)])
    let known = command.options + Invocation.common
    guard let option = known.first(where: { $0.isWritten(written) }) else {
      throw unknown(written, known)
    }
    guard option.value != nil else {
      guard equals == nil else { throw UsageError("\(written) takes no value") }
      switch option.name {
      case "help": request = .help
      case "version": request = .version
      default: try apply(option, "")
      }
      return
    }
    if let equals {
      try apply(option, String(word[word.index(after: equals)...]))
    } else if let value = following.popFirst() {
      try apply(option, value)
    } else {
      throw UsageError("\(written) needs a value: \(option.synopsis)")
    }
  }

  private mutating func apply(_ option: Option, _ value: String) throws(UsageError) {
    do {
      try option.take(&options, value)
    } catch {
      let reason = (error as? BadValue)?.reason ?? "\(error)"
      throw UsageError("--\(option.name) '\(value)': \(reason)")
    }
  }

  private func unknown(_ written: String, _ known: [Option]) -> UsageError {
    let names = known.map { "--\($0.name)" }
    let near = names.map { (name: $0, distance: editDistance($0, written)) }
      .min { $0.distance < $1.distance }
    let other = Command.allCases.first { command in
      command != self.command && command.options.contains { $0.isWritten(written) }
    }
    if let other {
      return UsageError("\(written) is an option of \(other.rawValue), not of \(command.rawValue)")
    }
    guard let near, near.distance <= max(2, near.name.count / 3) else {
      return UsageError("unknown option \(written): see wasm-serve --help")
    }
    return UsageError("unknown option \(written): did you mean \(near.name)?")
  }

  private mutating func setOperand(_ operands: [String]) throws(UsageError) {
    guard let name = command.operand else {
      if let first = operands.first {
        throw UsageError("\(command.rawValue) takes no '\(first)'")
      }
      return
    }
    guard let operand = operands.first else {
      throw UsageError("\(name) is missing: \(command.synopsis)")
    }
    if operands.count > 1 {
      let hint = command.takesArguments ? ": put the module's own arguments after --" : ""
      throw UsageError("one \(name) is enough, '\(operands[1])' is another\(hint)")
    }
    options.operand = operand
  }
}

extension Option {
  fileprivate func isWritten(_ word: String) -> Bool {
    word == "--\(name)" || letter.map { word == "-\($0)" } == true
  }
}

/// A command line that cannot be understood: one plain line.
struct UsageError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// How many characters must be inserted, removed or changed to make one text of the other
/// (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second.utf8)
  var row = Array(0...second.count)
  for (i, a) in first.utf8.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in second.enumerated() {
      let change = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, row[j] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
