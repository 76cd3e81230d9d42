import Glibc

/// The addresses that a guest may connect to and send datagrams to. All others are refused.
public struct ConnectGrants: Sendable, Equatable {
  public struct Grant: Sendable, Equatable {
    enum Host: Sendable, Equatable {
      case any
      /// The address' 4 or 16 octets.
      case address([UInt8])
      /// A canonical name. It stands for the addresses that it was resolved to for the guest.
      case name(String)
    }

    let host: Host
    /// The port; nil for any.
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
  /// Parses `HOST:PORT`: a name, an IPv4 address, `[IPv6]` or `*`, and a number or `*`. With `/udp` at the end
  /// it is for datagrams. Nil for anything else.
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

  /// The form in which names are compared: without case (RFC 4343) and without the root's dot.
  static func canonical(_ name: some StringProtocol) -> String {
    let lower = name.lowercased()
    return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }

  /// Whether a text is a host name: labels of letters, digits, hyphens and underscores. The last label must have
  /// a letter, as otherwise the text is a mistyped address.
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

private func parse(address text: Substring, _ family: Int32) -> [UInt8]? {
  var address = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
  return inet_pton(family, String(text), &address) == 1 ? address : nil
}
