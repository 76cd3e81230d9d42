import Memory

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
  @_optimize(size)
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
    let high = address.octets.high ^ other.octets.high
    if bits <= 64 { return high >> (64 &- bits) == 0 }
    return high == 0 && (address.octets.low ^ other.octets.low) >> (128 &- bits) == 0
  }
}
