extension OctetBuffer {
  /// Appends a number in decimal digits.
  @inline(never)
  package mutating func append(decimal number: Int64) {
    if number < 0 { append(octet: UInt8(ascii: "-")) }
    append(decimal: number.magnitude)
  }

  package mutating func append(decimal number: UInt64, minimumDigits: Int = 1) {
    var divisor: UInt64 = 1
    var digits = 1
    while number / divisor >= 10 || digits < minimumDigits {
      divisor *= 10
      digits &+= 1
    }
    while divisor > 0 {
      append(octet: UInt8(truncatingIfNeeded: number / divisor % 10) + UInt8(ascii: "0"))
      divisor /= 10
    }
  }
}
