import HTTPCodec
import Memory

/// A decimal number: digits · 10^exponent.
struct Decimal {
  /// The first digits, at most 19, without leading zeros.
  private(set) var digits: UInt64 = 0
  private(set) var exponent: Int64 = 0
  /// Where the digits begin in the text, and how many there are; more than 19 if `digits` has not all of them.
  private var start = 0
  private var count = 0

  /// - Parameter text: a number by JSON's grammar.
  init(_ text: Span<UInt8>) {
    var position = 0
    var isFraction = false
    while position < text.count {
      let octet = text[position]
      if octet.isDigit {
        if isFraction { exponent &-= 1 }
        if count > 0 || octet != 0x30 {
          if count == 0 { start = position }
          if count < 19 {
            digits = digits &* 10 &+ UInt64(octet &- 0x30)
          } else {
            exponent &+= 1
          }
          count &+= 1
        }
      } else if octet == UInt8(ascii: ".") {
        isFraction = true
      } else if octet | 0x20 == UInt8(ascii: "e") {
        exponent &+= Decimal.exponent(text, from: position &+ 1)
        break
      }
      position &+= 1
    }
  }

  init(_ digits: UInt64, exponent: Int) {
    self.digits = digits
    self.exponent = Int64(exponent)
  }

  /// An exponent with its sign, no more than a text is long could make up for.
  private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int64 {
    var value: Int64 = 0
    for i in start..<text.count where text[i].isDigit && value < 1_000_000_000_000 {
      value = value &* 10 &+ Int64(text[i] &- 0x30)
    }
    return text[start] == UInt8(ascii: "-") ? 0 &- value : value
  }

  /// The digits as one number, and the exponent that goes with it. Digits behind the first 800 count as a
  /// last digit 1, unless they are zeros: halfway between two doubles no number has that many.
  func exact(in text: Span<UInt8>) -> (digits: BigNatural, exponent: Int) {
    guard count > 19 else { return (BigNatural(digits), Int(truncatingIfNeeded: exponent)) }
    var all = BigNatural()
    var taken = 0
    var position = start
    var rest: UInt8 = 0
    while position < text.count, text[position] | 0x20 != UInt8(ascii: "e") {
      let octet = text[position]
      if octet.isDigit {
        if taken < 800 {
          all.multiply(by: 10, adding: UInt32(octet &- 0x30))
          taken &+= 1
        } else {
          rest |= octet & 0x0F
        }
      }
      position &+= 1
    }
    all.multiply(by: 10, adding: rest == 0 ? 0 : 1)
    return (all, Int(truncatingIfNeeded: exponent &+ 18 &- Int64(taken)))
  }

  /// The nearest double, of two that are equally near the even one (IEEE 754 4.3.1); nil when that is infinity.
  ///
  /// - Parameter text: from which the number was read, if it has more than 19 digits.
  func double(from text: Span<UInt8>) -> Double? {
    if digits == 0 { return 0 }
    if exponent > 310 { return nil }
    if exponent < -400 { return 0 }
    let power = Int(truncatingIfNeeded: exponent)
    // Digits and power are doubles without loss, and the one operation rounds as it must.
    if count <= 19, digits <= 1 &<< 53, power.magnitude <= 19 {
      var factor: UInt64 = 1
      for _ in 0..<power.magnitude { factor = factor &* 10 }
      return power < 0 ? Double(digits) / Double(factor) : Double(digits) * Double(factor)
    }

    var value = ExtendedFloat(digits)
    value.multiply(byPowerOf10: power)
    // What a double has no place for: 11 bits, and more below 2⁻¹⁰²².
    let top = value.exponent &+ 63
    if top > 1023 { return nil }
    let unit = max(top &- 52, -1074)
    let shift = unit &- value.exponent
    if shift > 65 { return 0 }
    var bits = shift < 64 ? value.mantissa &>> UInt64(truncatingIfNeeded: shift) : 0
    let half: UInt64 = shift > 64 ? 0 : 1 &<< UInt64(truncatingIfNeeded: shift &- 1)
    let rest = shift < 64 ? value.mantissa & (half &* 2 &- 1) : value.mantissa
    // How far it is from the middle between two doubles. (Where the middle is 2⁶⁴, the difference wraps.)
    let isAbove = shift <= 64 && rest >= half
    let distance = isAbove ? rest &- half : half &- rest
    if distance > ExtendedFloat.slack {
      if isAbove { bits &+= 1 }
    } else {
      let exact = exact(in: text)
      let order = BigNatural.order(
        exact.digits, powerOf10: exact.exponent, to: bits &* 2 &+ 1, exponent: unit &- 1)
      if order > 0 || order == 0 && bits & 1 != 0 { bits &+= 1 }
    }
    // A carry into the exponent makes the next power of two, or infinity.
    if unit > -1074 { bits &+= UInt64(truncatingIfNeeded: unit &+ 1074) &<< 52 }
    return bits < 0x7FF0_0000_0000_0000 ? Double(bitPattern: bits) : nil
  }
}
