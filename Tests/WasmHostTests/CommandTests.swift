import Glibc
import Testing

@testable import WasmHost

/// The command line: what it prints, and how it exits.
struct CommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func module(_ text: String) throws -> String {
    try directory.write(try assemble(text), "test.wasm")
  }

  private static let spinning = listeningGuest(then: "(loop br 0)")

  @Test("A module that listens is one line: what runs, where, in which version, how to stop it")
  func startLine() throws {
    let file = try module(listeningGuest())
    let result = try Command("--no-cache", "--listen", "127.0.0.1:0", file).finish()
    #expect(result.status == 0)
    #expect(result.lines.count == 1)
    #expect(result.errors.contains("info wasm-serve: test.wasm listens on 127.0.0.1:"))
    #expect(result.errors.contains(", Ctrl-C drains and stops it "))
    #expect(result.errors.contains(#/ version=[0-9.]+ /#))
    #expect(result.errors.contains(" wasmtime=\(Engine.version)"))
    #expect(
      try Command("--no-cache", "--quiet", "--listen", "127.0.0.1:0", file).finish().errors.isEmpty)
  }

  @Test("In a terminal it is what to click, for each address, and how to stop it")
  func startLineForPeople() throws {
    let file = try module(listeningGuest())
    let command = ["--no-cache", "--workers=1", "--listen", "127.0.0.1:0", file]
    let result = try Command(list: command, onTerminal: true).finish()
    #expect(result.status == 0)
    #expect(result.lines.count == 1)
    #expect(
      try #/test\.wasm serves http://127\.0\.0\.1:\d+ \(1 worker; Ctrl-C drains and stops it\)\n/#
        .wholeMatch(in: result.errors) != nil, "\(result.errors)")
    // For a program to read, and when asked to be quiet, it is as without a terminal.
    let json = try Command(list: ["--log-format=json"] + command, onTerminal: true).finish()
    #expect(json.errors.contains("\"message\":\"test.wasm listens on 127.0.0.1:"))
    #expect(try Command(list: ["--quiet"] + command, onTerminal: true).finish().errors.isEmpty)
  }

  @Test(
    "An address is a URL that a browser on this machine can open",
    arguments: [
      ("[::]:1234", "http://localhost:1234"), ("0.0.0.0:80", "http://localhost:80"),
      ("127.0.0.2:1", "http://127.0.0.2:1"), ("[::1]:8080", "http://[::1]:8080"),
    ])
  func url(address: String, expected: String) {
    #expect(ServerSettings.url(of: address) == expected)
  }

  @Test("A variable that is nearly a setting is warned of in one line, and no other")
  func misspelling() throws {
    let file = try module("(module (func (export \"_start\")))")
    let result = try Command(
      "--no-cache", "--env", "PROT=8080", "--env", "HOME=/", "--env", "SOMETHING=1", file
    ).finish()
    #expect(result.status == 0)
    #expect(result.lines.count == 1)
    #expect(
      result.errors.hasSuffix(
        " warning wasm-serve: PROT is not a setting of the server; PORT is\n"))
  }

  @Test("A module that returns without listening is status 0, without a word")
  func returning() throws {
    let file = try module("(module (func (export \"_start\")))")
    let result = try Command("--no-cache", file).finish()
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
  }

  @Test("The log as JSON is one object a line")
  func json() throws {
    let file = try module(listeningGuest())
    let result = try Command(
      "--no-cache", "--log-format", "json", "--listen", "127.0.0.1:0", file
    ).finish()
    #expect(result.lines.count == 1)
    #expect(result.errors.hasPrefix("{\"time\":\"20"))
    #expect(result.errors.contains("\"level\":\"info\",\"logger\":\"wasm-serve\",\"message\":\""))
    #expect(result.errors.contains(",\"drain_timeout_s\":30,\"memory\":\"256M\","))
    #expect(result.errors.hasSuffix("}\n"))
  }

  @Test(
    "The module's own status is the command's",
    arguments: [(7, 7), (255, 255), (256, 1)] as [(UInt32, Int32)])
  func ownStatus(status: UInt32, expected: Int32) throws {
    let file = try module(
      """
      (module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (func (export "_start") (call $exit (i32.const \(status)))))
      """)
    #expect(try Command("--no-cache", "--quiet", file).finish().status == expected)
  }

  @Test("A trap is status 70: one line, then the frames")
  func trap() throws {
    let file = try module(
      "(module (func $inner unreachable) (func (export \"_start\") (call $inner)))")
    let result = try Command("--no-cache", "--quiet", file).finish()
    #expect(result.status == 70)
    #expect(
      result.lines.first
        == "wasm-serve: the module trapped: wasm `unreachable` instruction executed")
    #expect(result.lines.dropFirst().first?.hasPrefix("    at inner (module offset ") == true)
    #expect(result.lines.count == 3)
  }

  @Test("What cannot be run is status 65 and one line")
  func notRunnable() throws {
    let files = try [
      directory.write([], "empty"), directory.write(bytes("(module)"), "text.wat"),
      directory.write([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], "component.wasm"),
      directory.write([0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "module.wasm.gz"),
      "/proc/self/exe",
      directory.write(try assemble("(module (import \"env\" \"f\" (func)))"), "import.wasm"),
      directory.write(try assemble("(module)"), "nothing.wasm"),
    ]
    for file in files {
      let result = try Command("--no-cache", "--quiet", file).finish()
      #expect(result.status == 65)
      #expect(result.lines.count == 1)
      #expect(result.errors.hasPrefix("wasm-serve: "))
    }
  }

  @Test("A file that cannot be read is status 66 and one line")
  func unreadable() throws {
    let result = try Command("--no-cache", "x.wasm").finish()
    #expect(result.status == 66)
    #expect(
      result.errors == "wasm-serve: cannot read module 'x.wasm': No such file or directory\n")
    #expect(try Command("--no-cache", "/tmp").finish().status == 66)
  }

  @Test(
    "Wrong usage is status 64 and one line",
    arguments: [
      [], ["--bogus", "x.wasm"], ["--memory", "much", "x.wasm"], ["--listen", "here", "x.wasm"],
      ["--env", "=1", "x.wasm"], ["x.wasm", "y.wasm"], ["--log-format", "xml", "x.wasm"],
      ["--drain-timeout", "soon", "x.wasm"], ["--allow-connect", "here", "x.wasm"],
      ["--allow-connect", "1.2.3:80", "x.wasm"], ["--max-connections", "-1", "x.wasm"],
      ["--env-file", "/no/such/file", "x.wasm"],
    ])
  func usage(arguments: [String]) throws {
    let result = try Command(list: arguments).finish()
    #expect(result.status == 64)
    #expect(result.lines.count == 1)
    #expect(result.errors.hasPrefix("wasm-serve: "))
  }

  @Test("A guest that does not drain is ended in time, with status 75")
  func drainTimeout() throws {
    let command = try Command(
      "--no-cache", "--drain-timeout", "0", "--listen", "127.0.0.1:0",
      try module(CommandTests.spinning))
    try command.wait(for: "listens on")
    command.signal(SIGTERM)
    let result = command.finish()
    #expect(result.status == 75)
    #expect(result.lines.count == 3)
    #expect(
      result.lines.last?.contains("error wasm-serve: the module has not drained in time") == true)
  }

  @Test("A second signal ends it at once", arguments: [SIGTERM, SIGINT])
  func secondSignal(signal: Int32) throws {
    let command = try Command(
      "--no-cache", "--listen", "127.0.0.1:0", try module(CommandTests.spinning))
    try command.wait(for: "listens on")
    command.signal(SIGTERM)
    try command.wait(for: "draining")
    command.signal(signal)
    #expect(command.finish().status == 128 + signal)
  }

  @Test("A guest that blocks in accept drains on SIGTERM, and the command exits with its status")
  func draining() throws {
    let file = try module(
      listeningGuest(
        then: """
          (if (i32.ne (call $accept (i32.load (i32.const 0)) (i32.const 4)) (i32.const 28))
            (then unreachable))
          """))
    let command = try Command("--no-cache", "--listen", "127.0.0.1:0", file)
    try command.wait(for: "listens on")
    command.signal(SIGTERM)
    #expect(command.finish().status == 0)
  }

  @Test("Each refused address is one line in the log")
  func refusal() throws {
    let file = try module(
      """
      (module
        (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "sock_bind" (func $bind (param i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "\\18\\00\\00\\00\\04\\00\\00\\00\\7f\\00\\00\\01")
        (func (export "_start")
          (drop (call $open (i32.const 1) (i32.const 2) (i32.const 0)))
          (drop (call $bind (i32.load (i32.const 0)) (i32.const 16) (i32.const 81)))
          (drop (call $bind (i32.load (i32.const 0)) (i32.const 16) (i32.const 81)))
          (call $exit (call $bind (i32.load (i32.const 0)) (i32.const 16) (i32.const 82)))))
      """)
    let result = try Command("--no-cache", "--quiet", file).finish()
    #expect(result.status == 76)
    #expect(result.lines.count == 2)
    #expect(result.lines.allSatisfy { $0.contains("warning wasm-serve: refused") })
    #expect(result.lines.first?.contains("address=127.0.0.1:81 ") == true)
    #expect(result.lines.last?.contains("address=127.0.0.1:82 ") == true)
  }

  @Test("A cache that others may write to is one warning, and the module runs")
  func unsafeCache() throws {
    let file = try module(listeningGuest())
    let cache = directory.path + "/cache"
    #expect(mkdir(cache, 0o700) == 0)
    let run = ["--cache-dir", cache, "--listen", "127.0.0.1:0", file]
    #expect(try Command(list: run).finish().errors.contains(" cache=miss "))
    #expect(try Command(list: run).finish().errors.contains(" cache=hit "))
    #expect(chmod(cache, 0o777) == 0)
    let result = try Command(list: ["--quiet"] + run).finish()
    #expect(result.status == 0)
    #expect(result.lines.count == 1)
    #expect(result.errors.contains("warning wasm-serve: no module cache"))
  }
}
