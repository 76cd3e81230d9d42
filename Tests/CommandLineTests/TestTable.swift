@testable import CommandLine

/// What the small table's options set.
struct TestSettings: Equatable {
  var names: [String] = []
  var level = 1
  var pause = Duration.zero
  var space = ByteSize(bytes: 1 << 20)
  var isLoud = false
  var output: String?
  var operand = ""
  var rest: [String] = []
}

/// A table with a bit of everything: `greet`, which is meant without a command, and `draw`.
let testTable = CommandTable<TestSettings>(
  program: "test-tool", version: "1.2.3", purpose: "greets, and draws",
  commands: [greet, draw, list],
  exitStatuses: [.init("0", "it has worked"), .init("64", "wrong usage")],
  manual: .init(
    date: "2026-01-02",
    environment: [
      .init("Of the tool", "They are read at start.", [.init("MOOD", "How it greets.")])
    ],
    files: [.init("~/.greetings", "Greetings-to-be.")],
    examples: [.init("Greet:", "test-tool world")], seeAlso: "echo(1)"),
  replacement: { $0 == "--mood" ? "the variable MOOD" : nil })

private let greet = Command<TestSettings>(
  "greet", "Greets: it's all it does.", details: ["First paragraph.", ".Second paragraph."],
  operand: .init("WHOM", completion: .words(["world", "all"])) {
    settings, text throws(InvalidValue) in
    guard text != "ghost" else { throw InvalidValue("must be there") }
    settings.operand = text
  },
  options: [
    Option(
      "name", letter: "n", "NAME[=VALUE]", "A name.", isRepeatable: true
    ) { $0.names.append($1) },
    Option("level", "NUMBER", "How loud.", standard: "1") { settings, text throws(InvalidValue) in
      settings.level = try number(text, in: 1...9)
    },
    Option("pause", "SECONDS", "How long.") { settings, text throws(InvalidValue) in
      settings.pause = try seconds(text, in: 0...60)
    },
    Option("space", "SIZE", "How much.") { settings, text throws(InvalidValue) in
      settings.space = try size(text, in: ByteSize(bytes: 1 << 10)...ByteSize(bytes: 1 << 30))
    },
    Option(flag: "loud", "Shout.") { $0.isLoud = true },
  ],
  takeArguments: { $0.rest = $1 }, perform: { Int32($0.level) })

private let draw = Command<TestSettings>(
  "draw", "Draws.", operand: .init("FILE", completion: .file) { $0.operand = $1 },
  options: [
    Option("output", letter: "o", "FILE", "Where to.", completion: .file) { $0.output = $1 }
  ], perform: { _ in 0 })

private let list = Command<TestSettings>("list", "Lists.", perform: { _ in 0 })

func parse(_ words: String...) throws(UsageError) -> ParsedLine<TestSettings> {
  try testTable.parse(words, into: TestSettings())
}
