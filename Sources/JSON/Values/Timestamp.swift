import HTTPCodec
import Memory

/// A point in time, in JSON a string as RFC 3339 has it: `"2026-11-27T10:22:52.5Z"`.
///
/// Any offset from UTC is read, and UTC is written. Of a fraction nine digits count, the others are cut off. The leap
/// second 23:59:60 UTC is read as the second after it, which has the same number in Unix time; any other second 60 is
/// an error. So is a time that is outside of the years 0 to 9999 in UTC.
///
/// ```swift
/// struct Event: JSONObject {
///   var at = Timestamp()
///   mutating func fields(_ json: inout JSONCoder) { json("at", &at, required: true) }
/// }
/// let newYear = Timestamp(seconds: 1_767_225_600)  // "2026-01-01T00:00:00Z"
/// ```
public struct Timestamp: JSONValue, Hashable, Comparable, Sendable {
  /// Whole seconds since 1970-01-01T00:00:00Z without leap seconds, as Unix time has them; before that negative.
  public let seconds: Int64
  /// Nanoseconds since that second, from 0 to 999,999,999.
  public let nanoseconds: Int32

  /// The Unix epoch, 1970-01-01T00:00:00Z.
  public init() { self.init(seconds: 0) }

  /// A point in time.
  ///
  /// - Parameters:
  ///   - seconds: Unix time, from the year 0 to 9999; outside of that the nearest within is meant.
  ///   - nanoseconds: since that second, from 0 to 999,999,999; likewise.
  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    let range = CalendarDate.range
    self.seconds = max(range.lowerBound, min(seconds, range.upperBound))
    self.nanoseconds = max(0, min(nanoseconds, 999_999_999))
  }

  /// The earlier one is less.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// A string as RFC 3339 has it.
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      var text = OctetBuffer(limit: 40)
      text.append(timestamp: self)
      json.writer.write(text: text.octets)
    } else if let value = json.reader.timestamp() {
      self = value
    }
  }

  /// Reads a date-time of RFC 3339 5.6; nil if the text is something else.
  ///
  /// ```swift
  /// if let query = request.query, let since = Timestamp(query) { response.write(since.seconds) }
  /// ```
  @inline(never)
  public init?(_ text: Span<UInt8>) {
    var rest = DateTimeScanner(text)
    guard let year = rest.number(digits: 4), rest.take("-"),
      let month = rest.number(digits: 2), rest.take("-"),
      let day = rest.number(digits: 2), rest.take("T", or: "t"),
      let hour = rest.number(digits: 2), hour < 24, rest.take(":"),
      let minute = rest.number(digits: 2), minute < 60, rest.take(":"),
      let second = rest.number(digits: 2), second <= 60,
      let midnight = CalendarDate.seconds(year: year, month: month, day: day),
      let nanoseconds = rest.fraction(), let offset = rest.offset(), rest.isAtEnd
    else { return nil }
    let seconds = midnight &+ hour &* 3600 &+ minute &* 60 &+ second &- offset
    // (As if the days were counted from the Unix epoch on: it begins with one.)
    if second == 60, (seconds &- CalendarDate.range.lowerBound) % 86400 != 0 { return nil }
    guard CalendarDate.range.contains(seconds) else { return nil }
    self.init(seconds: seconds, nanoseconds: nanoseconds)
  }
}

extension JSONReader {
  @inline(never)
  mutating func timestamp() -> Timestamp? {
    let expected: StaticString = "a date and time as in 2026-01-31T23:59:59Z"
    if hasFailed { return nil }
    skipSpace()
    guard next == UInt8(ascii: "\"") else {
      failValue(expected)
      return nil
    }
    let start = position
    guard string() else { return nil }
    // What it is made of needs no escape, but one may stand for it.
    let unescaped = text.hasEscapes ? copyText() : []
    let inside = octets.extracting(text.start..<text.end)
    if let value = Timestamp(text.hasEscapes ? unescaped.span : inside) { return value }
    position = start
    failValue(expected)
    return nil
  }
}

extension OctetBuffer {
  /// Appends a point in time as RFC 3339 has it, with 0, 3, 6 or 9 digits of a fraction.
  @inline(never)
  package mutating func append(timestamp: Timestamp) {
    append(dateTime: timestamp.seconds)
    var fraction = UInt64(timestamp.nanoseconds)
    if fraction > 0 {
      var digits = 9
      while fraction % 1000 == 0 {
        fraction /= 1000
        digits &-= 3
      }
      append(octet: UInt8(ascii: "."))
      append(decimal: fraction, minimumDigits: digits)
    }
    append(octet: UInt8(ascii: "Z"))
  }
}

/// Takes a date-time apart, from the front.
private struct DateTimeScanner: ~Escapable {
  private let text: Span<UInt8>
  private var position = 0

  @_lifetime(copy text)
  init(_ text: Span<UInt8>) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  private var next: UInt8 { text.octet(at: position) }

  mutating func take(_ octet: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
    guard UInt32(next) == octet.value || UInt32(next) == other?.value, !isAtEnd else {
      return false
    }
    position &+= 1
    return true
  }

  mutating func number(digits: Int) -> Int64? {
    guard text.count &- position >= digits,
      let number = text.extracting(position..<position &+ digits).decimal(upTo: 9999)
    else { return nil }
    position &+= digits
    return number
  }

  /// The digits behind a point, if there is one, as nanoseconds.
  mutating func fraction() -> Int32? {
    guard take(".") else { return 0 }
    guard next.isDigit else { return nil }
    var value: Int32 = 0
    var digits = 0
    while next.isDigit || digits < 9 {
      if digits < 9 { value = value &* 10 &+ (next.isDigit ? Int32(next &- 0x30) : 0) }
      digits &+= 1
      if next.isDigit { position &+= 1 }
    }
    return value
  }

  /// "Z", or an offset from UTC, in seconds.
  mutating func offset() -> Int64? {
    if take("Z", or: "z") { return 0 }
    let isNegative = next == UInt8(ascii: "-")
    guard take("+", or: "-"), let hours = number(digits: 2), hours < 24, take(":"),
      let minutes = number(digits: 2), minutes < 60
    else { return nil }
    let offset = hours &* 3600 &+ minutes &* 60
    return isNegative ? 0 &- offset : offset
  }
}
