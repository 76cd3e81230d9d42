/// All addresses that begin with the same bits, in text as "10.0.0.0/8", "fd00::/8", or one address.
package struct IPAddressBlock: BitwiseCopyable {
  private let address: IPAddress
  private let bits: Int

  /// 0.0.0.0 alone, which is no client's address.
  package init() {
    address = .anyIPv4
    bits = 32
  }

  /// Bits behind the prefix are ignored.
  @inline(never)
  package init?(_ text: Span<UInt8>) {
    let split = text.split(at: UInt8(ascii: "/"))
    guard let address = IPAddress(split.before) else { return nil }
    self.address = address
    let all: Int64 = address.isIPv6 ? 128 : 32
    guard let digits = split.after else {
      bits = Int(all)
      return
    }
    guard let number = digits.decimal(upTo: all) else { return nil }
    bits = Int(number)
  }

  @inline(never)
  package func contains(_ other: IPAddress) -> Bool {
    guard other.isIPv6 == address.isIPv6 else { return false }
    for i in 0..<(bits &+ 7) / 8 {
      let mask = i * 8 &+ 8 <= bits ? 0xFF : ~(UInt8(0xFF) &>> UInt8(bits % 8))
      if (address.octets[i] ^ other.octets[i]) & mask != 0 { return false }
    }
    return true
  }
}
