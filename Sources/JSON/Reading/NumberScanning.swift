import HTTPCodec
import Memory

/// A number as it was written (RFC 8259 6).
struct JSONNumber {
  var start = 0
  var end = 0
  var isNegative = false
  /// Whether it has neither a fraction nor an exponent.
  var isInteger = true
  /// The digits before the fraction as a number, if `fits`.
  var magnitude: UInt64 = 0
  var fits = true
}

extension JSONReader {
  /// Passes over a number; nil when the next octets are none.
  @inline(never)
  mutating func scanNumber() -> JSONNumber? {
    var number = JSONNumber()
    number.start = position
    if next == UInt8(ascii: "-") {
      number.isNegative = true
      position &+= 1
    }
    guard next.isDigit else {
      failSyntax(number.isNegative ? "a digit" : "a value")
      return nil
    }
    if next == UInt8(ascii: "0") {
      position &+= 1
      if next.isDigit {
        failSyntax("no digit after a leading zero")
        return nil
      }
    }
    while next.isDigit {
      let digit = UInt64(next &- 0x30)
      // The largest number of 64 bits is 18446744073709551615.
      if number.magnitude >= 1_844_674_407_370_955_161 {
        number.fits =
          number.fits && number.magnitude == 1_844_674_407_370_955_161 && digit <= 5
      }
      number.magnitude = number.magnitude &* 10 &+ digit
      position &+= 1
    }
    if next == UInt8(ascii: ".") {
      number.isInteger = false
      position &+= 1
      guard scanDigits() else { return nil }
    }
    if next | 0x20 == UInt8(ascii: "e") {
      number.isInteger = false
      position &+= 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position &+= 1 }
      guard scanDigits() else { return nil }
    }
    number.end = position
    return number
  }

  private mutating func scanDigits() -> Bool {
    guard next.isDigit else {
      failSyntax("a digit")
      return false
    }
    while next.isDigit { position &+= 1 }
    return true
  }

  /// A number that is written as an integer, from `least` to `most`, as the bits of its two's complement.
  @inline(never)
  mutating func integer(from least: Int64, to most: UInt64) -> UInt64? {
    if hasFailed { return nil }
    skipSpace()
    let start = position
    if next == UInt8(ascii: "-") || next.isDigit {
      guard let number = scanNumber() else { return nil }
      if number.isInteger, number.fits {
        if !number.isNegative || number.magnitude == 0 {
          if number.magnitude <= most { return number.magnitude }
        } else if number.magnitude <= least.magnitude, least < 0 {
          return 0 &- number.magnitude
        }
      }
      position = start
    }
    failInteger(from: least, to: most)
    return nil
  }

  @inline(never)
  private mutating func failInteger(from least: Int64, to most: UInt64) {
    failValue {
      $0.append("an integer from ")
      $0.append(decimal: least)
      $0.append(" to ")
      $0.append(decimal: most)
      $0.append(" was expected")
    }
  }
}
