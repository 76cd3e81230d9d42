import CWasmtime

/// A function that the host offers to modules, under its name in `wasi_snapshot_preview1`.
struct HostFunction: Sendable {
  /// As the engine calls it: parameters and results share one array; a returned trap ends the
  /// module.
  typealias Entry =
    @Sendable @convention(c) (
      UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<wasmtime_val_raw_t>?, Int
    ) -> OpaquePointer?

  static let module = "wasi_snapshot_preview1"

  let name: String
  let parameters: [ValueType]
  let results: [ValueType]
  let entry: Entry

  /// A function that answers with an errno, as all do but `proc_exit`.
  init(_ name: String, _ parameters: ValueType..., entry: @escaping Entry) {
    self.init(name, parameters: parameters, results: [.i32], entry: entry)
  }

  init(_ name: String, parameters: [ValueType], results: [ValueType], entry: @escaping Entry) {
    self.name = name
    self.parameters = parameters
    self.results = results
    self.entry = entry
  }

  /// All of them. A name may occur twice, with different types (`sock_accept`).
  static let all =
    environment + clocks + random + process + descriptors + board + sockets + socketData
    + socketOptions
    + polling
}

/// The parameters of one call.
public struct Arguments {
  let values: UnsafeMutablePointer<wasmtime_val_raw_t>

  @inline(__always)
  init(_ values: UnsafeMutablePointer<wasmtime_val_raw_t>) { self.values = values }

  /// An i32 parameter. The host function's type says how many there are.
  @inline(__always)
  public subscript(place: Int) -> UInt32 {
    get { UInt32(bitPattern: values[place].i32) }
    nonmutating set { values[place].i32 = Int32(bitPattern: newValue) }
  }

  /// An i64 parameter.
  @inline(__always)
  public func i64(_ place: Int) -> Int64 { values[place].i64 }
}

/// Runs a host function's body for the instance that called, and answers with success or the errno
/// it threw.
@inline(__always)
func answer(
  _ environment: UnsafeMutableRawPointer?, _ caller: OpaquePointer?,
  _ values: UnsafeMutablePointer<wasmtime_val_raw_t>?,
  _ body: (Instance, Arguments) throws(Errno) -> Void
) -> OpaquePointer? {
  guard let environment, let caller, let values else { return nil }
  // The instance outlives each call: it is what runs the module.
  Unmanaged<Instance>.fromOpaque(environment)._withUnsafeGuaranteedRef { instance in
    if !instance.memory.isKnown { instance.memory.adopt(exportOf: caller) }
    do throws(Errno) {
      try body(instance, Arguments(values))
      values[0].i32 = 0
    } catch {
      values[0].i32 = Int32(error.rawValue)
    }
  }
  return nil
}
