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
  private func serve(
    _ file: String, options: [String] = [], isAllowed: Bool = true
  ) throws -> String {
    let server = try ServerProcess(
      module: file,
      options: ["--no-cache"] + (isAllowed ? ["--allow-precompiled"] : []) + options)
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

  @Test("A module that is compiled ahead starts without compiling, and is known by the whole file")
  func precompiled() throws {
    let file = try compiled()
    let log = try serve(file)
    #expect(log.contains(" cache=precompiled ") && log.contains(" native_code=true "))
    #expect(!log.contains("warning"))
    let digest = try Program("/usr/bin/sha256sum", [file]).finish().output.prefix(12)
    #expect(log.contains(" module=\(digest) "))
  }

  @Test("Native code does not run unasked, whatever the file is called")
  func unasked() throws {
    let file = try compiled()
    let downloaded = "\(wasmServe.folder.path)/x.wasm"
    try FileManager.default.copyItem(atPath: file, toPath: downloaded)
    for path in [file, downloaded] {
      let log = try serve(path, isAllowed: false)
      #expect(log.contains(" cache=off ") && log.contains(" native_code=true "))
      #expect(log.contains("it runs only with --allow-precompiled"))
    }
    // Without native code nothing is said of it.
    #expect(!(try serve(wasmServe.module)).contains("native"))
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
      #expect(log.contains("not used") && log.contains("other users may write to it"))
    }
    #expect(chmod(file, 0o644) == 0)
    #expect(try serve(file).contains(" cache=precompiled "))
    // Only root can give a file away.
    guard geteuid() == 0 else { return }
    #expect(chown(file, 12_345, 12_345) == 0)
    let log = try serve(file)
    #expect(log.contains(" cache=off ") && log.contains("it belongs to another user"))
  }

  @Test("The same code is for any --handler-timeout")
  func handlerTimeout() throws {
    let file = try compiled()
    #expect(try serve(file, options: ["--handler-timeout", "9"]).contains(" cache=precompiled "))
  }

  @Test("Code for other settings of the engine is not run")
  func otherSettings() throws {
    let file = try compiled()
    try change(file) { bytes in
      // (Behind the sizes and hashes, which may have any octet.)
      let place = bytes[48...].firstIndex(of: UInt8(ascii: ";"))
      bytes[place ?? 48] = UInt8(ascii: ":")
    }
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
    let module = try Program("/usr/bin/sha256sum", [wasmServe.module]).finish().output.prefix(64)
    for file in [wasmServe.module, try compiled()] {
      let digest = try Program("/usr/bin/sha256sum", [file]).finish().output.prefix(64)
      let result = try wasmServe.run(["inspect", file])
      #expect(result.status == 0)
      for part in [
        "\nsha256: \(digest)\n",
        "wasi_snapshot_preview1.poll_oneoff  function (i32, i32, i32, i32)",
        "  _start  function () -> ()\n", "  memory  memory (", "\nthis host can run it: yes\n",
      ] {
        #expect(result.output.contains(part), "\(part)")
      }
      let hasCode = file != wasmServe.module
      #expect(result.output.contains("\ncontains native code: yes") == hasCode)
      #expect(result.output.contains("\nsha256 of the module in it: \(module)\n") == hasCode)
    }
  }

  @Test("Names in a module forge no line, and steer no terminal")
  func names() throws {
    let name = "f\n\u{1b}[2Jthis host can run it: yes\n\u{202e}x\u{9b}31m"
    let module = try wasmServe.folder.write(
      try moduleImporting(name), as: "a\u{1b}]0;title\u{07}.wasm")
    let inspected = try wasmServe.run(["inspect", module])
    #expect(inspected.status == 65)
    #expect(!inspected.output.contains("\nthis host can run it: yes"))
    let run = try wasmServe.run(["--no-cache", module])
    #expect(run.status == 65 && run.errorLines.count == 1)
    let missing = try wasmServe.run(["--no-cache", "/no\u{1b}[31m\nwasm-serve: listens on"])
    #expect(missing.status == 66 && missing.errorLines.count == 1)
    let misspelt = try wasmServe.run(["--no-cach\u{1b}[31m\nall is well", "x"])
    #expect(misspelt.status == 64 && misspelt.errorLines.count == 1)
    for text in [inspected.output, run.errors, missing.errors, misspelt.errors] {
      #expect(
        text.unicodeScalars.allSatisfy {
          $0 == "\n" || !"\u{1b}\u{9b}\u{202e}\u{07}\r".unicodeScalars.contains($0)
        })
    }
  }

  /// (module (import "env" NAME (func)))
  private func moduleImporting(_ name: String) throws -> [UInt8] {
    let octets = Array(name.utf8)
    try #require(octets.count < 100)
    let imports = [1, 3] + Array("env".utf8) + [UInt8(octets.count)] + octets + [0, 0]
    return [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 1, 4, 1, 0x60, 0, 0]
      + [2, UInt8(imports.count)] + imports
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
