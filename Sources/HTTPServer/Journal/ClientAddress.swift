import HTTPCodec
import Memory
import Sockets

extension TrustedProxies {
  /// The client of a request that a trusted proxy has passed on; nil when none of them did.
  ///
  /// Each proxy adds the address of its own client at the end of the header. So the client is the last
  /// address that is not a trusted proxy's; the addresses before it may be invented, and so may all of
  /// another header: a proxy passes on what it does not write itself.
  @inline(never)
  @_optimize(size)
  func client(of fields: Fields, from peer: SocketAddress) -> IPAddress? {
    if !contain(peer.host) { return nil }
    let isForwarded = header.span.equalsIgnoringCase("forwarded")
    var client: IPAddress?
    var fields = fields.makeIterator()
    while let field = fields.next() {
      guard field.name.equalsIgnoringCase(header.span) else { continue }
      var list = field.value
      var elements = ForwardedElements(field.value)
      while let node = isForwarded ? elements.next() : list.takeListElement() {
        guard let found = nodeAddress(node) else {
          // The addresses before an element that names none cannot be relied on.
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
@_optimize(size)
private func nodeAddress(_ text: Span<UInt8>) -> IPAddress? {
  if text.count >= 2, text.first == UInt8(ascii: "\"") {
    // A quoted-pair stands for its second octet (RFC 9110 5.6.4).
    var plain = OctetBuffer(limit: 64)
    var isEscaped = false
    for i in 1..<text.count - 1 {
      isEscaped = !isEscaped && text[i] == UInt8(ascii: "\\")
      if !isEscaped { plain.append(octet: text[i]) }
    }
    return plain.overflowed ? nil : nodeAddress(plain.octets)
  }
  if text.first == UInt8(ascii: "[") {
    let split = text.extracting(droppingFirst: 1).split(at: UInt8(ascii: "]"))
    guard let after = split.after,
      after.isEmpty
        || after.first == UInt8(ascii: ":") && isPort(after.extracting(droppingFirst: 1))
    else { return nil }
    return IPAddress(split.before)
  }
  if let address = IPAddress(text) { return address }
  let split = text.split(at: UInt8(ascii: ":"))
  guard let port = split.after, isPort(port) else { return nil }
  return IPAddress(split.before)
}

/// node-port = 1*5DIGIT / "_" 1*( ALPHA / DIGIT / "." / "_" / "-") (RFC 7239 6).
@inline(never)
private func isPort(_ text: Span<UInt8>) -> Bool {
  !text.isEmpty && text.allSatisfy { $0.isInLabel || $0 == UInt8(ascii: ".") }
}
