/// One option of a command: all that parsing, help, manual page and completions know of it.
///
///     Option("memory", "SIZE", "The most memory.", standard: "256M") { settings, text in
///       settings.memory = try read(text, "a size, as 64M or 1G", as: ByteSize.init)
///     }
public struct Option<Settings>: Sendable {
  /// What is done with a value; `InvalidValue` says why it cannot be taken.
  public typealias Take = @Sendable (inout Settings, String) throws(InvalidValue) -> Void

  /// Without the hyphens.
  let name: String
  /// The short form, as in `-o`.
  let letter: Character?
  /// The name of the value; nil for a flag.
  let value: String?
  let help: String
  /// What holds without the option, when that can be said in a few words.
  let standard: String?
  /// Each one counts; of any other option the last one does.
  let isRepeatable: Bool
  let completion: Completion
  let take: Take

  /// An option with a value.
  public init(
    _ name: String, letter: Character? = nil, _ value: String, _ help: String,
    standard: String? = nil, isRepeatable: Bool = false, completion: Completion = .nothing,
    take: @escaping Take
  ) {
    self.name = name
    self.letter = letter
    self.value = value
    self.help = help
    self.standard = standard
    self.isRepeatable = isRepeatable
    self.completion = completion
    self.take = take
  }

  /// An option without a value.
  public init(
    flag name: String, letter: Character? = nil, _ help: String,
    set: @escaping @Sendable (inout Settings) -> Void
  ) {
    self.name = name
    self.letter = letter
    self.value = nil
    self.help = help
    self.standard = nil
    self.isRepeatable = false
    self.completion = .nothing
    self.take = { (settings, _) throws(InvalidValue) in set(&settings) }
  }

  /// Each way to write it: `-o`, `--output`.
  var forms: [String] { (letter.map { ["-\($0)"] } ?? []) + ["--\(name)"] }

  /// `--memory SIZE`; `-o, --output FILE`.
  var synopsis: String { forms.joined(separator: ", ") + (value.map { " \($0)" } ?? "") }

  /// The help, and in brackets what else there is to say.
  var description: String {
    let notes = [standard.map { "default: \($0)" }, isRepeatable ? "repeatable" : nil]
      .compactMap(\.self)
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}

/// What a shell offers for a value.
public enum Completion: Sendable {
  case nothing, file, directory
  case words([String])
}
