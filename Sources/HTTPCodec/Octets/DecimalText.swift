extension OctetBuffer {
  /// Appends a number in decimal digits.
  @inline(never)
  package mutating func append(decimal number: Int64) {
    if number < 0 { append(octet: UInt8(ascii: "-")) }
    append(decimal: number.magnitude)
  }

  /// Appends a number in decimal digits, with leading zeros up to `minimumDigits`.
  @inline(never)
  package mutating func append(decimal number: UInt64, minimumDigits: Int = 1) {
    // Eight digits are a word.
    guard number < 100_000_000 && minimumDigits <= 8 else {
      append(decimal: number / 100_000_000, minimumDigits: minimumDigits &- 8)
      append(decimal: number % 100_000_000, minimumDigits: 8)
      return
    }
    var digits = ShortOctets()
    var rest = UInt32(truncatingIfNeeded: number)
    repeat {
      digits.prepend(UInt8(truncatingIfNeeded: rest % 10) | UInt8(ascii: "0"))
      rest /= 10
    } while rest > 0 || digits.count < minimumDigits
    append(digits, Span(), ShortOctets())
  }
}
