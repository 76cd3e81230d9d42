import Testing

@testable import WasmHost

struct ModuleTests {
  private func refusal(of imports: String) throws -> HostError? {
    let module = try compile("(module \(imports))")
    return #expect(throws: HostError.self) {
      try Instance(module, configuration: InstanceConfiguration(), drain: Drain())
    }
  }

  @Test("An import that is not offered is refused by name")
  func unknownName() throws {
    let error = try refusal(
      of: #"(import "wasi_snapshot_preview1" "path_open" (func (param i32)))"#)
    #expect(
      error?.description
        == "the module imports wasi_snapshot_preview1.path_open, which this host does not offer")
  }

  @Test("An import from another module is refused by name")
  func unknownModule() throws {
    let error = try refusal(of: #"(import "env" "clock_time_get" (func))"#)
    #expect(
      error?.description == "the module imports env.clock_time_get, which this host does not offer")
  }

  @Test("A known name with another type is refused, and the type is named")
  func wrongType() throws {
    let error = try refusal(
      of: #"(import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32)))"#)
    #expect(
      error?.description
        == "the module imports wasi_snapshot_preview1.fd_close, as (i64) -> (i32), "
        + "but this host offers it as (fd: i32) -> (i32)")
  }

  @Test(
    "An import that is not a function is refused",
    arguments: [
      (#"(memory 1)"#, "a memory"), (#"(global i32)"#, "a global"),
      (#"(table 1 funcref)"#, "a table"),
    ])
  func otherKinds(kind: String, word: String) throws {
    let error = try refusal(of: #"(import "wasi_snapshot_preview1" "thing" \#(kind))"#)
    #expect(error?.description.contains("imports wasi_snapshot_preview1.thing, \(word)") == true)
  }

  @Test("The same import twice is no trouble")
  func twice() throws {
    let twice = #"(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))"#
    let module = try compile("(module \(twice) \(twice))")
    _ = try Instance(module, configuration: InstanceConfiguration(), drain: Drain())
  }

  @Test(
    "What is not a core module is refused with its reason",
    arguments: [
      ([], "the file is empty"),
      (bytes("\u{7f}ELF and more"), "native program"),
      (bytes("(module)"), "WebAssembly text"),
      (bytes(";; a comment\n(module)"), "WebAssembly text"),
      (bytes("\n  (module $name)"), "WebAssembly text"),
      (bytes("#!/bin/sh\n"), "magic number"),
      ([0x1f, 0x8b, 8, 0], "gunzip"),
      ([0x28, 0xb5, 0x2f, 0xfd, 4], "unzstd"),
      ([0, 0x61], "magic number"),
      ([0, 0x61, 0x73, 0x6d, 1], "truncated"),
      ([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, 2], "component; wasm-serve runs core modules"),
      ([0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0], "component; wasm-serve runs core modules"),
      ([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], "version"),
      ([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 200, 1], ""),
    ] as [([UInt8], String)])
  func notAModule(content: [UInt8], reason: String) throws {
    let error = #expect(throws: HostError.self) {
      try content.withUnsafeBytes {
        _ = try Module(compiling: $0, path: "x.wasm", engine: engine())
      }
    }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("'x.wasm' is not a WebAssembly module: "))
    #expect(text.contains(reason))
    #expect(!text.contains("\n"))
  }
}
