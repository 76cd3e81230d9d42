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
  private mutating func append(dotted octets: UInt64) {
    // Two numbers and their dots are as many octets as a word has at the most.
    var (first, last) = (ShortOctets(), ShortOctets())
    first.prepend(.dot)
    first.prepend(dotted: octets &>> 16)
    last.prepend(dotted: octets)
    append(first, Span(), last)
  }

  @_optimize(size)
  private mutating func append(group: UInt16) {
    var digits = ShortOctets()
    var rest = group
    repeat {
      digits.prepend(UInt8(truncatingIfNeeded: rest & 0xF).hexadecimalDigit)
      rest &>>= 4
    } while rest > 0
    append(digits, Span(), ShortOctets())
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

extension ShortOctets {
  /// Puts two numbers, the last two octets of this one, and the dot between them before the others.
  @inline(never)
  @_optimize(size)
  fileprivate mutating func prepend(dotted octets: UInt64) {
    for place in 0..<2 {
      if place > 0 { prepend(.dot) }
      var rest = UInt8(truncatingIfNeeded: octets &>> (8 &* UInt64(place)))
      repeat {
        prepend(rest % 10 | UInt8(ascii: "0"))
        rest /= 10
      } while rest > 0
    }
  }
}

extension UInt8 {
  fileprivate static var dot: UInt8 { 0x2E }
}
