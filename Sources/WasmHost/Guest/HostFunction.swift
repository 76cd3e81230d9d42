import CWasmtime
import GuestABI

/// A function that the host offers to modules, under its name in `wasi_snapshot_preview1`.
///
/// All of them are in the table `HostFunction.preview1`. It is the only place with their names: the linker,
/// `wasm-serve inspect` and the log take them from there.
struct HostFunction: Sendable {
  static let module = "wasi_snapshot_preview1"

  /// One parameter. A string literal names an i32, which is a number or an address in the guest's memory.
  struct Parameter: Sendable, ExpressibleByStringLiteral {
    let name: String
    let type: ValueType

    init(stringLiteral name: String) { self.init(name: name, type: .i32) }

    static func i64(_ name: String) -> Parameter { Parameter(name: name, type: .i64) }

    private init(name: String, type: ValueType) {
      self.name = name
      self.type = type
    }
  }

  typealias Body = @Sendable (HostCall) throws(Errno) -> Void

  let name: String
  let parameters: [Parameter]
  /// Whether the function answers with an i32, the errno. All do but `proc_exit`.
  let hasResult: Bool
  let body: Body

  init(_ name: String, _ parameters: Parameter..., hasResult: Bool = true, body: @escaping Body) {
    self.name = name
    self.parameters = parameters
    self.hasResult = hasResult
    self.body = body
  }

  var parameterTypes: [ValueType] { parameters.map(\.type) }
  var resultTypes: [ValueType] { hasResult ? [.i32] : [] }

  /// The type with the parameters' names, as `(fd: i32, offset: i64) -> (i32)`.
  var signature: String {
    let parameters = parameters.map { "\($0.name): \($0.type)" }.joined(separator: ", ")
    return "(\(parameters)) -> (\(hasResult ? "i32" : ""))"
  }
}

/// The arguments of one call.
public struct Arguments {
  private let values: UnsafeMutablePointer<wasmtime_val_raw_t>

  @inline(__always)
  init(_ values: UnsafeMutablePointer<wasmtime_val_raw_t>) { self.values = values }

  /// An i32 argument. The caller knows from the function's type how many there are.
  @inline(__always)
  public subscript(place: Int) -> UInt32 {
    get { UInt32(bitPattern: values[place].i32) }
    nonmutating set { values[place].i32 = Int32(bitPattern: newValue) }
  }

  /// An i64 argument.
  @inline(__always)
  public func i64(_ place: Int) -> Int64 { values[place].i64 }
}

/// One call of a host function by the guest of an instance.
struct HostCall {
  let instance: Instance
  private let function: BoundFunction
  let arguments: Arguments

  @inline(__always)
  init(_ instance: Instance, _ function: BoundFunction, _ arguments: Arguments) {
    self.instance = instance
    self.function = function
    self.arguments = arguments
  }

  /// The function's name, for the log.
  var name: String { function.function.name }

  @inline(__always)
  subscript(place: Int) -> UInt32 { arguments[place] }

  @inline(__always)
  func i64(_ place: Int) -> Int64 { arguments.i64(place) }
}

/// A host function of one instance, and `entry`, the one door through which guests call the host.
final class BoundFunction {
  let function: HostFunction
  private let body: HostFunction.Body
  /// Unretained: the instance owns this object, and outlives every call.
  private let instance: Unmanaged<Instance>

  init(_ function: HostFunction, of instance: Instance, shadow: Shadow?) {
    self.function = function
    self.instance = .passUnretained(instance)
    // (Not with `??`: its generic form wraps the closure, and each call would go through the wrapper.)
    if let shadow { body = shadow.body(before: function) } else { body = function.body }
  }

  /// The engine's form of a host function. Arguments and result share one array; a returned trap ends the
  /// module.
  typealias Entry =
    @convention(c) (
      UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<wasmtime_val_raw_t>?, Int
    ) -> OpaquePointer?

  static let entry: Entry = { environment, caller, values, _ in
    guard let environment, let caller, let values else { return nil }
    return Unmanaged<BoundFunction>.fromOpaque(environment)._withUnsafeGuaranteedRef { function in
      function.instance._withUnsafeGuaranteedRef { instance in
        if !instance.memory.isKnown { instance.adoptMemory(exportOf: caller) }
        do throws(Errno) {
          try function.body(HostCall(instance, function, Arguments(values)))
          values[0].i32 = 0
        } catch {
          values[0].i32 = Int32(error.rawValue)
        }
        return instance.ending == nil ? nil : instance.takeEnding()
      }
    }
  }
}
