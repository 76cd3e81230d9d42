import HTTPCodec
import Memory

/// `TRUSTED_PROXIES`, `CLIENT_ADDRESS_HEADER`: the proxies whose word about the client of a request is
/// believed. Any client can write such a header; only what a trusted proxy has added to it is true.
package final class TrustedProxies {
  /// The most blocks of addresses that can be named.
  private static var limit: Int { 16 }

  /// The first `count` of them are named.
  private var blocks = FixedArray<IPAddressBlock>()
  private var count = 0
  /// The one header in which they name their clients.
  package var header = ImmortalOctets("x-forwarded-for")

  /// No proxy.
  package init() {}

  /// - Parameter list: addresses and blocks such as 10.0.0.0/8, with commas.
  @_optimize(size)
  package init?(_ list: Span<UInt8>) {
    guard blocks.reserve(TrustedProxies.limit, repeating: IPAddressBlock()) else { return nil }
    var rest = list
    while let element = rest.takeListElement() {
      guard let block = IPAddressBlock(element), count < blocks.count else { return nil }
      blocks[count] = block
      count += 1
    }
  }

  @inline(never)
  func contain(_ address: IPAddress) -> Bool {
    for i in 0..<count where blocks[i].contains(address) { return true }
    return false
  }
}
