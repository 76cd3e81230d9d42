/// The place of one record in guest memory, whose range has been checked. The compiler lets none outlive the
/// memory.
@safe
public struct GuestSlot<Record: GuestRecord>: ~Escapable {
  @usableFromInline let base: UnsafeMutableRawPointer

  /// - Parameter base: of a whole record in this memory.
  @unsafe
  @_lifetime(borrow memory)
  @inlinable @inline(__always)
  init(_ memory: borrowing GuestMemory, _ base: UnsafeMutableRawPointer) {
    // As the caller vouches for it.
    unsafe self.base = base
  }

  @inlinable
  public var record: Record {
    @inline(__always)
    get {
      var record = Record()
      // The base is that of a whole record.
      unsafe record.visit(RecordReader(base, Record.layout))
      return record
    }
    @inline(__always)
    nonmutating set {
      var record = newValue
      // The base is that of a whole record.
      unsafe record.visit(RecordWriter(base, Record.layout))
    }
  }
}

/// The places of several records in guest memory, one behind the other, whose range has been checked.
@safe
public struct GuestArray<Record: GuestRecord>: ~Escapable {
  @usableFromInline let base: UnsafeMutableRawPointer
  public let count: Int

  /// - Parameter base: of `count` whole records in this memory.
  @unsafe
  @_lifetime(borrow memory)
  @inlinable @inline(__always)
  init(_ memory: borrowing GuestMemory, _ base: UnsafeMutableRawPointer, count: Int) {
    // As the caller vouches for it.
    unsafe self.base = base
    self.count = count
  }

  /// Traps for a place that the array does not have.
  @inlinable
  public subscript(place: Int) -> Record {
    @inline(__always)
    get {
      var record = Record()
      // The place has just been checked.
      unsafe record.visit(RecordReader(start(of: place), Record.layout))
      return record
    }
    @inline(__always)
    nonmutating set {
      var record = newValue
      // The place has just been checked.
      unsafe record.visit(RecordWriter(start(of: place), Record.layout))
    }
  }

  @unsafe
  @inlinable @inline(__always)
  func start(of place: Int) -> UnsafeMutableRawPointer {
    precondition(0 <= place && place < count)
    // Below `count` records from the base.
    return unsafe base + place &* Int(Record.layout.size)
  }
}

/// Room for several records in guest memory, filled from its start.
@safe
public struct GuestOutput<Record: GuestRecord>: ~Escapable {
  @usableFromInline let room: GuestArray<Record>
  @usableFromInline var written = 0

  @_lifetime(copy room)
  @inlinable
  public init(_ room: GuestArray<Record>) { self.room = room }

  /// Writes one more, unless there is no room for it.
  @inlinable
  public mutating func append(_ record: Record) {
    guard written < room.count else { return }
    room[written] = record
    written += 1
  }

  /// How many have been written.
  @inlinable public var count: Int { written }

  public mutating func removeAll() { written = 0 }
}
