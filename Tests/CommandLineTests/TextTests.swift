import Testing

@testable import CommandLine

/// What is written from the table.
struct TextTests {
  private func command(_ name: String) throws -> Command<TestSettings> {
    try #require(testTable.commands.first { $0.name == name })
  }

  @Test("The first command's help has everything of the program")
  func help() throws {
    #expect(
      testTable.help(for: try command("greet")) == """
        Greets: it's all it does.

        USAGE: test-tool [greet] [OPTION...] WHOM [-- ARGUMENT...]
               test-tool draw [OPTION...] FILE
               test-tool list

        First paragraph.

        .Second paragraph.

        OPTIONS:
          -n, --name NAME[=VALUE]   A name. (repeatable)
              --level NUMBER        How loud. (default: 1)
              --pause SECONDS       How long.
              --space SIZE          How much.
              --loud                Shout.
          -h, --help                Show the help of the command.
              --version             Show the version.

        COMMANDS:
          greet                     Greets: it's all it does.
          draw                      Draws.
          list                      Lists.
          (test-tool COMMAND --help tells more; ./draw is a file of that name)

        EXIT STATUS:
          0          it has worked
          64         wrong usage

        """)
  }

  @Test("Another command's help has what is its own")
  func otherHelp() throws {
    #expect(
      testTable.help(for: try command("draw")) == """
        Draws.

        USAGE: test-tool draw [OPTION...] FILE

        OPTIONS:
          -o, --output FILE         Where to.
          -h, --help                Show the help of the command.
              --version             Show the version.

        """)
  }

  @Test("In the manual page nothing of a text is a request or an escape")
  func manualPage() {
    let page = testTable.manualPage
    #expect(page.hasPrefix(".TH TEST\\-TOOL 1 2026-01-02 \"test\\-tool 1.2.3\"\n.SH NAME\n"))
    for part in [
      "\\&.Second paragraph.", "\\fB\\-n, \\-\\-name NAME[=VALUE]\\fR", ".SS draw",
      "\\fB\\(ti/.greetings\\fR\nGreetings\\-to\\-be.\n", ".SH EXIT STATUS",
    ] {
      #expect(page.contains(part), "\(part)")
    }
  }

  @Test("Each shell's script has every command and option", arguments: Shell.allCases)
  func completions(shell: Shell) {
    let script = testTable.completions(for: shell)
    for command in testTable.commands {
      #expect(script.contains(command.name))
      for option in command.options { #expect(script.contains(option.name), "\(option.name)") }
    }
    #expect(script.contains("world all"))
  }

  @Test("Quotes and what a shell would read are escaped")
  func quoting() {
    #expect(quoted("it's") == "'it'\\''s'")
    #expect(escaped("a[b]:c", ["[", "]", ":"]) == "a\\[b\\]\\:c")
    #expect(testTable.completions(for: .fish).contains("-d 'Greets: it'\\''s all it does.'"))
  }
}
