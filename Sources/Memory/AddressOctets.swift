/// The sixteen octets of an IP address in network order, of which an IPv4 address is the first four. They are two
/// words: an array of octets would be copied and compared octet by octet.
package struct AddressOctets: BitwiseCopyable, Equatable, Sendable {
  /// The first eight octets, and the last eight, as numbers.
  package var (high, low): (UInt64, UInt64) = (0, 0)

  /// Zeros.
  package init() {}

  /// The octets as they lie in memory.
  @inline(never)
  package init(inMemory words: InlineArray<2, UInt64>) {
    (high, low) = (UInt64(bigEndian: words[0]), UInt64(bigEndian: words[1]))
  }

  /// The octets as they lie in memory.
  package var inMemory: InlineArray<2, UInt64> {
    @inline(never) get { [high.bigEndian, low.bigEndian] }
  }

  /// The octet at a place from 0 to 15.
  package subscript(place: Int) -> UInt8 {
    get { UInt8(truncatingIfNeeded: part(place, bits: 8)) }
    set {
      precondition(place >= 0 && place < 16)
      let shift = UInt64(truncatingIfNeeded: (7 &- place % 8) &* 8)
      let (mask, value) = (~(0xFF &<< shift), UInt64(newValue) &<< shift)
      if place < 8 { high = high & mask | value } else { low = low & mask | value }
    }
  }

  /// One of the eight groups of an IPv6 address.
  package func group(_ place: Int) -> UInt16 { UInt16(truncatingIfNeeded: part(place, bits: 16)) }

  /// The number that ends with one of the parts of so many bits.
  private func part(_ place: Int, bits: Int) -> UInt64 {
    let perWord = 64 / bits
    precondition(place >= 0 && place < 2 &* perWord)
    return (place < perWord ? high : low)
      &>> UInt64(truncatingIfNeeded: (perWord &- 1 &- place % perWord) &* bits)
  }

  /// Moves all groups one place ahead, and puts another behind them.
  @inline(never)
  package mutating func append(group: UInt16) {
    high = high &<< 16 | low &>> 48
    low = low &<< 16 | UInt64(group)
  }
}
