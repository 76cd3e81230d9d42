/// Whether these octets are a Host field's value (RFC 9110 7.2):
///
///     Host = uri-host [ ":" port ]
///
/// An empty host is refused although the grammar has room for it: an http URI with one is invalid
/// (RFC 9110 4.2.1). So are userinfo (RFC 9110 4.2.4) and a port above 65535.
///
/// - Parameter portRequired: as the authority-form of CONNECT asks (RFC 9112 3.2.3).
func isAuthority(_ octets: Octets, portRequired: Bool = false) -> Bool {
  var hostEnd = 0
  if octets.first == UInt8(ascii: "[") {
    guard let (literal, _) = octets.split(at: UInt8(ascii: "]")) else { return false }
    guard isIPLiteral(literal[1..<literal.count]) else { return false }
    hostEnd = literal.count + 1
  } else {
    hostEnd = OctetSet.registeredName.end(of: octets, from: 0)
    if hostEnd < octets.count, octets[hostEnd] == UInt8(ascii: "%") {
      hostEnd = octets.split(at: .colon)?.before.count ?? octets.count
      guard isEncoded(octets[0..<hostEnd], with: .registeredName) else { return false }
    }
    guard hostEnd > 0 else { return false }
  }
  if hostEnd == octets.count { return !portRequired }
  guard octets[hostEnd] == .colon else { return false }
  let port = octets[hostEnd + 1..<octets.count]
  if port.isEmpty { return !portRequired }
  guard let number = port.decimal(upTo: 65535) else { return false }
  return number > 0 || !portRequired
}

/// IPv6address / IPvFuture (RFC 3986 3.2.2), without the brackets.
private func isIPLiteral(_ octets: Octets) -> Bool {
  if octets.first?.asciiLowercase == UInt8(ascii: "v") {
    guard let (version, address) = octets.split(at: UInt8(ascii: ".")) else { return false }
    let digits = version[1..<version.count]
    return !digits.isEmpty && digits.allSatisfy { $0.hexadecimalValue != nil }
      && !address.isEmpty
      && address.allSatisfy { $0 == .colon || OctetSet.registeredName.contains($0) }
  }
  return IPAddress(v6: octets) != nil
}

/// Whether these octets are of the set, or percent-encoded: "%" HEXDIG HEXDIG (RFC 3986 2.1).
@inline(never)
func isEncoded(_ octets: Octets, with set: OctetSet) -> Bool {
  var i = 0
  while i < octets.count {
    if octets[i] == UInt8(ascii: "%") {
      guard i + 2 < octets.count, octets[i + 1].hexadecimalValue != nil,
        octets[i + 2].hexadecimalValue != nil
      else { return false }
      i += 3
    } else {
      guard set.contains(octets[i]) else { return false }
      i += 1
    }
  }
  return true
}

extension Octets {
  /// The value of 1*DIGIT; nil for anything else, or above `limit`.
  @inline(never)
  public func decimal(upTo limit: Int64) -> Int64? {
    guard count > 0 else { return nil }
    var value: Int64 = 0
    for octet in self {
      guard octet.isDigit else { return nil }
      let digit = Int64(octet &- 0x30)
      // Checked before the step, so that no number of digits can overflow. (A multiplication that
      // checks itself, in 64 bits, would need a compiler runtime in the module.)
      guard digit <= limit, value <= (limit - digit) / 10 else { return nil }
      value = value &* 10 &+ digit
    }
    return value
  }
}
