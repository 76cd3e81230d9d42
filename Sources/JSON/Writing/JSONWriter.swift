import HTTPCodec
import Memory

/// A writer of JSON text behind the octets of a buffer. What does not fit is what the buffer says:
/// `OctetBuffer.overflowed`.
@usableFromInline
struct JSONWriter: ~Copyable {
  var output = OctetBuffer(limit: 0)
  /// Whether a value stands before the next one, in the same array or object.
  private var needsComma = false

  init() {}

  @usableFromInline deinit {}

  @usableFromInline @inline(never)
  mutating func begin(_ bracket: UInt8) {
    output.append(json: Span(), afterComma: needsComma, end: bracket)
    needsComma = false
  }

  @usableFromInline @inline(never)
  mutating func end(_ bracket: UInt8) {
    output.append(octet: bracket)
    needsComma = true
  }

  /// The name of a field; its value is next.
  @inline(never)
  mutating func name(_ name: Span<UInt8>) {
    write(text: name, end: UInt8(ascii: ":"))
    needsComma = false
  }

  /// A value that is JSON already.
  @usableFromInline @inline(never)
  mutating func write(raw value: Span<UInt8>) {
    output.append(json: value, afterComma: needsComma)
    needsComma = true
  }

  @usableFromInline
  mutating func write(literal value: StaticString) { write(raw: value.octets) }

  /// An integer, its sign apart.
  @inline(never)
  mutating func write(isNegative: Bool, magnitude: UInt64) {
    output.append(integer: magnitude, isNegative: isNegative, afterComma: needsComma)
    needsComma = true
  }

  /// A string with its quotes (RFC 8259 7), and an octet behind it unless that is 0. Octets that are not UTF-8 become
  /// U+FFFD, so that what is written is JSON whatever a program puts into a string.
  @usableFromInline @inline(never)
  mutating func write(text: Span<UInt8>, end: UInt8 = 0) {
    let plain = text.endOfPlainText(from: 0)
    if plain == text.count {
      output.append(json: text, afterComma: needsComma, opens: true, closes: true, end: end)
    } else {
      output.append(json: text.extracting(0..<plain), afterComma: needsComma, opens: true)
      escape(text, from: plain)
      output.append(json: Span(), afterComma: false, closes: true, end: end)
    }
    needsComma = true
  }

  /// The rest of a string.
  @inline(never)
  private mutating func escape(_ text: Span<UInt8>, from start: Int) {
    var start = start
    var position = start
    while true {
      position = text.endOfPlainText(from: position)
      let length = position < text.count ? text.lengthOfScalar(at: position) : 0
      if length > 0 {
        position &+= length
        continue
      }
      output.append(text.extracting(start..<position))
      guard position < text.count else { return }
      escape(text[position])
      position &+= 1
      start = position
    }
  }

  @inline(never)
  private mutating func escape(_ octet: UInt8) {
    switch octet {
    case 0x22: output.append(#"\""#)
    case 0x5C: output.append(#"\\"#)
    case 0x08: output.append(#"\b"#)
    case 0x09: output.append(#"\t"#)
    case 0x0A: output.append(#"\n"#)
    case 0x0C: output.append(#"\f"#)
    case 0x0D: output.append(#"\r"#)
    case 0x80...: output.append("\u{FFFD}")
    default:
      output.append(octet < 0x10 ? #"\u000"# : #"\u001"#)
      let digit = octet & 0x0F
      output.append(octet: digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
    }
  }
}
