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
  /// `CLIENT_ADDRESS_HEADER`: the one header that they tell it in.
  var header = Octets("x-forwarded-for")

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
  func contain(_ address: IPAddress) -> Bool {
    guard let blocks else { return false }
    for place in 0..<count where blocks[place].contains(address) { return true }
    return false
  }

  /// The client of a request that a proxy of ours has passed on; nil when none of ours did.
  ///
  /// Each proxy adds the address of its own client at the end of the header. So the client is the last
  /// address that is not one of our proxies; what stands before it may be invented, and so may all of
  /// another header: a proxy passes on what it does not write itself.
  @inline(never)
  func client(of fields: Fields, from peer: SocketAddress) -> IPAddress? {
    if !contain(IPAddress(octets: peer.octets, isIPv6: peer.isIPv6)) { return nil }
    let isForwarded = header.equalsIgnoringCase("forwarded")
    var client: IPAddress?
    for field in fields where field.name.equalsIgnoringCase(header) {
      var list = field.value
      var elements = ForwardedElements(field.value)
      while let node = isForwarded ? elements.next() : list.takeListElement() {
        guard let found = nodeAddress(node) else {
          // Nobody can vouch for what stands before an element that says nothing.
          client = nil
          continue
        }
        // (A dual-stack proxy may write ::ffff:192.0.2.1.)
        let address = IPAddress(octets: found.octets, isIPv6: found.isIPv6)
        if client == nil || !contain(address) { client = address }
      }
    }
    return client
  }
}

/// An address, perhaps with a port, perhaps quoted: `192.0.2.43:47011`, `"[2001:db8::17]:47011"`
/// (RFC 7239 6), or bare IPv6 as X-Forwarded-For has it.
@inline(never)
private func nodeAddress(_ text: Octets) -> IPAddress? {
  if text.count >= 2, text.first == UInt8(ascii: "\"") {
    // A quoted-pair stands for its second octet (RFC 9110 5.6.4).
    var plain = OctetBuffer(limit: 64)
    var isEscaped = false
    for octet in text[1..<text.count - 1] {
      isEscaped = !isEscaped && octet == UInt8(ascii: "\\")
      if !isEscaped { plain.append(octet: octet) }
    }
    let address = plain.overflowed ? nil : nodeAddress(plain.octets)
    plain.removeAll()
    return address
  }
  if text.first == UInt8(ascii: "[") {
    guard let split = text[1..<text.count].split(at: UInt8(ascii: "]")),
      split.after.isEmpty
        || split.after.first == UInt8(ascii: ":") && isPort(split.after[1..<split.after.count])
    else { return nil }
    return IPAddress(split.before)
  }
  if let address = IPAddress(text) { return address }
  guard let split = text.split(at: UInt8(ascii: ":")), isPort(split.after) else { return nil }
  return IPAddress(split.before)
}

/// node-port = 1*5DIGIT / "_" 1*( ALPHA / DIGIT / "." / "_" / "-") (RFC 7239 6).
@inline(never)
private func isPort(_ text: Octets) -> Bool {
  !text.isEmpty && text.allSatisfy { $0.isInLabel || $0 == UInt8(ascii: ".") }
}
