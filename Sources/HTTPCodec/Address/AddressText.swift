import Memory

extension OctetBuffer {
  package mutating func append(address: IPAddress) {
    append(address: address.octets, isIPv6: address.isIPv6)
  }

  /// Appends an address in the one form of RFC 5952, which inet_ntop(3) has as well: lower case, no
  /// leading zeros, "::" for the longest run of zeros (the first of equal ones, never a single
  /// group), and dots in an address that has an IPv4 one at its end (5).
  ///
  /// - Parameter hasDots: false for the form that URLs have, which is otherwise the same (URL Standard,
  ///   "IPv6 serializer").
  @inline(never)
  @_optimize(size)
  package mutating func append(
    address octets: AddressOctets, isIPv6: Bool, hasDots mayHaveDots: Bool = true
  ) {
    if !isIPv6 { return append(dotted: octets.high &>> 32) }
    let zeros = longestRunOfZeros(octets)
    // ::ffff:192.0.2.1 is mapped; ::192.0.2.1 is of a form that is not in use any more.
    let isMapped = zeros == 0..<5 && octets.group(5) == 0xFFFF
    let hasDots = mayHaveDots && (isMapped || zeros == 0..<6)
    var group = 0
    while group < 8 {
      if group == zeros.lowerBound, !zeros.isEmpty {
        append("::")
        group = zeros.upperBound
        continue
      }
      if group > 0, group != zeros.upperBound || zeros.isEmpty { append(octet: UInt8(ascii: ":")) }
      if hasDots, group == 6 { return append(dotted: octets.low) }
      append(group: octets.group(group))
      group += 1
    }
  }

  /// Appends the last four octets of a number.
  @inline(never)
  @_optimize(size)
  private mutating func append(dotted octets: UInt64) {
    var shift: UInt64 = 32
    while shift > 0 {
      if shift < 32 { append(octet: UInt8(ascii: ".")) }
      shift &-= 8
      append(decimal: Int64(octets &>> shift & 0xFF))
    }
  }

  @_optimize(size)
  private mutating func append(group: UInt16) {
    let digits = hexadecimalDigits.octets
    var shift = 12
    while shift > 0, group >> UInt16(shift) == 0 { shift -= 4 }
    while shift >= 0 {
      append(octet: digits[Int(group >> UInt16(shift)) & 0xF])
      shift -= 4
    }
  }

  /// In groups of 16 bits; empty without two zeros in a row.
  @_optimize(size)
  private func longestRunOfZeros(_ octets: AddressOctets) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for group in 0..<8 {
      if octets.group(group) != 0 {
        start = group + 1
      } else if group + 1 - start > max(1, longest.count) {
        longest = start..<group + 1
      }
    }
    return longest
  }
}
