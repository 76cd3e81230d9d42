import CWasmtime
import Glibc

@testable import WasmHost

/// A module that passes on whatever it is told, one host function at a time. Its memory is 16
/// pages, and a part of it is never named in a call: nothing may change there.
final class HostileGuest {
  /// Its functions are numbers: the places in `HostFunction.preview1`.
  private static let text: String = {
    var imports = ""
    var exports = ""
    for (number, function) in HostFunction.preview1.enumerated() {
      let types = function.parameterTypes.map { "\($0)" }.joined(separator: " ")
      let result = !function.hasResult ? "" : "(result i32)"
      let taken = function.parameters.map { _ in "i32" }.joined(separator: " ")
      let arguments = function.parameterTypes.enumerated().map { place, type in
        type == .i64 ? "(i64.extend_i32_s (local.get \(place)))" : "(local.get \(place))"
      }.joined(separator: " ")
      imports += """
        (import "wasi_snapshot_preview1" "\(function.name)"
          (func $\(number) (param \(types)) \(result)))

        """
      exports += """
        (func (export "\(number)") (param \(taken)) \(result) (call $\(number) \(arguments)))

        """
    }
    return "(module \(imports) (memory (export \"memory\") 16) \(exports))"
  }()

  private static let module: Result<Module, any Error> = Result {
    var bytes = wasm_byte_vec_t()
    if let error = wasmtime_wat2wasm(text, text.utf8.count, &bytes) {
      throw HostError.engine(String(consumingError: error))
    }
    defer { wasm_byte_vec_delete(&bytes) }
    return try Module(
      compiling: UnsafeRawBufferPointer(start: bytes.data, count: bytes.size),
      path: "hostile.wasm", engine: Engine())
  }

  static let size: UInt32 = 16 << 16
  /// Calls name addresses below, with lengths that do not reach it, or beyond the end.
  static let canary: Range<UInt32> = 0x9_0000..<0xa_0000
  private static let pattern = [UInt8](repeating: 0xc5, count: canary.count)

  let instance: Instance
  private let drain: Drain

  /// - Parameter pool: of the service that it is an instance of.
  init(pool: ListenerPool? = nil, generation: Int = 0) throws {
    var configuration = InstanceConfiguration()
    configuration.arguments = ["hostile.wasm", "x"]
    configuration.environment = [.init("PORT", "0")]
    // A port of the system's choice, and nothing else.
    configuration.grants = Grants([Grants.Grant(host: [127, 0, 0, 1], port: 0)])
    configuration.logger.logLevel = .critical
    configuration.listeners = pool
    configuration.user.generation = generation
    drain = try Drain()
    instance = try Instance(
      HostileGuest.module.get(), configuration: configuration, drain: drain)
    // The first call finds the memory.
    _ = try call("sched_yield", [])
    try canaryBytes().copyBytes(from: HostileGuest.pattern)
    // Standard streams are the process' own: they are not to be written to, or waited for.
    for fd in 0...2 as ClosedRange<UInt32> { _ = try call("fd_close", [fd]) }
  }

  /// What a host function answers.
  func call(_ number: Int, _ arguments: [UInt32]) throws -> UInt32? {
    try instance.call("\(number)", list: arguments)
  }

  func call(_ name: String, _ arguments: [UInt32]) throws -> UInt32? {
    guard let number = HostFunction.preview1.firstIndex(where: { $0.name == name }) else {
      return nil
    }
    return try call(number, arguments)
  }

  func requestDrain() { drain.begin() }

  var isCanaryIntact: Bool {
    guard let base = try? canaryBytes().baseAddress else { return false }
    return memcmp(base, HostileGuest.pattern, HostileGuest.pattern.count) == 0
  }

  func canaryBytes() throws(Errno) -> UnsafeMutableRawBufferPointer {
    try instance.memory.bytes(
      HostileGuest.canary.lowerBound, count: UInt32(HostileGuest.canary.count))
  }

  func write(_ bytes: [UInt8], at address: UInt32) {
    try? instance.memory.bytes(address, count: UInt32(bytes.count)).copyBytes(from: bytes)
  }

  func store(_ value: UInt32, at address: UInt32) {
    try? instance.memory.write(value, at: address)
  }

  func load(_ address: UInt32) -> UInt32 {
    (try? instance.memory.read(UInt32.self, at: address)) ?? 0
  }
}
