import HTTPCodec
import Sockets

/// `TRUSTED_PROXIES`: whose word counts about where a request comes from. Anybody can write such a
/// field; only what a proxy of ours has added to it is true.
public struct TrustedProxies {
  /// The most blocks of addresses that can be named.
  private static var limit: Int { 16 }

  /// Read once, at start; they live as long as the process.
  private var blocks: UnsafeMutablePointer<IPAddressBlock>?
  private var count = 0

  /// Nobody's.
  init() {}

  /// - Parameter list: addresses and blocks such as 10.0.0.0/8, with commas.
  init?(_ list: Octets) {
    let blocks = UnsafeMutablePointer<IPAddressBlock>.allocate(capacity: TrustedProxies.limit)
    var count = 0
    var rest = list
    while let element = rest.takeListElement() {
      guard let block = IPAddressBlock(element), count < TrustedProxies.limit else { return nil }
      (blocks + count).initialize(to: block)
      count += 1
    }
    self.blocks = blocks
    self.count = count
  }

  @inline(never)
  private func contain(_ address: IPAddress) -> Bool {
    guard let blocks else { return false }
    for place in 0..<count where blocks[place].contains(address) { return true }
    return false
  }

  /// The client of a request that a proxy of ours has passed on; nil when none of ours did.
  ///
  /// Each proxy adds the address of its own client at the end of X-Forwarded-For, or of Forwarded
  /// (RFC 7239), which is read where there is no X-Forwarded-For. So the client is the last address
  /// that is not one of our proxies; what stands before it may be invented.
  @inline(never)
  func client(of fields: Fields, from peer: SocketAddress) -> IPAddress? {
    if !contain(IPAddress(octets: peer.octets, isIPv6: peer.isIPv6)) { return nil }
    let hasForwardedFor = fields["x-forwarded-for"] != nil
    let name: StaticString = hasForwardedFor ? "x-forwarded-for" : "forwarded"
    var client: IPAddress?
    for field in fields where field.name.equalsIgnoringCase(name) {
      field.value.forEachListElement { element in
        let node = hasForwardedFor ? element : forParameter(of: element)
        guard let found = node.flatMap({ nodeAddress($0) }) else {
          // Nobody can vouch for what stands before an element that says nothing.
          client = nil
          return
        }
        // (A dual-stack proxy may write ::ffff:192.0.2.1.)
        let address = IPAddress(octets: found.octets, isIPv6: found.isIPv6)
        if client == nil || !contain(address) { client = address }
      }
    }
    return client
  }
}

/// The "for" of an element of Forwarded: `for=192.0.2.60;proto=http` (RFC 7239 4).
@inline(never)
private func forParameter(of element: Octets) -> Octets? {
  var rest: Octets? = element
  while let parameters = rest {
    let split = parameters.split(at: UInt8(ascii: ";"))
    rest = split?.after
    if let pair = (split?.before ?? parameters).split(at: UInt8(ascii: "=")),
      pair.before.trimmed.equalsIgnoringCase("for")
    {
      return pair.after.trimmed
    }
  }
  return nil
}

/// An address, perhaps with a port, perhaps quoted: `192.0.2.43:47011`, `"[2001:db8::17]:47011"`
/// (RFC 7239 6), or bare IPv6 as X-Forwarded-For has it.
@inline(never)
private func nodeAddress(_ text: Octets) -> IPAddress? {
  var text = text
  if text.count > 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
    text = text[1..<text.count - 1]
  }
  if text.first == UInt8(ascii: "[") {
    guard let split = text[1..<text.count].split(at: UInt8(ascii: "]")) else { return nil }
    return IPAddress(split.before)
  }
  if let address = IPAddress(text) { return address }
  return text.split(at: UInt8(ascii: ":")).flatMap { IPAddress($0.before) }
}
