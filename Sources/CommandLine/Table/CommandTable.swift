/// The command line of a program as a table: commands, their options, exit statuses. Parsing, help, manual
/// page and the completions of shells are made from it, so they cannot differ.
///
///     Option ──┐
///     Option ──┼─▶ Command ──┐
///     Operand ─┘             ├─▶ CommandTable ─▶ parse, help, manualPage, completions
///                  Command ──┘
///
/// `Settings` is the program's own type: what the words of a command line are stored in.
public struct CommandTable<Settings>: Sendable {
  /// A term and what it means.
  public struct Entry: Sendable {
    let term: String
    let meaning: String

    public init(_ term: String, _ meaning: String) {
      self.term = term
      self.meaning = meaning
    }
  }

  /// What only the manual page says.
  public struct Manual: Sendable {
    /// Some of the variables that the program reads or passes on.
    public struct Variables: Sendable {
      let title: String
      let text: String
      let entries: [Entry]

      public init(_ title: String, _ text: String, _ entries: [Entry]) {
        self.title = title
        self.text = text
        self.entries = entries
      }
    }

    let date: String
    let environment: [Variables]
    let files: [Entry]
    let examples: [Entry]
    let seeAlso: String

    public init(
      date: String, environment: [Variables], files: [Entry], examples: [Entry], seeAlso: String
    ) {
      self.date = date
      self.environment = environment
      self.files = files
      self.examples = examples
      self.seeAlso = seeAlso
    }
  }

  let program: String
  let version: String
  /// One sentence.
  let purpose: String
  /// The first one is meant when the first word names none.
  let commands: [Command<Settings>]
  let exitStatuses: [Entry]
  let manual: Manual
  /// What to use in place of an option that there is not: `--mood` could be `the variable MOOD`. nil for most.
  let replacement: @Sendable (String) -> String?

  /// - Precondition: there is a command.
  public init(
    program: String, version: String, purpose: String, commands: [Command<Settings>],
    exitStatuses: [Entry], manual: Manual,
    replacement: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    precondition(!commands.isEmpty, "a program has a command")
    self.program = program
    self.version = version
    self.purpose = purpose
    self.commands = commands
    self.exitStatuses = exitStatuses
    self.manual = manual
    self.replacement = replacement
  }

  // MARK: Commands

  func isFirst(_ command: Command<Settings>) -> Bool { command.name == commands[0].name }

  /// Those of the command, and those that every command has.
  func options(of command: Command<Settings>) -> [Option<Settings>] {
    command.options + CommandTable.common
  }

  /// `program [run] [OPTION...] MODULE [-- ARGUMENT...]`
  func synopsis(of command: Command<Settings>) -> String {
    var words = [program, isFirst(command) ? "[\(command.name)]" : command.name]
    if !command.options.isEmpty { words.append("[OPTION...]") }
    if let operand = command.operand { words.append(operand.name) }
    if command.takeArguments != nil { words.append("[-- ARGUMENT...]") }
    return words.joined(separator: " ")
  }

  /// Options of all commands, which the parser understands by itself.
  static var common: [Option<Settings>] {
    [
      Option(flag: "help", letter: "h", "Show the help of the command.") { _ in },
      Option(flag: "version", "Show the version.") { _ in },
    ]
  }
}
