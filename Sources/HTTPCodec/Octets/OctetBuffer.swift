import CMemory
import Memory

/// Octets that grow, up to a limit, in memory that may run out.
///
/// Both are answers here and not the end of the process: an append that does not fit changes
/// nothing and sets `overflowed`, which is asked once, when all is written.
///
/// It is safe although it holds a pointer: `memory` has `capacity` octets, of which the first `count` are
/// initialized, and what is given out are spans that the compiler ties to the buffer.
@safe @usableFromInline
package struct OctetBuffer: ~Copyable {
  @usableFromInline var memory: UnsafeMutablePointer<UInt8>?
  /// How many octets there is memory for.
  package private(set) var capacity = 0
  private let limit: Int
  @usableFromInline package private(set) var count = 0
  /// Whether an append was dropped since the last `removeAll`.
  package private(set) var overflowed = false

  /// - Parameter limit: the most octets it may hold.
  package init(limit: Int) {
    unsafe memory = nil
    self.limit = limit
  }

  // (Inlinable, or other modules could not destroy a buffer in Embedded Swift.)
  @inlinable
  deinit {
    // The buffer cannot be copied: this is its only pointer to the memory.
    unsafe free(memory)
  }

  package var isEmpty: Bool {
    @inlinable @inline(__always) get { count == 0 }
  }

  /// What is in it, for as long as the buffer does not change.
  package var octets: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // `count` octets are initialized, and stay where they are while the buffer is borrowed.
      let octets = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: memory, count: count))
      return unsafe _overrideLifetime(octets, borrowing: self)
    }
  }

  /// What is in it from `start` on, to be changed in place.
  @_lifetime(&self)
  package mutating func mutableOctets(from start: Int = 0) -> MutableSpan<UInt8> {
    precondition(start >= 0 && start <= count)
    // As `octets`, and no other code sees them: the buffer is borrowed exclusively.
    let octets = unsafe MutableSpan(
      _unsafeElements: UnsafeMutableBufferPointer(
        start: memory.map { unsafe $0 + start }, count: count - start))
    return unsafe _overrideLifetime(octets, mutating: &self)
  }

  /// Makes room for `extra` more octets; false when that is over the limit, or memory ran out.
  @inline(never)
  package mutating func reserve(_ extra: Int) -> Bool {
    guard extra <= limit - count else { return false }
    if count + extra <= capacity { return true }
    let wanted = min(max(count + extra, capacity &* 2, 256), limit)
    // The buffer's own memory or nil; when it fails, the old memory stays as it is.
    guard let grown = unsafe realloc(memory, wanted) else { return false }
    unsafe memory = grown.assumingMemoryBound(to: UInt8.self)
    capacity = wanted
    return true
  }

  /// Appends what `body` writes into the room behind the octets: at least what was reserved.
  ///
  /// ```swift
  /// guard buffer.reserve(2048) else { … }
  /// try buffer.appendReserved { room in try socket.receive(into: &room) }
  /// ```
  @inline(__always)
  package mutating func appendReserved<Result, Failure: Error>(
    _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Memory of the buffer that has no octets yet, and to which there is no other reference meanwhile.
    let free = unsafe UnsafeMutableBufferPointer(
      start: memory.map { unsafe $0 + count }, count: capacity - count)
    var room = unsafe OutputSpan(buffer: free, initializedCount: 0)
    defer {
      // Checks that `room` still stands for this memory.
      count += unsafe room.finalize(for: free)
      room = OutputSpan()
    }
    return try body(&room)
  }

  @inline(never)  // it stands in every line that writes a response: a call is smaller
  package mutating func append(_ octets: Span<UInt8>) {
    let length = octets.count
    guard length <= capacity - count || reserve(length) else {
      overflowed = true
      return
    }
    unsafe octets.withUnsafeBufferPointer { source in
      guard let memory = unsafe memory, let start = source.baseAddress else { return }
      // There is room for `length` more, and none of it is `octets`: this buffer is changed exclusively.
      unsafe memcpy(memory + count, start, length)
    }
    count += length
  }

  package mutating func append(_ other: borrowing OctetBuffer) { append(other.octets) }

  /// Appends a text that is not a literal where this is called: its octets are found here, once.
  @inline(never)
  package mutating func append(text: StaticString) { append(text.octets) }

  package mutating func append(_ literal: StaticString) {
    append(literal.octets)
  }

  @inline(never)
  package mutating func append(octet: UInt8) {
    guard count < capacity || reserve(1), let memory = unsafe memory else {
      overflowed = true
      return
    }
    // There is room for one more.
    unsafe memory[count] = octet
    count += 1
  }

  /// Counts octets that were written behind the others, where there is memory.
  @inline(__always)
  mutating func grow(by length: Int) {
    precondition(length >= 0 && length <= capacity - count)
    count += length
  }

  /// For an append in several parts that does not begin, because not all of them would fit.
  package mutating func noteOverflow() { overflowed = true }

  package mutating func removeAll() {
    count = 0
    overflowed = false
  }

  /// Cuts off what lies behind the first `length` octets.
  package mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count)
    count = length
  }

  /// Undoes the appends behind the first `length` octets, those that did not fit as well.
  package mutating func rollBack(to length: Int) {
    truncate(to: length)
    overflowed = false
  }

  package mutating func removeFirst(_ length: Int) {
    let rest = count - length
    var octets = mutableOctets()
    octets.move(length..<octets.count, to: 0)
    count = rest
  }

  /// Gives the memory back as well.
  package mutating func release() {
    // `octets` cannot be in use: the buffer is changed exclusively.
    unsafe free(memory)
    unsafe memory = nil
    capacity = 0
    removeAll()
  }
}
