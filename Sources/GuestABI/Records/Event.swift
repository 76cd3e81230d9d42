/// preview1's `event`: the answer to one subscription.
///
/// Source: wasi_snapshot_preview1.witx, with the layout of wasi-libc's `__wasi_event_t`.
public struct Event: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 32, alignment: 8) }

  public var userdata: UInt64 = 0
  /// An `Errno`.
  public var error: UInt16 = 0
  /// The subscription's tag.
  public var tag: UInt8 = 0
  /// How much there is to read, or room to write to.
  public var bytes: UInt64 = 0
  /// Bit 0: the peer has hung up (`eventrwflags`).
  public var flags: UInt16 = 0

  @inlinable public init() {}

  /// The answer to a subscription. WasmEdge's `nbytes` is 1 for any socket; so it is here.
  @inlinable
  public init(
    _ subscription: Subscription, error: Errno = .success, bytes: UInt64 = 0, hungUp: Bool = false
  ) {
    userdata = subscription.userdata
    self.error = error.rawValue
    tag = subscription.tag
    self.bytes = bytes
    flags = hungUp ? 1 : 0
  }

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&userdata, at: 0)
    fields.field(&error, at: 8)
    fields.field(&tag, at: 10)
    fields.field(&bytes, at: 16)
    fields.field(&flags, at: 24)
  }

  public var hungUp: Bool { flags & 1 == 1 }
}
