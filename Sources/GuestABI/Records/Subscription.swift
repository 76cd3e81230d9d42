/// preview1's `subscription`: what a guest waits for in `poll_oneoff`.
///
/// From offset 16 on it is a union: of a clock (`clockID` to `clockFlags`), or of a descriptor.
///
/// Source: wasi_snapshot_preview1.witx, with the layout of wasi-libc's `__wasi_subscription_t`.
public struct Subscription: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 48, alignment: 8) }

  /// Given back in the event.
  public var userdata: UInt64 = 0
  /// An `EventType`, if the guest knows what it does.
  public var tag: UInt8 = 0
  /// The clock's number, or the descriptor's.
  public var subject: UInt32 = 0
  /// In nanoseconds.
  public var timeout: UInt64 = 0
  /// In nanoseconds; every clock here is as precise as it can be.
  public var precision: UInt64 = 0
  /// Bit 0: the timeout is a time of the clock, and not from now on (`subclockflags`).
  public var clockFlags: UInt16 = 0

  @inlinable public init() {}

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&userdata, at: 0)
    fields.field(&tag, at: 8)
    fields.field(&subject, at: 16)
    fields.field(&timeout, at: 24)
    fields.field(&precision, at: 32)
    fields.field(&clockFlags, at: 40)
  }

  @inlinable public var type: EventType? { EventType(rawValue: tag) }

  public var isAbsolute: Bool { clockFlags & 1 == 1 }
}

/// preview1's `eventtype`.
public enum EventType: UInt8, Sendable {
  case clock, read, write
}
