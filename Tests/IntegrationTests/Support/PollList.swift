import WasmHost

/// The arguments of a `poll_oneoff`, in the guest's memory (docs/socket-abi.md has the layouts).
struct PollList {
  struct Subscription {
    /// Of the record.
    let address: UInt32
    /// 0 clock, 1 read, 2 write.
    let tag: UInt8
    let descriptor: UInt32
  }

  private let call: Shadow.Call
  private let subscriptionsAt: UInt32
  private let eventsAt: UInt32
  private let count: UInt32
  private let countAt: UInt32

  /// To be made before `forward`, which overwrites an argument.
  init(_ call: Shadow.Call) {
    self.call = call
    subscriptionsAt = call.arguments[0]
    eventsAt = call.arguments[1]
    count = call.arguments[2]
    countAt = call.arguments[3]
  }

  var subscriptions: [Subscription] {
    get throws {
      try (0..<count).map { place in
        let address = subscriptionsAt + 48 * place
        return Subscription(
          address: address, tag: try call.memory.read(UInt8.self, at: address + 8),
          descriptor: try call.memory.read(UInt32.self, at: address + 16))
      }
    }
  }

  func setDescriptor(_ descriptor: UInt32, of subscription: Subscription) throws {
    try call.memory.write(descriptor, at: subscription.address + 16)
  }

  /// Answers with no events at all.
  func answerNothing() throws {
    try call.memory.write(UInt32(0), at: countAt)
  }

  /// Changes each event that the host has written.
  func forEachEvent(_ body: (_ address: UInt32) throws -> Void) throws {
    for place in 0..<(try call.memory.read(UInt32.self, at: countAt)) {
      try body(eventsAt + 32 * place)
    }
  }

  func setError(_ error: UInt16, ofEventAt address: UInt32) throws {
    try call.memory.write(error, at: address + 8)
  }

  func setByteCount(_ bytes: UInt64, ofEventAt address: UInt32) throws {
    try call.memory.write(bytes, at: address + 16)
  }
}

/// A shadow whose body may fail on a guest's pointer: the guest then gets that errno.
func shadow(
  _ name: String, _ body: @escaping @Sendable (Shadow.Call) throws -> UInt32
) -> Shadow {
  Shadow(name) { call in
    do { return try body(call) } catch let error as Errno { return UInt32(error.rawValue) } catch {
      return 29
    }
  }
}
