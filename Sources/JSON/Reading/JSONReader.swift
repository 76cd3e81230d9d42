import HTTPCodec
import Memory

/// A reader of JSON text where it lies (RFC 8259), strictly: what the grammar does not have is refused.
///
/// The first thing that is wrong stays in `error`, and every later step does nothing. So a list of fields needs no
/// `try`, and there is one place where the question is asked.
@usableFromInline
struct JSONReader: ~Copyable, ~Escapable {
  let octets: Span<UInt8>
  var position = 0
  let maximumDepth: Int
  /// How many more arrays and objects may be open inside each other.
  private(set) var levels: Int
  /// The octets of the last string or name between its quotes. Its escapes and its UTF-8 are valid.
  var text = Text()
  @usableFromInline var error: JSONError?
  /// Whether there is an error. (To ask the optional would copy what it holds.)
  @usableFromInline private(set) var hasFailed = false

  /// A part of the input that is the inside of a string.
  struct Text {
    var start = 0
    var end = 0
    var hasEscapes = false
  }

  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, maximumDepth: Int) {
    self.octets = octets
    self.maximumDepth = max(0, maximumDepth)
    levels = self.maximumDepth
  }

  /// The next octet; NUL at the end, which JSON has no place for either.
  var next: UInt8 {
    @inline(__always) get { position < octets.count ? octets[position] : 0 }
  }

  /// The space that may stand around each token (RFC 8259 2).
  @inline(__always)
  mutating func skipSpace() {
    while next <= 0x20, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 {
      position &+= 1
    }
  }

  // MARK: What is wrong

  /// Notes that the text is not JSON from here on; the first error counts.
  @inline(never)
  mutating func failSyntax(_ expected: StaticString) {
    fail(.syntax, at: position) { $0.append(expected: expected) }
  }

  @inline(never)
  mutating func fail(
    _ kind: JSONError.Kind, at offset: Int, _ message: (inout OctetBuffer) -> Void
  ) {
    if hasFailed { return }
    error = JSONError(kind, at: offset, message)
    hasFailed = true
  }

  /// Notes that the next value is not the expected one. If it is no value at all, that is what is said.
  @inline(never)
  mutating func failValue(_ message: (inout OctetBuffer) -> Void) {
    let start = position
    skipValue()
    fail(.value, at: start, message)
  }

  /// Notes that the next value is none of this kind.
  @inline(never)
  mutating func failValue(_ expected: StaticString) {
    failValue { $0.append(expected: expected) }
  }

  @inline(never)
  private mutating func failDepth() {
    let limit = UInt64(maximumDepth)
    fail(.depth, at: position) {
      $0.append("no more than ")
      $0.append(decimal: limit)
      $0.append(" levels of arrays and objects are allowed")
    }
  }

  // MARK: Arrays and objects

  /// Enters an array or object that begins with `bracket`; false if there is something else, or too deep.
  @inline(never)
  mutating func begin(_ bracket: UInt8, _ expected: StaticString) -> Bool {
    if hasFailed { return false }
    skipSpace()
    guard next == bracket else {
      failValue(expected)
      return false
    }
    guard levels > 0 else {
      failDepth()
      return false
    }
    levels &-= 1
    position &+= 1
    return true
  }

  /// Whether an array has one more element, which is then next; at its end it is left.
  @inline(never)
  mutating func hasElement(isFirst: Bool) -> Bool {
    if hasFailed { return false }
    skipSpace()
    if next == UInt8(ascii: "]") {
      levels &+= 1
      position &+= 1
      return false
    }
    if isFirst { return true }
    guard next == UInt8(ascii: ",") else {
      failSyntax("a comma or ]")
      return false
    }
    position &+= 1
    return true
  }

  /// Whether an object has one more name, which is then in `text`, with its value next; at its end it is left.
  @inline(never)
  mutating func hasName(isFirst: Bool) -> Bool {
    if hasFailed { return false }
    skipSpace()
    if next == UInt8(ascii: "}") {
      levels &+= 1
      position &+= 1
      return false
    }
    if !isFirst {
      guard next == UInt8(ascii: ",") else {
        failSyntax("a comma or }")
        return false
      }
      position &+= 1
      skipSpace()
    }
    guard next == UInt8(ascii: "\"") else {
      failSyntax("a name in quotes")
      return false
    }
    position &+= 1
    guard scanText() else { return false }
    skipSpace()
    guard next == UInt8(ascii: ":") else {
      failSyntax("a colon")
      return false
    }
    position &+= 1
    return true
  }

  // MARK: Values

  /// Reads a string, which is then in `text`.
  @inline(never)
  mutating func string() -> Bool {
    if hasFailed { return false }
    skipSpace()
    guard next == UInt8(ascii: "\"") else {
      failValue("a string")
      return false
    }
    position &+= 1
    return scanText()
  }

  /// true or false; nil when there is something else.
  @inline(never)
  mutating func bool() -> Bool? {
    if hasFailed { return nil }
    skipSpace()
    switch next {
    case UInt8(ascii: "t"): return take("true") ? true : nil
    case UInt8(ascii: "f"): return take("false") ? false : nil
    default:
      failValue("true or false")
      return nil
    }
  }

  /// Takes a null if that is next.
  @usableFromInline @inline(never)
  mutating func null() -> Bool {
    if hasFailed { return false }
    skipSpace()
    return next == UInt8(ascii: "n") && take("null")
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let rest = octets.extracting(position..<octets.count)
    guard rest.starts(with: word) else {
      failSyntax("true, false or null")
      return false
    }
    position &+= word.utf8CodeUnitCount
    return true
  }

  /// Passes over a value of any kind, which is examined all the same. Recursive, but no deeper than the limit.
  mutating func skipValue() {
    if hasFailed { return }
    skipSpace()
    switch next {
    case UInt8(ascii: "\""):
      position &+= 1
      _ = scanText()
    case UInt8(ascii: "{"):
      var isFirst = true
      guard begin(UInt8(ascii: "{"), "an object") else { return }
      while hasName(isFirst: isFirst) {
        skipValue()
        isFirst = false
      }
    case UInt8(ascii: "["):
      var isFirst = true
      guard begin(UInt8(ascii: "["), "an array") else { return }
      while hasElement(isFirst: isFirst) {
        skipValue()
        isFirst = false
      }
    case UInt8(ascii: "t"): _ = take("true")
    case UInt8(ascii: "f"): _ = take("false")
    case UInt8(ascii: "n"): _ = take("null")
    default: _ = scanNumber()
    }
  }

  /// The end of the text: nothing but space may follow the one value.
  mutating func end() {
    if hasFailed { return }
    skipSpace()
    if position < octets.count { failSyntax("the end of the text") }
  }
}

extension OctetBuffer {
  /// Appends what an error says that it expected.
  @inline(never)
  mutating func append(expected: StaticString) {
    append(text: expected)
    append(" was expected")
  }
}
