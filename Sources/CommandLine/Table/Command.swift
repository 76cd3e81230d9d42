/// One command of a program: its options, what it takes besides, and what it does.
public struct Command<Settings>: Sendable {
  /// What a command works on: the one word that is no option.
  public struct Operand: Sendable {
    let name: String
    let completion: Completion
    let take: Option<Settings>.Take

    public init(_ name: String, completion: Completion, take: @escaping Option<Settings>.Take) {
      self.name = name
      self.completion = completion
      self.take = take
    }
  }

  public let name: String
  /// One sentence.
  let summary: String
  /// What there is to know besides, in paragraphs.
  let details: [String]
  let operand: Operand?
  let options: [Option<Settings>]
  /// Takes the words behind `--`, which are for the operand; nil when there cannot be any.
  let takeArguments: (@Sendable (inout Settings, [String]) -> Void)?
  /// Does what the command is for; returns the exit status.
  public let perform: @Sendable (Settings) -> Int32

  public init(
    _ name: String, _ summary: String, details: [String] = [], operand: Operand? = nil,
    options: [Option<Settings>] = [],
    takeArguments: (@Sendable (inout Settings, [String]) -> Void)? = nil,
    perform: @escaping @Sendable (Settings) -> Int32
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.operand = operand
    self.options = options
    self.takeArguments = takeArguments
    self.perform = perform
  }
}
