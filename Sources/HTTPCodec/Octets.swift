import CMemory

/// A borrowed run of octets: the codec reads messages where they lie and copies nothing.
///
/// It is valid only as long as the memory behind it: for the parts of a request, until the
/// request's handler returns.
public struct Octets: Sequence {
  public let base: UnsafePointer<UInt8>
  public let count: Int

  public init(_ base: UnsafePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
  }

  /// The octets of a literal, which live for ever.
  public init(_ literal: StaticString) {
    self.init(literal.utf8Start, count: literal.utf8CodeUnitCount)
  }

  public var isEmpty: Bool { count == 0 }
  public var first: UInt8? { count > 0 ? base[0] : nil }
  public var last: UInt8? { count > 0 ? base[count - 1] : nil }

  public struct Iterator: IteratorProtocol {
    fileprivate var position: UnsafePointer<UInt8>
    fileprivate let end: UnsafePointer<UInt8>

    @inline(__always)
    public mutating func next() -> UInt8? {
      guard position < end else { return nil }
      defer { position += 1 }
      return position.pointee
    }
  }

  @inline(__always)
  public func makeIterator() -> Iterator { Iterator(position: base, end: base + count) }

  @inline(__always)
  public subscript(position: Int) -> UInt8 {
    assert(position >= 0 && position < count)
    return base[position]
  }

  /// A part, which has indices of its own from 0 on.
  @inline(__always)
  public subscript(bounds: Range<Int>) -> Octets {
    assert(bounds.lowerBound >= 0 && bounds.upperBound <= count)
    return Octets(base + bounds.lowerBound, count: bounds.count)
  }

  @inline(never)
  public static func == (left: Octets, right: Octets) -> Bool {
    left.count == right.count && memcmp(left.base, right.base, left.count) == 0
  }

  public static func == (left: Octets, right: StaticString) -> Bool {
    left == Octets(right)
  }

  /// Whether these octets are `lowercase`, ASCII letters compared without regard to case, as
  /// field names, connection options and coding names are (RFC 9110 5.1, 7.6.1; RFC 9112 7).
  ///
  /// - Parameter lowercase: a literal without upper-case letters.
  public func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    equalsIgnoringCase(Octets(lowercase))
  }

  @inline(never)
  public func equalsIgnoringCase(_ other: Octets) -> Bool {
    guard count == other.count else { return false }
    for i in 0..<count where base[i].asciiLowercase != other.base[i].asciiLowercase { return false }
    return true
  }

  /// These octets without the optional whitespace around them (OWS, RFC 9110 5.6.3).
  @inline(never)
  public var trimmed: Octets {
    var start = 0
    var end = count
    while start < end, base[start].isWhitespace { start += 1 }
    while end > start, base[end - 1].isWhitespace { end -= 1 }
    return self[start..<end]
  }

  /// Splits off what stands before the first `separator`; nil when there is none.
  @inline(never)
  public func split(at separator: UInt8) -> (before: Octets, after: Octets)? {
    for i in 0..<count where base[i] == separator { return (self[0..<i], self[i + 1..<count]) }
    return nil
  }

  /// Splits off the first element of a comma-separated list, as `forEachListElement` has them; nil when
  /// there is none. For lists that few requests have: it is there once, and not inlined.
  @inline(never)
  public mutating func takeListElement() -> Octets? {
    while !isEmpty {
      let split = split(at: .comma)
      let element = (split?.before ?? self).trimmed
      self = split?.after ?? self[count..<count]
      if !element.isEmpty { return element }
    }
    return nil
  }

  /// Calls `body` with each element of a comma-separated list, trimmed; empty elements are
  /// skipped (RFC 9110 5.6.1.2).
  public func forEachListElement(_ body: (Octets) -> Void) {
    var rest = self
    while true {
      let split = rest.split(at: .comma)
      let element = (split?.before ?? rest).trimmed
      if !element.isEmpty { body(element) }
      guard let split else { return }
      rest = split.after
    }
  }
}

extension UInt8 {
  static var horizontalTab: UInt8 { 0x09 }
  static var lineFeed: UInt8 { 0x0A }
  static var carriageReturn: UInt8 { 0x0D }
  static var space: UInt8 { 0x20 }
  static var comma: UInt8 { 0x2C }
  static var colon: UInt8 { 0x3A }

  /// SP / HTAB: the whitespace of HTTP, and no other octet (RFC 9110 5.6.3).
  @inline(__always)
  public var isWhitespace: Bool { self == .space || self == .horizontalTab }

  @inline(__always)
  public var isDigit: Bool { self &- 0x30 < 10 }

  @inline(__always)
  public var asciiLowercase: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

  /// The value of a HEXDIG (RFC 5234 B.1), nil for any other octet.
  @inline(__always)
  var hexadecimalValue: Int? {
    if isDigit { return Int(self &- 0x30) }
    let letter = asciiLowercase &- 0x61
    return letter < 6 ? Int(letter) + 10 : nil
  }
}
