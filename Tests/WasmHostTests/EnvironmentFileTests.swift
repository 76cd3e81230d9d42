import Glibc
import Testing

@testable import WasmHost

/// `--env-file`, through the command.
struct EnvironmentFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Runs a module that writes its environment to standard error, each variable ending in NUL.
  private func run(_ arguments: String...) throws -> Command.Result {
    let module = try directory.write(
      try assemble(
        """
        (module
          (import "wasi_snapshot_preview1" "environ_sizes_get"
            (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "_start")
            (drop (call $sizes (i32.const 0) (i32.const 12)))
            (drop (call $get (i32.const 1024) (i32.const 4096)))
            (i32.store (i32.const 8) (i32.const 4096))
            (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 0)))))
        """), "test.wasm")
    return try Command(list: ["--no-cache", "--quiet"] + arguments + [module]).finish()
  }

  private func file(_ text: String, _ name: String = "test.env") throws -> String {
    try directory.write(bytes(text), name)
  }

  private func list(_ result: Command.Result) -> [String] {
    result.errors.split(separator: "\0").map(String.init)
  }

  @Test("NAME=VALUE lines are taken as they are; comments and empty lines are skipped")
  func lines() throws {
    let file = try file(
      """
      # A comment
      A=1

        # Another one, and a line with blanks before it
        B=two words # no comment\t
      C="quoted"
      D=$HOME=x
      E=
      F=\u{65e5}\u{672c}\r
      """)
    #expect(
      list(try run("--env-file", file)) == [
        "A=1", "B=two words # no comment\t", "C=\"quoted\"", "D=$HOME=x", "E=",
        "F=\u{65e5}\u{672c}",
      ])
  }

  @Test("NAME alone passes this process's own value on, if it has one")
  func ownValue() throws {
    let path = try #require(getenv("PATH").map { String(cString: $0) })
    let file = try file("PATH  \nNOBODY_HAS_THIS_ONE\n")
    #expect(list(try run("--env-file", file)) == ["PATH=\(path)"])
  }

  @Test("The last one counts: --env over every file, a file over those before it")
  func order() throws {
    let first = try file("\u{feff}A=1\nB=1\nC=1\nA=2", "first.env")
    let second = try file("B=2\n", "second.env")
    #expect(
      Set(list(try run("--env", "C=3", "--env-file", first, "--env-file", second)))
        == ["A=2", "B=2", "C=3"])
    #expect(list(try run("--env-file", try file(""))).isEmpty)
  }

  @Test(
    "A bad line is one plain line: the file, the line's number, what would be right; status 64",
    arguments: [
      ("=1", "has no name"), ("  = 1", "has no name"), ("A B=1", "has a blank in its name"),
      ("A =1", "has a blank in its name"), ("A B", "has a blank in its name"),
      ("A=\u{0}", "is not UTF-8 text"),
    ])
  func badLine(line: String, problem: String) throws {
    let file = try file("A=1\n# comment\n\(line)\nB=2\n")
    let result = try run("--env-file", file)
    #expect(result.status == 64)
    #expect(result.lines.count == 1)
    #expect(result.errors.hasPrefix("wasm-serve: "))
    #expect(result.errors.contains("'\(file)'"))
    #expect(
      result.errors.hasSuffix("line 3 \(problem): write NAME=VALUE, or NAME alone\n"))
  }

  @Test("Of a hundred thousand variables each costs the same")
  func many() throws {
    let text = (0..<100_000).map { "VARIABLE_\($0 % 60_000)=\($0)\n" }.joined()
    let file = try file(text)
    // (One variable takes the module's memory; that it is read at all is what this is about.)
    let result = try run("--memory", "64K", "--env-file", file)
    #expect(result.status != 64)
  }

  @Test("A line that is no UTF-8 is a bad one, and so is a file that cannot be read")
  func unreadable() throws {
    let file = try directory.write([0x41, 0x3d, 0xff, 0x0a], "latin.env")
    let result = try run("--env-file", file)
    #expect(result.status == 64)
    #expect(result.errors.contains("line 1 is not UTF-8 text"))
    for path in [directory.path, "/no/such/file"] {
      let result = try run("--env-file", path)
      #expect(result.status == 64)
      #expect(result.lines.count == 1)
      #expect(result.errors.contains("'\(path)'"))
      #expect(result.errors.contains("cannot read it: "))
    }
  }
}
