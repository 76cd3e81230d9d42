import HTTPCodec

/// Tokens of JSON, each with what stands around it in one step.
extension OctetBuffer {
  /// Appends octets that need no escape.
  ///
  /// - Parameters:
  ///   - afterComma: whether a comma stands before them.
  ///   - opens: whether a quote stands before them.
  ///   - closes: whether a quote stands behind them.
  ///   - end: an octet behind all that; 0 for none.
  @inline(__always)
  mutating func append(
    json octets: Span<UInt8>, afterComma: Bool, opens: Bool = false, closes: Bool = false,
    end: UInt8 = 0
  ) {
    var before = ShortOctets()
    if afterComma { before.append(UInt8(ascii: ",")) }
    if opens { before.append(UInt8(ascii: "\"")) }
    var behind = ShortOctets()
    if closes { behind.append(UInt8(ascii: "\"")) }
    if end != 0 { behind.append(end) }
    append(before, octets, behind)
  }

  /// Appends an integer in decimal digits, its sign apart.
  @inline(never)
  mutating func append(integer magnitude: UInt64, isNegative: Bool, afterComma: Bool) {
    var before = ShortOctets()
    if afterComma { before.append(UInt8(ascii: ",")) }
    if isNegative { before.append(UInt8(ascii: "-")) }
    guard magnitude < 100_000_000 else {
      append(before)
      append(decimal: magnitude)
      return
    }
    var digits = ShortOctets()
    var rest = UInt32(truncatingIfNeeded: magnitude)
    repeat {
      digits.prepend(UInt8(truncatingIfNeeded: 0x30 &+ rest % 10))
      rest /= 10
    } while rest > 0
    append(before, Span(), digits)
  }
}
