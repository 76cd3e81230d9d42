import HTTPCodec

extension Double: TextValue {
  /// "a decimal number": what it must be is in `init(text:)`.
  public static var expectation: StaticString { "a decimal number" }

  /// Reads a decimal number, of at most 128 characters: digits, with "-" before them for a negative number, "." and
  /// digits behind them for a fraction, and "e" or "E" and an integer for a power of ten. It is rounded to the nearest
  /// `Double`, to the even one of two.
  ///
  /// Refused are what is too large for a finite number, infinity, and NaN.
  public init?(text: Span<UInt8>) {
    guard let bits = DecimalNumber(text)?.bits else { return nil }
    self.init(bitPattern: bits)
  }
}

/// A number as it is written: `digits * 10 ^ exponent`.
private struct DecimalNumber {
  private let isNegative: Bool
  /// The integer that the digits are, as a big number.
  private var digits = BigNumber()
  private var exponent = 0
  /// How many significant digits there are.
  private var count = 0

  @inline(never)
  init?(_ text: Span<UInt8>) {
    isNegative = text.first == UInt8(ascii: "-")
    guard text.count <= 128 else { return nil }
    var position = isNegative ? 1 : 0
    guard readDigits(text, &position) else { return nil }
    if position < text.count, text[position] == UInt8(ascii: ".") {
      position &+= 1
      let start = position
      guard readDigits(text, &position) else { return nil }
      exponent &-= position &- start
    }
    if position < text.count, text[position].asciiLowercase == UInt8(ascii: "e") {
      position &+= 1
      guard readExponent(text, &position) else { return nil }
    }
    guard position == text.count else { return nil }
  }

  private mutating func readDigits(_ text: Span<UInt8>, _ position: inout Int) -> Bool {
    let start = position
    while position < text.count, text[position].isDigit {
      let digit = text[position] &- 0x30
      if digit != 0 || count > 0 {
        digits.multiply(by: 10, adding: UInt32(digit))
        count &+= 1
      }
      position &+= 1
    }
    return position > start
  }

  private mutating func readExponent(_ text: Span<UInt8>, _ position: inout Int) -> Bool {
    var isBelowZero = false
    if position < text.count,
      text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+")
    {
      isBelowZero = text[position] == UInt8(ascii: "-")
      position &+= 1
    }
    let start = position
    var value = 0
    while position < text.count, text[position].isDigit {
      // (Far behind what any Double has.)
      value = min(value &* 10 &+ Int(text[position] &- 0x30), 100_000)
      position &+= 1
    }
    exponent &+= isBelowZero ? 0 &- value : value
    return position > start
  }

  /// The nearest number's bits (IEEE 754 binary64); nil when it is not finite.
  var bits: UInt64? {
    @inline(never) get {
      let sign: UInt64 = isNegative ? 1 << 63 : 0
      // It lies between 10^(count + exponent - 1) and 10^(count + exponent).
      if count == 0 || count &+ exponent < -330 { return sign }
      if count &+ exponent > 310 { return nil }

      // As a fraction of two integers, and both doubled until 2^63 <= numerator / denominator < 2^64.
      var numerator = digits
      var denominator = BigNumber(1)
      if exponent >= 0 {
        numerator.multiply(byPowerOfTen: exponent)
      } else {
        denominator.multiply(byPowerOfTen: 0 &- exponent)
      }
      var binary = numerator.bitWidth &- denominator.bitWidth
      if binary >= 0 { denominator.shiftLeft(binary) } else { numerator.shiftLeft(0 &- binary) }
      if numerator < denominator {
        numerator.shiftLeft(1)
        binary &-= 1
      }
      // 1 <= numerator / denominator < 2, and the number is that times 2^binary. The digits of it, one by one.
      guard binary <= 1023 else { return nil }
      // As many as there are: fewer for a subnormal number, or none.
      let wanted = min(53, binary &+ 1075)
      guard wanted >= 0 else { return sign }
      var significand: UInt64 = 0
      for _ in 0..<wanted {
        significand <<= 1
        if numerator >= denominator {
          numerator.subtract(denominator)
          significand |= 1
        }
        numerator.shiftLeft(1)
      }
      // What is left is compared with a half, which is now `denominator`.
      if denominator < numerator || denominator == numerator && significand & 1 == 1 {
        significand &+= 1
      }
      // A carry goes into the exponent, as it should; so does the leading one of a normal number.
      let biased = UInt64(max(0, binary &+ 1022))
      let bits = (biased << 52) &+ significand
      return bits < 0x7FF0_0000_0000_0000 ? sign | bits : nil
    }
  }
}
