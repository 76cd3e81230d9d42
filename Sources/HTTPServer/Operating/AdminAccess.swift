import HTTPCodec
import Memory

/// Which requests the admin port refuses: those that a web page has a browser send. A browser reaches
/// whatever its user can reach, such as a loopback port, or what `kubectl port-forward` makes one.
///
/// - A page of another origin. The browser names the page's in Origin where the request is not a plain
///   GET or HEAD (Fetch standard, "append a request `Origin` header"), and says in Sec-Fetch-Site how
///   the two are related, to addresses that it trusts, as loopback is (Fetch Metadata 2.3).
/// - A page whose name was turned into our address after the browser had loaded it (DNS rebinding): to
///   the browser that is one origin, but Host has the page's name. An address or localhost cannot be
///   turned into another one.
struct AdminAccess {
  /// `ADMIN_HOSTS`: other names that the port goes by, with commas.
  let hosts: ImmortalOctets

  /// Why a request is refused, nil when it is not.
  @inline(never)
  @_optimize(size)
  func refusal(_ fields: Fields) -> StaticString? {
    // (An HTTP/1.0 request without Host is no browser's.)
    let host = fields["host"]
    if let host, !isOurs(host) {
      return "the admin port goes by an IP address, localhost, and the names in ADMIN_HOSTS"
    }
    var isForeign = false
    var fields = fields.makeIterator()
    while let field = fields.next() {
      if field.name.equalsIgnoringCase("origin") {
        if !isOrigin(field.value, of: host) { isForeign = true }
      } else if field.name.equalsIgnoringCase("sec-fetch-site") {
        if !(field.value == "same-origin" || field.value == "none") { isForeign = true }
      }
    }
    return isForeign ? "the admin port answers no page of another origin" : nil
  }

  /// - Parameter host: valid, as the parser leaves it, perhaps with a port.
  @_optimize(size)
  private func isOurs(_ host: Span<UInt8>) -> Bool {
    if host.first == UInt8(ascii: "[") {
      let literal = host.split(at: UInt8(ascii: "]")).before
      return IPAddress(literal.extracting(droppingFirst: 1)) != nil
    }
    let name = host.split(at: UInt8(ascii: ":")).before
    if name.equalsIgnoringCase("localhost") || IPAddress(name) != nil { return true }
    var rest = hosts.span
    while let listed = rest.takeListElement() {
      if name.equalsIgnoringCase(listed) { return true }
    }
    return false
  }

  private func isOrigin(_ origin: Span<UInt8>, of host: Span<UInt8>?) -> Bool {
    guard let host else { return false }
    return origin.count > 7 && origin.extracting(0..<7) == "http://"
      && origin.extracting(droppingFirst: 7).equalsIgnoringCase(host)
  }
}
