import GuestABI

/// Replaces the host function of the same name, for tests that need the behaviour of another runtime.
public struct Shadow: Sendable {
  /// One call of the function, with its arguments as the guest passed them.
  public struct Call {
    /// The arguments, which may be changed before `forward`.
    public let arguments: Arguments
    public let memory: GuestMemory
    fileprivate let original: () -> Errno

    /// Calls the host's own function with the present arguments.
    public func forward() -> UInt32 { UInt32(original().rawValue) }
  }

  let name: String
  private let body: @Sendable (Call) -> UInt32

  /// - Parameter body: answers with the errno that the guest gets.
  public init(_ name: String, body: @escaping @Sendable (Call) -> UInt32) {
    self.name = name
    self.body = body
  }

  /// The body that is called instead of the function's own.
  func body(before function: HostFunction) -> HostFunction.Body {
    { [body] (call) throws(Errno) in
      let result = body(
        Call(arguments: call.arguments, memory: call.instance.memory) {
          do throws(Errno) {
            try function.body(call)
            return .success
          } catch {
            return error
          }
        })
      guard result != 0 else { return }
      throw Errno(rawValue: UInt16(truncatingIfNeeded: result)) ?? .io
    }
  }
}
