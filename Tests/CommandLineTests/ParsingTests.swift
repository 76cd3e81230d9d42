import Testing

@testable import CommandLine

/// What words mean.
struct ParsingTests {
  @Test("The first word names the command; without one the first command is meant")
  func commands() throws {
    #expect(try parse("world").command.name == "greet")
    #expect(try parse("greet", "world").command.name == "greet")
    #expect(try parse("draw", "x").command.name == "draw")
    #expect(try parse("list").command.name == "list")
    // A file with a command's name has a path.
    #expect(try parse("./draw").settings.operand == "./draw")
    #expect(try parse("world", "--level", "3").command.perform(TestSettings(level: 3)) == 3)
  }

  @Test("Values come behind a blank or an equals sign, before and after the operand")
  func values() throws {
    var expected = TestSettings()
    (expected.level, expected.operand, expected.isLoud) = (7, "world", true)
    #expect(try parse("--level", "7", "--loud", "world").settings == expected)
    #expect(try parse("world", "--loud", "--level=7").settings == expected)
    #expect(try parse("draw", "-o", "a", "x").settings.output == "a")
    #expect(try parse("draw", "--output=a=b", "x").settings.output == "a=b")
    #expect(try parse("draw", "--output=", "x").settings.output == "")
    // Whatever follows is the value.
    #expect(try parse("draw", "--output", "--output", "x").settings.output == "--output")
  }

  @Test("Of an option that is given twice the last value counts, or each where it is repeatable")
  func repeated() throws {
    let settings = try parse("--level", "2", "-n", "a", "--level=3", "--name=b=c", "x").settings
    #expect(settings.level == 3)
    #expect(settings.names == ["a", "b=c"])
  }

  @Test("What follows -- is the operand's, or operands where it takes no words")
  func rest() throws {
    let settings = try parse("x", "--", "--level", "--", "y").settings
    #expect(settings.operand == "x")
    #expect(settings.rest == ["--level", "--", "y"])
    #expect(try parse("draw", "--", "--level").settings.operand == "--level")
    #expect(try parse("draw", "-").settings.operand == "-")
  }

  @Test("Help and version win over whatever follows, and over a missing operand")
  func requests() throws {
    for words in [["--help"], ["-h"], ["--help", "--bogus"], ["--loud", "--help", "a", "b"]] {
      #expect(try testTable.parse(words, into: TestSettings()).request == .help)
    }
    let line = try parse("draw", "--help")
    #expect(line.request == .help)
    #expect(line.command.name == "draw")
    #expect(try parse("--version").request == .version)
    #expect(try parse("x").request == .perform)
  }

  @Test(
    "A wrong word is one plain line",
    arguments: [
      (["--levle", "1", "x"], "unknown option --levle: did you mean --level?"),
      (["--levl=1", "x"], "unknown option --levl: did you mean --level?"),
      (["--mood", "x"], "unknown option --mood: did you mean the variable MOOD?"),
      (["great", "x"], "there is no command 'great': did you mean greet?"),
      (["--colour", "x"], "unknown option --colour: see test-tool --help"),
      (["-x"], "unknown option -x: see test-tool --help"),
      (["-o", "y", "x"], "-o is an option of draw, not of greet"),
      (["draw", "--loud", "x"], "--loud is an option of greet, not of draw"),
      (["--loud=yes", "x"], "--loud takes no value"),
      (["--help=yes"], "--help takes no value"),
      (["x", "--level"], "--level needs a value: --level NUMBER"),
      (["draw", "-o"], "-o needs a value: -o, --output FILE"),
      (["--level", "0", "x"], "--level '0': must be a number from 1 to 9"),
      (["--level=", "x"], "--level '': must be a number from 1 to 9"),
      (
        ["--level", "99999999999999999999", "x"],
        "--level '99999999999999999999': must be a number from 1 to 9"
      ),
      (["--pause", "-1", "x"], "--pause '-1': must be seconds from 0 to 60, as 2.5"),
      (["--pause", "nan", "x"], "--pause 'nan': must be seconds from 0 to 60, as 2.5"),
      (["--pause", "60.5", "x"], "--pause '60.5': must be seconds from 0 to 60, as 2.5"),
      (["--space", "1000", "x"], "--space '1000': must be a size from 1K to 1G"),
      (["--space", "2G", "x"], "--space '2G': must be a size from 1K to 1G"),
      ([], "WHOM is missing: test-tool [greet] [OPTION...] WHOM [-- ARGUMENT...]"),
      (["a", "b"], "one WHOM is enough, 'b' is another: put the whom's own arguments after --"),
      (["draw", "a", "b"], "one FILE is enough, 'b' is another"),
      (["list", "x"], "list takes no 'x'"),
      (["ghost"], "WHOM 'ghost': must be there"),
    ] as [([String], String)])
  func wrong(words: [String], message: String) {
    #expect(throws: UsageError(message)) {
      try testTable.parse(words, into: TestSettings())
    }
  }

  // MARK: Values

  @Test(
    "Sizes are digits and K, M or G, and are shown in the largest unit that divides them",
    arguments: [
      ("1", 1, "1"), ("1000", 1000, "1000"), ("2048", 2048, "2K"), ("64k", 65536, "64K"),
      ("1536M", 1536 << 20, "1536M"), ("2G", 2 << 30, "2G"), ("1024M", 1 << 30, "1G"),
    ] as [(String, Int64, String)])
  func sizes(text: String, bytes: Int64, shown: String) {
    #expect(ByteSize(text)?.bytes == bytes)
    #expect(ByteSize(bytes: bytes).description == shown)
  }

  @Test(
    "What is not a size is none",
    arguments: ["", "0", "-1", "K", "1KB", "1.5G", "much", "9223372036854775807G"])
  func notSizes(text: String) { #expect(ByteSize(text) == nil) }

  @Test("Seconds may have a fraction")
  func fractions() throws {
    #expect(try seconds("2.5", in: 0...60) == .milliseconds(2500))
    #expect(try seconds("60", in: 0...60) == .seconds(60))
  }

  @Test("Distances are Levenshtein's")
  func distances() {
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("abc", "abc") == 0)
  }
}
