import HTTPCodec

/// Reads percent-encoded octets one after another: "%" HEXDIG HEXDIG stands for an octet (RFC 3986 2.1), every other
/// octet for itself. What has been decoded is not decoded again.
struct PercentDecoder: ~Escapable {
  private let text: Span<UInt8>
  private let plusIsSpace: Bool
  private var position = 0

  /// - Parameter plusIsSpace: as in form data, and in nothing else (URL Standard 5.1).
  @_lifetime(copy text)
  init(_ text: Span<UInt8>, plusIsSpace: Bool) {
    self.text = text
    self.plusIsSpace = plusIsSpace
  }

  /// The next octet; nil at the end, and where the escapes are malformed (`hasMoreToRead`).
  @inline(__always) @_lifetime(self: copy self)
  mutating func next() -> UInt8? {
    guard position < text.count else { return nil }
    let octet = text[position]
    if octet == UInt8(ascii: "%") {
      guard text.count &- position > 2, let high = text[position &+ 1].hexadecimalValue,
        let low = text[position &+ 2].hexadecimalValue
      else { return nil }
      position &+= 3
      return UInt8(truncatingIfNeeded: high << 4 | low)
    }
    position &+= 1
    return octet == UInt8(ascii: "+") && plusIsSpace ? .space : octet
  }

  /// Whether octets are left, at the end: then they begin with a malformed escape.
  var hasMoreToRead: Bool { position < text.count }
}

/// Decoding parts of a target.
extension Span<UInt8> {
  /// Whether each "%" of these octets is followed by two hexadecimal digits.
  package var hasValidEscapes: Bool {
    @inline(never) get {
      var position = 0
      while position < count {
        if self[position] == UInt8(ascii: "%") {
          guard count &- position > 2, self[position &+ 1].hexadecimalValue != nil,
            self[position &+ 2].hexadecimalValue != nil
          else { return false }
          position &+= 2
        }
        position &+= 1
      }
      return true
    }
  }

  /// Whether decoding changes nothing: there is no escape in these octets.
  ///
  /// - Parameter plusIsSpace: as in form data.
  @inline(never)
  package func isDecoded(plusIsSpace: Bool) -> Bool {
    for i in indices {
      if self[i] == UInt8(ascii: "%") || plusIsSpace && self[i] == UInt8(ascii: "+") {
        return false
      }
    }
    return true
  }

  /// Whether these octets, decoded, are `other`; false where an escape is malformed.
  @inline(never)
  package func decodes(to other: Span<UInt8>, plusIsSpace: Bool) -> Bool {
    var decoder = PercentDecoder(self, plusIsSpace: plusIsSpace)
    for i in other.indices {
      guard decoder.next() == other[i] else { return false }
    }
    return decoder.next() == nil && !decoder.hasMoreToRead
  }

  /// These octets with each escape "%" HEXDIG HEXDIG replaced by the octet that it stands for (RFC 3986 2.1), once:
  /// "%2541" becomes "%41".
  ///
  /// ```swift
  /// if let path = try? request.path.percentDecoded() { response.write(path.span) }   // "/café" for "/caf%C3%A9"
  /// ```
  ///
  /// - Parameter asText: whether the result must be valid UTF-8.
  /// - Throws: `InvalidInput` for a "%" without two hexadecimal digits behind it, and for text that is not UTF-8.
  public func percentDecoded(asText: Bool = true) throws(InvalidInput) -> [UInt8] {
    try decoded(plusIsSpace: false, asText: asText, "path")
  }

  @inline(never)
  package func decoded(
    plusIsSpace: Bool, asText: Bool, _ subject: StaticString
  ) throws(InvalidInput) -> [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(count)
    var decoder = PercentDecoder(self, plusIsSpace: plusIsSpace)
    while let octet = decoder.next() { octets.append(octet) }
    if decoder.hasMoreToRead {
      throw InvalidInput(subject, expectation: "two hexadecimal digits behind %")
    }
    if asText, !octets.span.isUTF8 { throw InvalidInput(subject, expectation: "text in UTF-8") }
    return octets
  }
}

/// Encoding what goes into a target.
extension Span<UInt8> {
  /// These octets so that they can stand in a segment of a path or in a value of a query, as they are: every octet but
  /// letters, digits, "-", ".", "_" and "~" becomes "%" HEXDIG HEXDIG (RFC 3986 2.1, 2.3).
  ///
  /// ```swift
  /// let tag = try context.query("tag", default: [UInt8]())
  /// response.write(tag.span.percentEncoded)
  /// ```
  public var percentEncoded: [UInt8] {
    @inline(never) get {
      var octets: [UInt8] = []
      octets.reserveCapacity(count)
      for i in indices {
        let octet = self[i]
        if octet.isUnreserved {
          octets.append(octet)
        } else {
          octets.append(UInt8(ascii: "%"))
          octets.append((octet >> 4).hexadecimalDigit)
          octets.append((octet & 0xF).hexadecimalDigit)
        }
      }
      return octets
    }
  }
}

/// Encoding text that goes into a target.
extension String {
  /// This text, in UTF-8, as it can stand in a segment of a path or in a value of a query: `"a/b é".percentEncoded` is
  /// `a%2Fb%20%C3%A9`.
  public var percentEncoded: String {
    String(decoding: utf8.span.percentEncoded, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isUnreserved: Bool {
    isInLabel || self == UInt8(ascii: ".") || self == UInt8(ascii: "~")
  }

  /// The digit of a value below 16, in capitals (RFC 3986 2.1).
  fileprivate var hexadecimalDigit: UInt8 {
    self &+ (self < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") &- 10)
  }
}
