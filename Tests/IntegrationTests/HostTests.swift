import Foundation
import ServerHarness
import Testing

/// `wasm-serve` as a program: what it prints and how it exits.
struct HostTests {
  private let wasmServe: WasmServe

  init() throws { wasmServe = try WasmServe() }

  private func contents(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: Dist.file(name))))
  }

  // MARK: Files that are no modules

  @Test("What is no module is status 65 and one line that names the file")
  func notAModule() throws {
    let module = try contents(of: "http_server.wasm")
    let files: [(name: String, bytes: [UInt8])] = [
      ("truncated.wasm", Array(module.prefix(module.count / 2))),
      ("one-octet-short.wasm", Array(module.dropLast())),
      ("magic-only.wasm", Array(module.prefix(4))),
      ("trailing.wasm", module + [0xff, 0xff, 0xff]),
      ("program", Array(try contents(of: "wasm-serve").prefix(100_000))),
      ("text.wasm", Array("Not a module at all.\n".utf8)),
      ("empty.wasm", []),
      ("version-2.wasm", [0x00, 0x61, 0x73, 0x6d, 0x02, 0x00, 0x00, 0x00]),
    ]
    for file in files {
      let path = try wasmServe.folder.write(file.bytes, as: file.name)
      let result = try wasmServe.run("--no-cache", path)
      #expect(result.status == 65, "\(file.name)")
      #expect(result.errorLines.count == 1, "\(file.name): \(result.errors)")
      #expect(result.errors.hasPrefix("wasm-serve: "), "\(file.name)")
      #expect(result.errors.contains(file.name), "\(file.name)")
      #expect(result.output == "")
    }
  }

  @Test("A file that cannot be read is status 66 and one line that names it")
  func unreadable() throws {
    for path in ["\(wasmServe.folder.path)/missing.wasm", wasmServe.folder.path] {
      let result = try wasmServe.run(path)
      #expect(result.status == 66)
      #expect(result.errorLines.count == 1)
      #expect(result.errors.contains(path))
    }
  }

  // MARK: Modules that ask for too much

  @Test("A module that imports what is not offered is refused by name")
  func unknownImport() throws {
    for (module, name) in [
      ("wasi_snapshot_preview1", "path_open_everything"), ("env", "emscripten_sleep"),
    ] {
      let path = try wasmServe.folder.write(Binary.importing(module, name), as: "\(name).wasm")
      let result = try wasmServe.run("--no-cache", path)
      #expect(result.status == 65)
      #expect(result.errorLines.count == 1)
      #expect(result.errors.contains("\(module).\(name)"))
    }
  }

  @Test("A module without _start is status 65")
  func withoutStart() throws {
    let result = try wasmServe.run(
      "--no-cache", wasmServe.folder.write(Binary.preamble, as: "nothing.wasm"))
    #expect(result.status == 65)
    #expect(result.errors.contains("_start"))
  }

  @Test("A module that traps is status 70, and the first line says why")
  func trap() throws {
    let result = try wasmServe.run(
      "--no-cache", "--quiet", wasmServe.folder.write(Binary.running([0x00]), as: "trap.wasm"))
    #expect(result.status == 70)
    #expect(result.errorLines.first?.contains("unreachable") == true)
  }

  @Test("A module that returns is status 0")
  func returning() throws {
    let result = try wasmServe.run(
      "--no-cache", "--quiet", wasmServe.folder.write(Binary.running([]), as: "ok.wasm"))
    #expect(result.status == 0)
    #expect(result.errors == "")
  }

  @Test("A port that is not granted cannot be listened on")
  func notGranted() throws {
    let program = try ServerProcess.start(
      .wasmServe, settings: ["PORT": "0"], options: ["--quiet", "--listen", "127.0.0.1:9"])
    let result = try program.finish()
    #expect(result.status == 1)
    #expect(result.errors.contains("127.0.0.1:0"))
    let last = try #require(result.errorLines.last)
    #expect(last.contains("(PORT)") && last.contains("not granted by the host"))
  }

  @Test("A port that is granted at one address is not granted at another")
  func grantedAddress() throws {
    let options = ["--quiet", "--listen", "127.0.0.1:0"]
    let server = try ServerProcess(options: options)
    #expect(try server.client().get().status == 200)
    let other = try ServerProcess.start(
      .wasmServe, settings: ["HOST": "127.0.0.2"], options: options
    ).finish()
    #expect(other.status == 1)
    #expect(other.errors.contains("127.0.0.2:0"))
  }

  @Test("The host's lines have the form of the module's, unless --log-format says otherwise")
  func logForm() throws {
    for (options, isJSON) in [
      (["--env", "LOG_FORMAT=json"], true), (["--env", "LOG_FORMAT=text"], false), ([], false),
      (["--env", "LOG_FORMAT=json", "--log-format", "text"], false),
      (["--log-format", "json"], true),
    ] {
      // (The module's own complaint, which is never an object, is of its port.)
      let result = try wasmServe.run(
        ["--no-cache", "--listen", "1"] + options + ["--env", "PORT=2", wasmServe.module])
      let line = try #require(result.errorLines.first { $0.contains("refused") })
      #expect(line.hasPrefix("{\"time\":") == isJSON, "\(options): \(line)")
    }
  }

  // MARK: What a module gets

  @Test("A module gets the variables it was given, and no others")
  func environment() throws {
    let module = try Dist.file("http_server.wasm")
    // BUFFER_SIZE would be a bad value if it came through; SERVER_HEADER is passed on by name.
    let program = try wasmServe.start(
      [
        "--no-cache", "--env", "HOST=127.0.0.1", "--env", "PORT=0", "--env", "SERVER_HEADER",
        "--env", "LOG_LEVEL", module,
      ],
      environment: ["BUFFER_SIZE": "none", "SERVER_HEADER": "from outside"])
    let port = try program.wait(in: .errors, for: "port") { text -> UInt16? in
      guard let start = text.range(of: "address=\"127.0.0.1:")?.upperBound,
        let end = text[start...].firstIndex(of: "\"")
      else { return nil }
      return UInt16(text[start..<end])
    }
    #expect(try Client(port: port).get()["server"] == "from outside")
  }

  @Test("The first run compiles, the second one uses the cache, and both serve")
  func cache() throws {
    let cache = "\(wasmServe.folder.path)/cache"
    func start() throws -> ServerProcess { try ServerProcess(options: ["--cache-dir", cache]) }
    let first = try start()
    try first.program.wait(for: " cache=miss ")
    #expect(try first.client().get().status == 200)
    let files = try FileManager.default.contentsOfDirectory(atPath: cache)
    #expect(files.count == 1)
    let second = try start()
    try second.program.wait(for: " cache=hit ")
    #expect(try second.client().get().status == 200)

    // A damaged entry is as good as none.
    let entry = "\(cache)/\(try #require(files.first))"
    let size = try #require(FileManager.default.contents(atPath: entry)).count
    #expect(truncate(entry, size / 2) == 0)
    let third = try start()
    try third.program.wait(for: " cache=miss ")
    #expect(try third.client().get().status == 200)
    #expect(FileManager.default.contents(atPath: entry)?.count == size)
  }

  // MARK: Usage

  @Test("--help tells the options and the exit statuses")
  func help() throws {
    let result = try wasmServe.run("--help")
    #expect(result.status == 0)
    #expect(result.errors == "")
    for part in [
      "USAGE: wasm-serve", "--env", "--listen", "--memory", "--drain-timeout", "--cache-dir",
      "--no-cache", "EXIT STATUS", "64", "65", "66", "70", "75",
    ] {
      #expect(result.output.contains(part), "\(part)")
    }
  }

  @Test("--version tells its own version, the commit, and the engine's version")
  func version() throws {
    let result = try wasmServe.run("--version")
    #expect(result.status == 0)
    let form = /wasm-serve \d+\.\d+\.\d+ \(commit [0-9a-f]{40}, wasmtime \d+\.\d+\.\d+\)\n/
    #expect(result.output.wholeMatch(of: form) != nil)
  }

  @Test(
    "Wrong usage is status 64 and one line",
    arguments: [[], ["--bogus", "x.wasm"], ["--listen", "1.2.3:80", "x.wasm"], ["a", "b"]])
  func usage(arguments: [String]) throws {
    let result = try wasmServe.run(arguments)
    #expect(result.status == 64)
    #expect(result.errorLines.count == 1)
    #expect(result.output == "")
  }
}

/// Small modules in their binary form, written by hand.
private enum Binary {
  static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

  /// One type: a function without parameters and results.
  private static let types = section(1, [1, 0x60, 0, 0])

  /// All of these are short: one octet is enough for any length.
  private static func section(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number, UInt8(content.count)] + content
  }

  private static func name(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + text.utf8 }

  /// (import "module" "name" (func))
  static func importing(_ module: String, _ function: String) -> [UInt8] {
    preamble + types + section(2, [1] + name(module) + name(function) + [0x00, 0])
  }

  /// (func (export "_start") instructions)
  static func running(_ instructions: [UInt8]) -> [UInt8] {
    preamble + types + section(3, [1, 0]) + section(7, [1] + name("_start") + [0x00, 0])
      + section(10, [1, UInt8(instructions.count + 2), 0] + instructions + [0x0b])
  }
}
