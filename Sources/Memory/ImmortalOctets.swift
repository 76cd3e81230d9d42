import CMemory

extension StaticString {
  /// The octets of a literal.
  package var octets: Span<UInt8> {
    @inlinable @inline(__always) @_lifetime(immortal)
    get {
      // A literal is part of the program: its octets are there, unchanged, until the process ends. (Made from a
      // buffer, a span is without the check that its count is not negative.)
      let literal = unsafe Span(
        _unsafeElements: UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
      return unsafe _overrideLifetime(literal, copying: ())
    }
  }
}

/// Octets that exist until the process ends: those of a literal, of an environment variable's value, or a copy
/// that is never freed. Unlike a span they can be stored anywhere.
///
/// It is safe although it holds a pointer: only the initialisers make one, and `span` checks its indices.
@safe @usableFromInline
package struct ImmortalOctets {
  @usableFromInline let start: UnsafePointer<UInt8>
  @usableFromInline package let count: Int

  /// The octets of a literal; none without one.
  @inlinable @inline(__always)
  package init(_ literal: StaticString = "") {
    unsafe start = literal.utf8Start
    count = literal.utf8CodeUnitCount
  }

  /// Copies octets, for good: for what is made once, at start.
  ///
  /// - Returns: nil when there is not enough memory.
  package init?(copying octets: Span<UInt8>) {
    guard let memory = unsafe calloc(octets.count + 1, 1) else { return nil }
    unsafe octets.withUnsafeBytes { octets in
      if let source = octets.baseAddress {
        _ = unsafe memcpy(memory, source, octets.count)  // there is one octet more than these
      }
    }
    unsafe start = UnsafePointer(memory.assumingMemoryBound(to: UInt8.self))
    count = octets.count
  }

  private init(start: UnsafePointer<UInt8>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  /// - Parameter octets: memory that is neither changed nor freed until the process ends. Nothing can check
  ///   that: it is the caller's to say why it is so.
  @unsafe
  package init?(unsafe octets: UnsafeBufferPointer<UInt8>) {
    guard let start = octets.baseAddress else { return nil }
    unsafe self.start = start
    count = octets.count
  }

  package var isEmpty: Bool {
    @inlinable @inline(__always) get { count == 0 }
  }

  /// A part of these octets.
  package func part(_ range: Range<Int>) -> ImmortalOctets {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe ImmortalOctets(start: start + range.lowerBound, count: range.count)
  }

  package var span: Span<UInt8> {
    @inlinable @inline(__always) @_lifetime(immortal)
    get {
      // All initialisers have memory that is never freed, and none a negative count: nothing has to check it.
      let octets = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: start, count: count))
      return unsafe _overrideLifetime(octets, copying: ())
    }
  }
}
