import Glibc

/// The addresses that a guest may connect to, and send datagrams to. Everything else is refused.
public struct ConnectGrants: Sendable, Equatable {
  public struct Grant: Sendable, Equatable {
    enum Host: Sendable, Equatable {
      case any
      /// 4 or 16 bytes.
      case address([UInt8])
      /// Stands for the addresses that it has been resolved to for the guest; as `canonical`.
      case name(String)
    }

    let host: Host
    /// Nil for any.
    let port: UInt16?
    let transport: Transport
  }

  public let grants: [Grant]

  public static let none = ConnectGrants([])

  public init(_ grants: [Grant]) {
    self.grants = grants
  }
}

extension ConnectGrants.Grant {
  /// `HOST:PORT` with a name, an IPv4 address, `[IPv6]` or `*`, and a number or `*`; with `/udp` at the
  /// end it is for datagrams. Nil for anything else.
  public init?(_ text: String) {
    var text = text[...]
    transport = Transport(takingFrom: &text)
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let (host, port) = (text[..<colon], text[text.index(after: colon)...])
    if port == "*" {
      self.port = nil
    } else {
      guard let number = UInt16(port), number > 0 else { return nil }
      self.port = number
    }
    if host == "*" {
      self.host = .any
    } else if host.hasPrefix("["), host.hasSuffix("]") {
      guard let address = parse(address: host.dropFirst().dropLast(), AF_INET6) else { return nil }
      self.host = .address(unmapped(address))
    } else if let address = parse(address: host, AF_INET) {
      self.host = .address(address)
    } else {
      guard Self.isName(host) else { return nil }
      self.host = .name(Self.canonical(host))
    }
  }

  /// Names compare without case (RFC 4343), and without the dot of the root.
  static func canonical(_ name: some StringProtocol) -> String {
    let lower = name.lowercased()
    return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }

  /// Labels of letters, digits, hyphens and underscores. The last one has a letter: else it is an
  /// address that somebody mistyped.
  private static func isName(_ text: Substring) -> Bool {
    let labels = canonical(text).split(separator: ".", omittingEmptySubsequences: false)
    return text.utf8.count <= 253
      && labels.allSatisfy { label in
        1...63 ~= label.utf8.count
          && label.utf8.allSatisfy {
            0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2d || $0 == 0x5f
          }
      }
      && labels.last?.utf8.contains { 0x61...0x7a ~= $0 } == true
  }
}

extension ConnectGrants.Grant: CustomStringConvertible {
  public var description: String {
    let port = (port.map(String.init) ?? "*") + transport.suffix
    switch host {
    case .any: return "*:\(port)"
    case .name(let name): return "\(name):\(port)"
    case .address(let address):
      return SocketAddress(host: address, port: 0).description.dropLast() + port
    }
  }
}

/// Where one guest may go: what was granted, and what the names in it have been resolved to.
struct Destinations {
  /// So many addresses of a name are remembered, the latest ones: names in front of many machines
  /// answer with others each time.
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

  /// Notes what a name has been resolved to.
  ///
  /// The name's owner may be another than the operator: DNS must not lead a guest to services of this machine
  /// that trust whoever is on it, nor to the link's (a cloud's metadata). Those are granted by number; or
  /// by a name that says it (RFC 6761 6.3).
  ///
  /// - Returns: the addresses that are not granted for that.
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

/// An IPv4 address in its IPv6 form (RFC 4291 2.5.5.2) is that IPv4 address.
private func unmapped(_ address: [UInt8]) -> [UInt8] {
  let isMapped =
    address.count == 16 && address[..<10].allSatisfy { $0 == 0 }
    && address[10] == 0xff && address[11] == 0xff
  return isMapped ? Array(address[12...]) : address
}

/// Unspecified, loopback and link-local addresses (RFC 6890), also where IPv6 has the IPv4 one in it for a
/// translator (RFC 6052 2.1, 64:ff9b::/96).
private func isLocal(_ address: [UInt8]) -> Bool {
  if address.count == 4 {
    return address[0] == 0 || address[0] == 127 || (address[0] == 169 && address[1] == 254)
  }
  let translated: [UInt8] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
  if address.starts(with: translated) { return isLocal(Array(address[12...])) }
  return address.dropLast().allSatisfy { $0 == 0 } && address[15] <= 1
    || address[0] == 0xfe && address[1] & 0xc0 == 0x80
}

private func parse(address text: Substring, _ family: Int32) -> [UInt8]? {
  var address = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
  return inet_pton(family, String(text), &address) == 1 ? address : nil
}
