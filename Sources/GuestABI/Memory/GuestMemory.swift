/// The linear memory of one instance, as host functions see it.
///
/// Every address, length and count that a guest passes is checked in `checked(_:size:alignment:)`, and nothing else
/// makes a pointer of a guest's number. Host functions read and write records (`GuestRecord`); octets that a
/// system call is to fill or take go through `bytes(_:count:)`.
///
/// The memory never moves and never shrinks while its instance lives: WebAssembly cannot shrink one, and the
/// engine reserves all of its address space at once. So the base is read once, and the length again only when
/// an address lies beyond what was known. Only the instance's own thread uses it.
///
/// (This target is no product: what is `public` here is for the host alone, whose calls are to be compiled
/// into the caller.)
@safe
public final class GuestMemory {
  // (No access to these two is ever long enough to overlap another one: they are loaded and stored.)
  @exclusivity(unchecked) @usableFromInline
  var base: UnsafeMutableRawPointer?
  @exclusivity(unchecked) @usableFromInline
  var length: UInt64 = 0
  private var measure: () -> UInt64 = { 0 }

  /// A memory that is not known yet: each access throws `fault`, as it does for a module without memory.
  public init() {
    // Nil points to nothing.
    unsafe base = nil
  }

  public var isKnown: Bool {
    // The pointer is compared and not followed.
    unsafe base != nil
  }

  /// Makes this the memory that begins at `base`.
  ///
  /// - Parameters:
  ///   - base: stays the memory's first octet until `forget`.
  ///   - measure: the memory's length in octets. All of them can be read and written until `forget`, and a
  ///     later answer is never less.
  @unsafe
  public func adopt(base: UnsafeMutableRawPointer, measuredBy measure: @escaping () -> UInt64) {
    // The caller vouches for them.
    unsafe self.base = base
    unsafe length = measure()
    self.measure = measure
  }

  /// The instance is gone: each access throws `fault` from now on.
  public func forget() {
    // Nil points to nothing.
    unsafe base = nil
    unsafe length = 0
    measure = { 0 }
  }

  /// The host's pointer to `size` octets at a guest's address.
  ///
  /// - Throws: `fault` when one of them lies outside the memory, `inval` when the address is not a multiple of
  ///   the alignment.
  @inlinable @inline(__always)
  func checked(
    _ address: UInt32, size: UInt64, alignment: UInt32
  ) throws(Errno) -> UnsafeMutableRawPointer {
    let (end, isTooLarge) = UInt64(address).addingReportingOverflow(size)
    // `length` is a number: it is only compared.
    guard !isTooLarge, unsafe end <= length || hasGrown(to: end), let base = unsafe base else {
      throw .fault
    }
    guard address & (alignment &- 1) == 0 else { throw .inval }
    // address <= end <= length, which `adopt` says can all be accessed.
    return unsafe base + Int(address)
  }

  /// Whether the memory has grown since its length was read, far enough to hold octet `end - 1`.
  @usableFromInline @inline(never)
  func hasGrown(to end: UInt64) -> Bool {
    let present = measure()
    // `length` is a number, and what `measure` says can be accessed.
    unsafe length = present
    return end <= present
  }
}

// MARK: Records

extension GuestMemory {
  @inlinable @inline(__always)
  public func read<Record: GuestRecord>(
    _ type: Record.Type, at address: UInt32
  ) throws(Errno) -> Record {
    let memory = self
    return try memory.slot(for: type, at: address).record
  }

  @inlinable @inline(__always)
  public func write<Record: GuestRecord>(_ record: Record, at address: UInt32) throws(Errno) {
    let memory = self
    try memory.slot(for: Record.self, at: address).record = record
  }

  /// The place of one record, checked now and to be read or written later: what comes between, a system call,
  /// cannot be taken back when the guest's address turns out to be wrong.
  @_lifetime(borrow self)
  @inlinable @inline(__always)
  public func slot<Record: GuestRecord>(
    for type: Record.Type, at address: UInt32
  ) throws(Errno) -> GuestSlot<Record> {
    let layout = Record.layout
    // The range is the record's, aligned as the layout says.
    return unsafe GuestSlot(
      self, try checked(address, size: layout.size, alignment: layout.alignment))
  }

  /// The places of `count` records, one behind the other.
  @_lifetime(borrow self)
  @inlinable @inline(__always)
  public func array<Record: GuestRecord>(
    of type: Record.Type, at address: UInt32, count: UInt32
  ) throws(Errno) -> GuestArray<Record> {
    let layout = Record.layout
    let (size, isTooLarge) = UInt64(count).multipliedReportingOverflow(by: layout.size)
    guard !isTooLarge else { throw .fault }
    // The range is that of `count` records, and their layout's size is a multiple of its alignment.
    return unsafe GuestArray(
      self, try checked(address, size: size, alignment: layout.alignment), count: Int(count))
  }
}

// MARK: Octets

extension GuestMemory {
  /// `count` octets at a guest's address, for a system call. They are valid for as long as the instance is.
  @unsafe
  @inlinable @inline(__always)
  public func bytes(
    _ address: UInt32, count: UInt32
  ) throws(Errno) -> UnsafeMutableRawBufferPointer {
    // The range is these octets.
    unsafe UnsafeMutableRawBufferPointer(
      start: try checked(address, size: UInt64(count), alignment: 1), count: Int(count))
  }

  /// Checks that `count` octets at a guest's address are in the memory.
  public func check(_ address: UInt32, count: UInt32) throws(Errno) {
    // The pointer is not used.
    _ = unsafe try checked(address, size: UInt64(count), alignment: 1)
  }

  /// A copy of `count` octets at a guest's address.
  ///
  /// - Parameter limit: so many are taken at most; the whole range is checked all the same.
  public func copy(
    _ address: UInt32, count: UInt32, limit: UInt32 = .max
  ) throws(Errno) -> [UInt8] {
    // The buffer is not kept.
    unsafe Array(try bytes(address, count: count).prefix(Int(min(count, limit))))
  }

  /// Writes all octets, or none.
  public func write(_ octets: [UInt8], at address: UInt32) throws(Errno) {
    guard let count = UInt32(exactly: octets.count) else { throw .fault }
    // The range has as many octets as the array.
    unsafe try bytes(address, count: count).copyBytes(from: octets)
  }
}
