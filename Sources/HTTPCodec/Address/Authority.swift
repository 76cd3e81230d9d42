/// Whether these octets are a Host field's value (RFC 9110 7.2):
///
///     Host = uri-host [ ":" port ]
///
/// An empty host is refused although the grammar has room for it: an http URI with one is invalid
/// (RFC 9110 4.2.1). So are userinfo (RFC 9110 4.2.4) and a port above 65535.
///
/// - Parameter portRequired: as the authority-form of CONNECT asks (RFC 9112 3.2.3).
func isAuthority(_ octets: Span<UInt8>, portRequired: Bool = false) -> Bool {
  var hostEnd = 0
  if octets.first == UInt8(ascii: "[") {
    let literal = octets.split(at: UInt8(ascii: "]"))
    guard literal.after != nil, isIPLiteral(literal.before.extracting(droppingFirst: 1)) else {
      return false
    }
    hostEnd = literal.before.count &+ 1
  } else {
    hostEnd = OctetSet.registeredName.endOfEncoded(octets, from: 0)
    guard hostEnd > 0 else { return false }
  }
  if hostEnd == octets.count { return !portRequired }
  guard octets[hostEnd] == .colon else { return false }
  let port = octets.extracting(hostEnd &+ 1..<octets.count)
  if port.isEmpty { return !portRequired }
  // (Four digits are no number above 65535.)
  if port.count <= 4 && !portRequired { return port.allSatisfy { $0.isDigit } }
  guard let number = port.decimal(upTo: 65535) else { return false }
  return number > 0 || !portRequired
}

/// IPv6address / IPvFuture (RFC 3986 3.2.2), without the brackets.
private func isIPLiteral(_ octets: Span<UInt8>) -> Bool {
  if octets.first?.asciiLowercase == UInt8(ascii: "v") {
    let split = octets.split(at: UInt8(ascii: "."))
    guard let address = split.after else { return false }
    let digits = split.before.extracting(droppingFirst: 1)
    return !digits.isEmpty && digits.allSatisfy { $0.hexadecimalValue != nil }
      && !address.isEmpty
      && address.allSatisfy { $0 == .colon || OctetSet.registeredName.contains($0) }
  }
  return IPAddress(v6: octets) != nil
}
