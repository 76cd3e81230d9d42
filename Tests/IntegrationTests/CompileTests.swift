import Foundation
import ServerHarness
import Testing

/// `wasm-serve compile` and `inspect`.
struct CompileTests {
  private let wasmServe: WasmServe

  init() throws { wasmServe = try WasmServe() }

  private func compiled(_ options: String...) throws -> String {
    let file = "\(wasmServe.folder.path)/compiled.module"
    let result = try wasmServe.run(["compile", "--output", file] + options + [wasmServe.module])
    #expect(result.status == 0)
    #expect(result.output + result.errors == "")
    return file
  }

  /// Starts the file, expects that it serves, and returns the log.
  private func serve(_ file: String, options: [String] = []) throws -> String {
    let server = try ServerProcess(module: file, options: ["--no-cache"] + options)
    #expect(try server.client().get().status == 200)
    try server.program.wait(for: "listens on")
    server.program.signal(SIGTERM)
    let result = try server.program.finish()
    #expect(result.status == 0)
    return result.errors
  }

  private func change(_ file: String, _ body: (inout [UInt8]) -> Void) throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    body(&bytes)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  // MARK: compile

  @Test("A module that is compiled ahead starts without compiling, and has the module's hash")
  func precompiled() throws {
    let log = try serve(try compiled())
    #expect(log.contains(" cache=precompiled "))
    #expect(!log.contains("warning"))
    let digest = try Program("/usr/bin/sha256sum", [wasmServe.module]).finish().output.prefix(12)
    #expect(log.contains(" module=\(digest) "))
  }

  @Test("Portable code is other code, and starts without compiling as well")
  func portable() throws {
    let native = try Data(contentsOf: URL(fileURLWithPath: try compiled()))
    let file = try compiled("--portable")
    #expect(try serve(file).contains(" cache=precompiled "))
    #expect(try serve(file, options: ["--workers", "2"]).contains(" cache=precompiled "))
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) != native)
  }

  @Test("The compiled module lies beside the module when nobody says where")
  func defaultOutput() throws {
    let copy = try wasmServe.folder.write(
      Array(Data(contentsOf: URL(fileURLWithPath: wasmServe.module))), as: "a.wasm")
    #expect(try wasmServe.run(["compile", copy]).status == 0)
    #expect(try serve("\(wasmServe.folder.path)/a.module").contains(" cache=precompiled "))
  }

  @Test("Code that others may have written is not run: the module is compiled anew")
  func writableByOthers() throws {
    let file = try compiled()
    for mode in [0o664, 0o646] as [mode_t] {
      #expect(chmod(file, mode) == 0)
      let log = try serve(file)
      #expect(log.contains(" cache=off "))
      #expect(log.contains("compiled anew") && log.contains("others may write to it"))
    }
    #expect(chmod(file, 0o644) == 0)
    #expect(try serve(file).contains(" cache=precompiled "))
    // Only root can give a file away.
    guard geteuid() == 0 else { return }
    #expect(chown(file, 12_345, 12_345) == 0)
    let log = try serve(file)
    #expect(log.contains(" cache=off ") && log.contains("it belongs to another user"))
  }

  @Test("Code for other settings is not run, and --handler-timeout is one of them")
  func otherSettings() throws {
    let file = try compiled("--handler-timeout", "5")
    #expect(try serve(file, options: ["--handler-timeout", "9"]).contains(" cache=precompiled "))
    let log = try serve(file)
    #expect(log.contains(" cache=off "))
    #expect(log.contains("it is for another engine, or for other settings"))
  }

  @Test("Damaged code is not run: every octet of it counts", arguments: [0.4, 0.7, 1.0])
  func damagedCode(place: Double) throws {
    let file = try compiled()
    try change(file) { $0[Int(Double($0.count - 1) * place)] ^= 1 }
    let log = try serve(file)
    #expect(log.contains(" cache=off ") && log.contains("it is damaged"))
  }

  @Test("A file whose module is damaged is no module: status 65 and one line")
  func damagedModule() throws {
    for damage: (inout [UInt8]) -> Void in [
      { $0[1000] ^= 1 }, { $0.removeLast(1000) }, { $0.removeLast($0.count - 20) },
      { $0.append(0) }, { $0[16] ^= 1 }, { $0[23] = 0xff },
    ] {
      let file = try compiled()
      try change(file, damage)
      let result = try wasmServe.run(["--no-cache", file])
      #expect(result.status == 65)
      #expect(result.errorLines.count == 1)
      #expect(result.errors.contains("the module in the compiled file is damaged"))
    }
  }

  @Test("What cannot be compiled is status 65, and what cannot be written 73")
  func failures() throws {
    let text = try wasmServe.folder.write(Array("text".utf8), as: "text.wasm")
    #expect(try wasmServe.run(["compile", text]).status == 65)
    #expect(try wasmServe.run(["compile", "\(wasmServe.folder.path)/none.wasm"]).status == 66)
    let result = try wasmServe.run(["compile", wasmServe.module, "-o", "/no/such/folder/x.module"])
    #expect(result.status == 73)
    #expect(result.errorLines.count == 1)
    let files = try FileManager.default.contentsOfDirectory(atPath: wasmServe.folder.path)
    #expect(files == ["text.wasm"])
  }

  // MARK: inspect

  @Test("inspect lists imports with their types, exports, memory and hash, and says yes")
  func inspect() throws {
    let digest = try Program("/usr/bin/sha256sum", [wasmServe.module]).finish().output.prefix(64)
    for file in [wasmServe.module, try compiled()] {
      let result = try wasmServe.run(["inspect", file])
      #expect(result.status == 0)
      for part in [
        "\nsha256: \(digest)\n",
        "wasi_snapshot_preview1.poll_oneoff  function (i32, i32, i32, i32)",
        "  _start  function () -> ()\n", "  memory  memory (", "\nthis host can run it: yes\n",
      ] {
        #expect(result.output.contains(part), "\(part)")
      }
    }
  }

  @Test("inspect says no, and why: an import, no _start, more memory than granted")
  func inspectNo() throws {
    let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    // (import "env" "f" (func))
    let importing =
      preamble + [1, 4, 1, 0x60, 0, 0, 2, 9, 1, 3, 0x65, 0x6e, 0x76, 1, 0x66, 0, 0]
    let result = try wasmServe.run([
      "inspect", wasmServe.folder.write(importing, as: "import.wasm"),
    ])
    #expect(result.status == 65)
    #expect(result.output.contains("  env.f  function () -> ()  NOT OFFERED\n"))
    #expect(
      result.output.contains(
        "this host can run it: no, the module imports env.f, which this host does not offer\n"))
    #expect(result.output.contains("it exports no function _start"))

    let small = try wasmServe.run(["inspect", "--memory", "64K", wasmServe.module])
    #expect(small.status == 65)
    #expect(small.output.contains("more memory than --memory grants"))
    #expect(
      try wasmServe.run(["inspect", wasmServe.folder.write([1, 2, 3], as: "none.wasm")]).status
        == 65)
  }
}
