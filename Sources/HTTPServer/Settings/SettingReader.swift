import HTTPCodec
import Memory

/// Reads settings of several kinds, and keeps the first error. A setting that is not set, or is invalid, keeps its
/// value.
struct SettingReader {
  private let environment: (StaticString) -> ImmortalOctets?
  /// The setting that was asked for last.
  private var name: StaticString = ""
  private(set) var error: SettingError?

  init(_ environment: @escaping (StaticString) -> ImmortalOctets?) {
    self.environment = environment
  }

  /// Notes that the setting which was asked for last is invalid, unless another one was before.
  @inline(never)
  mutating func fail(_ expected: StaticString, from least: Int = 0, to most: Int = 0) {
    guard error == nil else { return }
    error = SettingError(name: name, expected: expected, least: Int64(least), most: Int64(most))
  }

  /// The value of a setting, nil when it is not set.
  @inline(never)
  mutating func value(of name: StaticString) -> ImmortalOctets? {
    self.name = name
    return environment(name)
  }

  /// The value of a setting, nil when it is not set or empty.
  @inline(never)
  @_optimize(size)
  mutating func text(of name: StaticString) -> ImmortalOctets? {
    guard let value = value(of: name), !value.isEmpty else { return nil }
    return value
  }

  /// An address; "*" is every one, which is nil.
  @inline(never)
  @_optimize(size)
  mutating func address(_ name: StaticString, _ setting: inout IPAddress?) {
    guard let value = text(of: name) else { return }
    if value.span == "*" {
      setting = nil
    } else if value.span.equalsIgnoringCase("localhost") {
      setting = .loopbackIPv4
    } else if let address = IPAddress(value.span) {
      setting = address
    } else {
      fail("* or an address such as 0.0.0.0, 127.0.0.1 or ::")
    }
  }

  /// - Returns: nil when it is not set, or no such number.
  @inline(never)
  @_optimize(size)
  mutating func number(
    _ name: StaticString, from least: Int, to most: Int, hasUnits: Bool = false
  ) -> Int? {
    guard let value = text(of: name) else { return nil }
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
    guard let number = digits.decimal(upTo: Int64(most) &>> shift), number >= least else {
      fail(hasUnits ? "octets, or a size such as 16K," : "a number", from: least, to: most)
      return nil
    }
    return Int(truncatingIfNeeded: number &<< shift)
  }

  @inline(never)
  mutating func count(
    _ name: StaticString, from least: Int, to most: Int, _ setting: inout Int
  ) {
    if let number = number(name, from: least, to: most) { setting = number }
  }

  /// A number of octets: "16384", "16K", "1m". K, M and G are powers of 1024.
  ///
  /// - Returns: whether it is set.
  @inline(never) @discardableResult
  mutating func octets(_ name: StaticString, to most: Int, _ setting: inout Int) -> Bool {
    guard let number = number(name, from: 1, to: most, hasUnits: true) else { return false }
    setting = number
    return true
  }

  /// "10" and "10s" are seconds, "500ms" milliseconds; at most a day. In nanoseconds.
  ///
  /// - Parameter least: 0 or 1, in the unit that is given.
  @inline(never)
  @_optimize(size)
  mutating func duration(_ name: StaticString, from least: Int64, _ setting: inout Int64) {
    guard let value = text(of: name) else { return }
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
      return fail(
        least == 0
          ? "a time such as 0, 10, 10s or 500ms, of at most a day"
          : "a time such as 10, 10s or 500ms, more than 0, of at most a day")
    }
    setting = number &* unit
  }
}
