/// preview1's `iovec` and `ciovec`, which are alike: octets of the guest to be filled, or to be taken.
///
/// Source: wasi_snapshot_preview1.witx.
public struct Vector: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 8, alignment: 4) }

  /// Where they are.
  public var buffer: UInt32 = 0
  /// How many they are.
  public var count: UInt32 = 0

  @inlinable public init() {}

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&buffer, at: 0)
    fields.field(&count, at: 4)
  }
}
