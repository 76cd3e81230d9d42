import HTTPCodec
import Memory

/// Reads settings of one kind or another, and keeps the first error: a setting that is invalid reads as its
/// default.
struct SettingReader {
  private let environment: (StaticString) -> ImmortalOctets?
  private(set) var error: SettingError?

  init(_ environment: @escaping (StaticString) -> ImmortalOctets?) {
    self.environment = environment
  }

  /// Notes that a setting is invalid, unless another one was before.
  @inline(never)
  mutating func fail(_ name: StaticString, _ expected: StaticString) {
    if error == nil { error = SettingError(name: name, expected: expected) }
  }

  /// The value of a setting, nil when it is not set.
  @inline(never)
  func value(of name: StaticString) -> ImmortalOctets? { environment(name) }

  /// The value of a setting, nil when it is not set or empty.
  @inline(never)
  @_optimize(size)
  func text(of name: StaticString) -> ImmortalOctets? {
    guard let value = environment(name), !value.isEmpty else { return nil }
    return value
  }

  /// - Returns: nil for every address.
  @inline(never)
  @_optimize(size)
  mutating func address(_ name: StaticString, else unset: IPAddress?) -> IPAddress? {
    guard let value = text(of: name) else { return unset }
    if value.span == "*" { return nil }
    if value.span.equalsIgnoringCase("localhost") { return .loopbackIPv4 }
    guard let address = IPAddress(value.span) else {
      fail(name, "* or an address such as 0.0.0.0, 127.0.0.1 or ::")
      return unset
    }
    return address
  }

  @inline(never)
  @_optimize(size)
  mutating func number(
    _ name: StaticString, from least: Int64, to most: Int64, else unset: Int64,
    hasUnits: Bool = false
  ) -> Int64 {
    guard let value = text(of: name) else { return unset }
    var digits = value.span
    var shift: Int64 = 0
    if hasUnits, let last = digits.last {
      switch last.asciiLowercase {
      case UInt8(ascii: "k"): shift = 10
      case UInt8(ascii: "m"): shift = 20
      case UInt8(ascii: "g"): shift = 30
      default: break
      }
      if shift > 0 { digits = digits.extracting(first: digits.count &- 1) }
    }
    guard let number = digits.decimal(upTo: most &>> shift), number >= least else {
      if error == nil {
        error = SettingError(name: name, expected: "a number", least: least, most: most)
      }
      return unset
    }
    return number &<< shift
  }

  @_optimize(size)
  mutating func size(
    _ name: StaticString, from least: Int64 = 1, to most: Int64, else unset: Int
  ) -> Int {
    Int(truncatingIfNeeded: number(name, from: least, to: most, else: Int64(unset)))
  }

  /// A number of octets: "16384", "16K", "1m". K, M and G are powers of 1024.
  @_optimize(size)
  mutating func octets(_ name: StaticString, to most: Int64, else unset: Int) -> Int {
    Int(
      truncatingIfNeeded: number(name, from: 1, to: most, else: Int64(unset), hasUnits: true))
  }

  /// "10" and "10s" are seconds, "500ms" milliseconds; at most a day. In nanoseconds.
  ///
  /// - Parameter least: 0 or 1, in the unit that is given.
  @inline(never)
  @_optimize(size)
  mutating func duration(_ name: StaticString, from least: Int64, else unset: Int64) -> Int64 {
    guard let value = text(of: name) else { return unset }
    let text = value.span
    var digits = text.count
    var unit = Int64.second
    if text.count > 2, text.extracting(last: 2) == "ms" {
      digits -= 2
      unit = .millisecond
    } else if text.last == UInt8(ascii: "s") {
      digits -= 1
    }
    guard let number = text.extracting(first: digits).decimal(upTo: 86_400_000), number >= least,
      number &* unit <= 86_400 &* .second
    else {
      fail(
        name,
        least == 0
          ? "a time such as 0, 10, 10s or 500ms, of at most a day"
          : "a time such as 10, 10s or 500ms, more than 0, of at most a day")
      return unset
    }
    return number &* unit
  }
}
