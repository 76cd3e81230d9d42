import HTTPCodec
import Memory

extension JSONReader {
  /// Passes over a string whose opening quote was taken (RFC 8259 7), and puts its inside into `text`.
  @inline(never)
  mutating func scanText() -> Bool {
    text.start = position
    text.hasEscapes = false
    while true {
      position = octets.endOfPlainText(from: position)
      switch next {
      case UInt8(ascii: "\""):
        text.end = position
        position &+= 1
        return true
      case UInt8(ascii: "\\"):
        text.hasEscapes = true
        guard scanEscape() else { return false }
      default:
        let length = octets.lengthOfScalar(at: position)
        guard length > 0 else {
          failSyntax(
            position == octets.count
              ? "a closing quote" : next < 0x20 ? "no control character" : "valid UTF-8")
          return false
        }
        position &+= length
      }
    }
  }

  /// Passes over an escape, or two that are a surrogate pair.
  private mutating func scanEscape() -> Bool {
    position &+= 1
    switch next {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position &+= 1
      return true
    case UInt8(ascii: "u"): break
    default:
      failSyntax("an escape of JSON")
      return false
    }
    guard let unit = octets.codeUnit(at: position &+ 1) else {
      failSyntax("four hexadecimal digits")
      return false
    }
    // A surrogate without its other half is no character, and no UTF-8 could write it.
    if unit & 0xF800 == 0xD800 {
      guard unit < 0xDC00, octets.octet(at: position &+ 5) == UInt8(ascii: "\\"),
        octets.octet(at: position &+ 6) == UInt8(ascii: "u"),
        let low = octets.codeUnit(at: position &+ 7), low & 0xFC00 == 0xDC00
      else {
        failSyntax("a pair of surrogates")
        return false
      }
      position &+= 6
    }
    position &+= 5
    return true
  }

  /// Whether the string in `text` is this one; escapes count as what they stand for.
  @inline(__always)
  func textEquals(_ name: StaticString) -> Bool {
    let expected = name.octets
    if !text.hasEscapes { return octets.extracting(text.start..<text.end).isName(expected) }
    return octets.equals(expected, unescaping: text)
  }

  /// A copy of the string in `text`.
  @inline(__always)
  func copyText() -> [UInt8] { octets.copy(of: text) }
}

/// The strings that were scanned, and what they stand for. (Not as methods of the reader: those copy it.)
extension Span<UInt8> {
  @inline(never)
  fileprivate func equals(_ expected: Span<UInt8>, unescaping text: JSONReader.Text) -> Bool {
    var matched = 0
    var rest = Unescaping(text)
    while let piece = rest.next(in: self) {
      for i in 0..<piece.count {
        guard matched < expected.count, expected[matched] == piece.octet(i) else { return false }
        matched &+= 1
      }
    }
    return matched == expected.count
  }

  @inline(never)
  fileprivate func copy(of text: JSONReader.Text) -> [UInt8] {
    let inside = extracting(text.start..<text.end)
    if !text.hasEscapes {
      // Valid as long as the closure runs, and copied there.
      return unsafe inside.withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }
    // (A buffer, so that a module without other arrays that grow has none.)
    var copy = OctetBuffer(limit: .max)
    var rest = Unescaping(text)
    while let piece = rest.next(in: self) {
      for i in 0..<piece.count { copy.append(octet: piece.octet(i)) }
    }
    precondition(!copy.overflowed)  // as an array's memory
    return unsafe copy.octets.withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }
}

/// Goes through a string that was scanned, scalar by scalar.
private struct Unescaping {
  private var position: Int
  private let end: Int

  /// The UTF-8 of one scalar, the first octet lowest.
  struct Piece {
    let octets: UInt32
    let count: Int

    func octet(_ place: Int) -> UInt8 {
      UInt8(truncatingIfNeeded: octets &>> UInt32(truncatingIfNeeded: place &* 8))
    }
  }

  init(_ text: JSONReader.Text) {
    position = text.start
    end = text.end
  }

  mutating func next(in octets: Span<UInt8>) -> Piece? {
    guard position < end else { return nil }
    let octet = octets[position]
    position &+= 1
    guard octet == UInt8(ascii: "\\") else { return Piece(octets: UInt32(octet), count: 1) }
    let kind = octets[position]
    position &+= 1
    switch kind {
    case UInt8(ascii: "b"): return Piece(octets: 0x08, count: 1)
    case UInt8(ascii: "f"): return Piece(octets: 0x0C, count: 1)
    case UInt8(ascii: "n"): return Piece(octets: 0x0A, count: 1)
    case UInt8(ascii: "r"): return Piece(octets: 0x0D, count: 1)
    case UInt8(ascii: "t"): return Piece(octets: 0x09, count: 1)
    case UInt8(ascii: "u"): break
    default: return Piece(octets: UInt32(kind), count: 1)
    }
    // The scanner has seen to it that there are digits, and a second half behind a first one.
    var scalar = octets.codeUnit(at: position) ?? 0
    position &+= 4
    if scalar & 0xFC00 == 0xD800 {
      let low = octets.codeUnit(at: position &+ 2) ?? 0
      position &+= 6
      scalar = 0x10000 &+ (scalar & 0x3FF) &<< 10 &+ (low & 0x3FF)
    }
    return Piece(scalar: scalar)
  }
}

extension Unescaping.Piece {
  /// The UTF-8 of a scalar (RFC 3629 3).
  init(scalar: UInt32) {
    func continuation(_ shift: UInt32) -> UInt32 { 0x80 | (scalar &>> shift & 0x3F) }
    switch scalar {
    case 0..<0x80: self.init(octets: scalar, count: 1)
    case 0x80..<0x800:
      self.init(octets: 0xC0 | scalar &>> 6 | continuation(0) &<< 8, count: 2)
    case 0x800..<0x10000:
      self.init(
        octets: 0xE0 | scalar &>> 12 | continuation(6) &<< 8 | continuation(0) &<< 16, count: 3)
    default:
      self.init(
        octets: 0xF0 | scalar &>> 18 | continuation(12) &<< 8 | continuation(6) &<< 16
          | continuation(0) &<< 24, count: 4)
    }
  }
}
