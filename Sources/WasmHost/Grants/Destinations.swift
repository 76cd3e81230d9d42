/// Where one guest may connect to: what was granted, and the addresses that granted names were resolved to.
struct Destinations {
  /// How many addresses of a name are remembered, the latest ones. Names of many machines are resolved to
  /// different addresses each time.
  static let limit = 64

  let grants: [ConnectGrants.Grant]
  private var resolved: [String: [[UInt8]]] = [:]

  init(_ grants: ConnectGrants) {
    self.grants = grants.grants
  }

  func allow(_ address: SocketAddress, _ transport: Transport) -> Bool {
    let host = unmapped(address.host)
    return grants.contains { grant in
      guard grant.port == nil || grant.port == address.port, grant.transport == transport else {
        return false
      }
      switch grant.host {
      case .any: return true
      case .address(let granted): return granted == host
      case .name(let name): return resolved[name]?.contains(host) == true
      }
    }
  }

  func allowLookup(of name: String) -> Bool {
    grants.contains { $0.host == .any } || isGranted(name)
  }

  /// Notes the addresses that a name was resolved to.
  ///
  /// The owner of a name may not be the operator. DNS must not lead a guest to services on this machine that
  /// trust local clients, nor to those on the link (a cloud's metadata). Such addresses are granted by number,
  /// or by a name that means this machine (RFC 6761 6.3).
  ///
  /// - Returns: the addresses that stay refused for that reason.
  mutating func didResolve(_ name: String, to addresses: [[UInt8]]) -> [[UInt8]] {
    guard isGranted(name) else { return [] }
    let name = ConnectGrants.Grant.canonical(name)
    let meansLocal = name == "localhost" || name.hasSuffix(".localhost")
    let local = meansLocal ? [] : addresses.map(unmapped).filter(isLocal)
    var known = resolved[name] ?? []
    for address in addresses.map(unmapped) where !local.contains(address) {
      known.removeAll { $0 == address }
      known.append(address)
    }
    resolved[name] = known.suffix(Destinations.limit)
    return local
  }

  private func isGranted(_ name: String) -> Bool {
    let name = ConnectGrants.Grant.canonical(name)
    return grants.contains { $0.host == .name(name) }
  }
}

/// The IPv4 address of an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2); any other address as it is.
func unmapped(_ address: [UInt8]) -> [UInt8] {
  let isMapped =
    address.count == 16 && address[..<10].allSatisfy { $0 == 0 }
    && address[10] == 0xff && address[11] == 0xff
  return isMapped ? Array(address[12...]) : address
}

/// Whether an address is unspecified, loopback or link-local (RFC 6890), also when a translator's IPv6 address
/// contains it (RFC 6052 2.1, 64:ff9b::/96).
private func isLocal(_ address: [UInt8]) -> Bool {
  if address.count == 4 {
    return address[0] == 0 || address[0] == 127 || (address[0] == 169 && address[1] == 254)
  }
  let translated: [UInt8] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
  if address.starts(with: translated) { return isLocal(Array(address[12...])) }
  return address.dropLast().allSatisfy { $0 == 0 } && address[15] <= 1
    || address[0] == 0xfe && address[1] & 0xc0 == 0x80
}
