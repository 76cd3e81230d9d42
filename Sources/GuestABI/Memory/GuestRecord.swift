/// A record as the guest has it in its memory: little-endian, at places that the ABI names.
///
/// A record lists its fields once, and is read and written by that list:
///
/// ```swift
/// struct Vector: GuestRecord {
///   static var layout: RecordLayout { RecordLayout(size: 8, alignment: 4) }
///   var buffer: UInt32 = 0
///   var count: UInt32 = 0
///
///   mutating func visit(_ fields: some RecordFields) {
///     fields.field(&buffer, at: 0)
///     fields.field(&count, at: 4)
///   }
/// }
/// ```
///
/// Octets of a record that no field has are padding: they are neither read nor written.
public protocol GuestRecord: Sendable {
  static var layout: RecordLayout { get }

  init()

  /// Names each field with its offset from the record's start.
  mutating func visit(_ fields: some RecordFields)
}

/// What a record takes of the guest's memory.
public struct RecordLayout: Sendable {
  /// In octets; so far are the records of an array apart.
  public let size: UInt64
  /// A power of two.
  public let alignment: UInt32

  @inlinable @inline(__always)
  public init(size: UInt64, alignment: UInt32) {
    self.size = size
    self.alignment = alignment
  }
}

/// Reads a record's fields, or writes them.
public protocol RecordFields {
  func field<Value: FixedWidthInteger & BitwiseCopyable>(_ value: inout Value, at offset: Int)
}

/// Reads fields from a record whose range has been checked.
@unsafe
@usableFromInline
struct RecordReader: @unsafe RecordFields {
  @usableFromInline let base: UnsafeRawPointer
  @usableFromInline let layout: RecordLayout

  @inlinable @inline(__always)
  init(_ base: UnsafeRawPointer, _ layout: RecordLayout) {
    unsafe self.base = base
    unsafe self.layout = layout
  }

  @inlinable @inline(__always)
  func field<Value: FixedWidthInteger & BitwiseCopyable>(_ value: inout Value, at offset: Int) {
    // (A constant for each field: it costs nothing.)
    unsafe precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= Int(layout.size))
    // The record's range was checked, and the field is inside it.
    value = unsafe Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}

/// Writes fields to a record whose range has been checked.
@unsafe
@usableFromInline
struct RecordWriter: @unsafe RecordFields {
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let layout: RecordLayout

  @inlinable @inline(__always)
  init(_ base: UnsafeMutableRawPointer, _ layout: RecordLayout) {
    unsafe self.base = base
    unsafe self.layout = layout
  }

  @inlinable @inline(__always)
  func field<Value: FixedWidthInteger & BitwiseCopyable>(_ value: inout Value, at offset: Int) {
    unsafe precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= Int(layout.size))
    // The record's range was checked, and the field is inside it.
    unsafe base.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
  }
}

// MARK: Integers as records of one field

extension UInt8: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 1, alignment: 1) }

  @inlinable public mutating func visit(_ fields: some RecordFields) { fields.field(&self, at: 0) }
}

extension UInt16: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 2, alignment: 2) }

  @inlinable public mutating func visit(_ fields: some RecordFields) { fields.field(&self, at: 0) }
}

extension UInt32: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 4, alignment: 4) }

  @inlinable public mutating func visit(_ fields: some RecordFields) { fields.field(&self, at: 0) }
}

extension UInt64: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 8, alignment: 8) }

  @inlinable public mutating func visit(_ fields: some RecordFields) { fields.field(&self, at: 0) }
}
