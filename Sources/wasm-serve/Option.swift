/// One option: all that parsing, help, manual page and completions know of it.
struct Option: Sendable {
  /// What a shell offers for the value.
  enum Completion: Sendable {
    case nothing, file, directory
    case words([String])
  }

  /// Without the hyphens.
  let name: String
  /// The short form, as in `-o`.
  let letter: Character?
  /// The name of the value; nil for a flag.
  let value: String?
  let help: String
  /// What holds without the option, when that can be said in a word.
  let initial: String?
  /// Each one counts; of any other option the last one does.
  let isRepeatable: Bool
  let completion: Completion
  /// - Throws: `BadValue`.
  let take: @Sendable (inout Options, String) throws -> Void

  init(
    _ name: String, letter: Character? = nil, _ value: String, _ help: String,
    initial: String? = nil, isRepeatable: Bool = false, completion: Completion = .nothing,
    take: @escaping @Sendable (inout Options, String) throws -> Void
  ) {
    self.name = name
    self.letter = letter
    self.value = value
    self.help = help
    self.initial = initial
    self.isRepeatable = isRepeatable
    self.completion = completion
    self.take = take
  }

  init(
    flag name: String, letter: Character? = nil, _ help: String,
    take: @escaping @Sendable (inout Options) -> Void
  ) {
    self.name = name
    self.letter = letter
    value = nil
    self.help = help
    initial = nil
    isRepeatable = false
    completion = .nothing
    self.take = { options, _ in take(&options) }
  }

  /// `--memory SIZE`; `-o, --output FILE`.
  var synopsis: String {
    (letter.map { "-\($0), " } ?? "") + "--\(name)" + (value.map { " \($0)" } ?? "")
  }

  /// The help, and in brackets what else there is to say.
  var description: String {
    let notes = [initial.map { "default: \($0)" }, isRepeatable ? "repeatable" : nil]
      .compactMap(\.self)
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}

/// A value that an option does not take: says what it must be, or what is wrong with it.
struct BadValue: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

/// What `read` makes of a text.
///
/// - Parameter expected: what it must be, for the message.
func read<Value>(
  _ text: String, _ expected: String, as read: (String) -> Value?
) throws -> Value {
  guard let value = read(text) else { throw BadValue("must be \(expected)") }
  return value
}
