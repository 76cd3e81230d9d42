extension OctetBuffer {
  /// Appends a number in decimal digits.
  @inline(never)
  package mutating func append(decimal number: Int64) {
    if number < 0 { append(octet: UInt8(ascii: "-")) }
    append(decimal: number.magnitude)
  }

  package mutating func append(decimal number: UInt64, minimumDigits: Int = 1) {
    // From the last digit on; no number of 64 bits has more than twenty.
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var start = digits.count
    var rest = number
    repeat {
      start &-= 1
      digits[start] = UInt8(truncatingIfNeeded: rest % 10) | UInt8(ascii: "0")
      rest /= 10
    } while rest > 0
    append(digits.span.extracting(min(start, digits.count &- minimumDigits)..<digits.count))
  }
}
