/// All addresses that begin with the same bits, in text as "10.0.0.0/8", "fd00::/8", or one address.
public struct IPAddressBlock {
  private let address: IPAddress
  private let bits: Int

  /// Bits behind the prefix are ignored.
  @inline(never)
  public init?(_ text: Octets) {
    let split = text.split(at: UInt8(ascii: "/"))
    guard let address = IPAddress(split?.before ?? text) else { return nil }
    let most: Int64 = address.isIPv6 ? 128 : 32
    guard let bits = split.map({ $0.after.decimal(upTo: most) }) ?? most else { return nil }
    self.address = address
    self.bits = Int(bits)
  }

  @inline(never)
  public func contains(_ other: IPAddress) -> Bool {
    guard other.isIPv6 == address.isIPv6 else { return false }
    for i in 0..<(bits + 7) / 8 {
      let mask = i * 8 + 8 <= bits ? 0xFF : ~(UInt8(0xFF) &>> UInt8(bits % 8))
      if (address.octets[i] ^ other.octets[i]) & mask != 0 { return false }
    }
    return true
  }
}
