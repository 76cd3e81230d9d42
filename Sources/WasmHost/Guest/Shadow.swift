import CWasmtime

/// Stands before a host function of the same name: for tests that need the behaviour of another
/// runtime.
public struct Shadow: Sendable {
  /// One call of the function, with its arguments as the guest passed them.
  public struct Call {
    /// May be changed before `forward`.
    public let arguments: Arguments
    public let memory: GuestMemory
    fileprivate let original: () -> Void

    /// Calls the host's own function with the present arguments. Once only: the answer takes the
    /// place of the first argument.
    public func forward() -> UInt32 {
      original()
      return arguments[0]
    }
  }

  let name: String
  let body: @Sendable (Call) -> UInt32

  /// The body answers with the errno that the guest gets.
  public init(_ name: String, body: @escaping @Sendable (Call) -> UInt32) {
    self.name = name
    self.body = body
  }
}

/// What the engine passes to a shadowed function.
final class ShadowedFunction {
  private let shadow: Shadow
  private let original: HostFunction
  private unowned let instance: Instance

  init(_ shadow: Shadow, original: HostFunction, instance: Instance) {
    self.shadow = shadow
    self.original = original
    self.instance = instance
  }

  static let entry: HostFunction.Entry = { environment, caller, values, count in
    guard let environment, let caller, let values else { return nil }
    let function = Unmanaged<ShadowedFunction>.fromOpaque(environment).takeUnretainedValue()
    let instance = function.instance
    if !instance.memory.isKnown { instance.memory.adopt(exportOf: caller) }
    let arguments = Arguments(values)
    arguments[0] = function.shadow.body(
      Shadow.Call(arguments: arguments, memory: instance.memory) {
        _ = function.original.entry(
          Unmanaged.passUnretained(instance).toOpaque(), caller, values, count)
      })
    return nil
  }
}
