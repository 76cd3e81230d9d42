import Glibc

/// The addresses that a guest may bind. All others are refused.
public struct Grants: Sendable, Equatable {
  public struct Grant: Sendable, Equatable {
    /// The address' 4 or 16 octets; nil for any address.
    let host: [UInt8]?
    let port: UInt16
    var transport = Transport.tcp
  }

  public private(set) var grants: [Grant]

  public static let none = Grants([])

  public init(_ grants: [Grant]) {
    self.grants = grants
  }

  func allow(_ address: SocketAddress, _ transport: Transport) -> Bool {
    grants.contains {
      $0.port == address.port && $0.transport == transport
        && ($0.host == nil || $0.host == address.host)
    }
  }

  /// Whether an address is the wildcard of one family, and the other family's wildcard is granted at the same
  /// port.
  func hasOtherWildcard(than address: SocketAddress, _ transport: Transport) -> Bool {
    let other = [UInt8](repeating: 0, count: address.host.count == 4 ? 16 : 4)
    return address.host.allSatisfy { $0 == 0 }
      && allow(SocketAddress(host: other, port: address.port), transport)
  }
}

extension Grants.Grant {
  /// Parses `PORT`, `HOST:PORT` with an IPv4 address, `[HOST]:PORT` with an IPv6 one, or `*:PORT`. With `/udp`
  /// at the end it is for datagrams. Nil for anything else: names are not resolved. 0.0.0.0 and [::] grant the
  /// wildcard address alone.
  public init?(_ text: String) {
    var text = text[...]
    let transport = Transport(takingFrom: &text)
    guard let colon = text.lastIndex(of: ":") else {
      guard let port = UInt16(text) else { return nil }
      self.init(host: nil, port: port, transport: transport)
      return
    }
    guard let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    let host = text[..<colon]
    if host == "*" {
      self.init(host: nil, port: port, transport: transport)
    } else if host.hasPrefix("["), host.hasSuffix("]") {
      guard let address = Grants.Grant.parse(host.dropFirst().dropLast(), AF_INET6, count: 16)
      else { return nil }
      self.init(host: address, port: port, transport: transport)
    } else {
      guard let address = Grants.Grant.parse(host, AF_INET, count: 4) else { return nil }
      self.init(host: address, port: port, transport: transport)
    }
  }

  private static func parse(_ text: Substring, _ family: Int32, count: Int) -> [UInt8]? {
    var address = [UInt8](repeating: 0, count: count)
    return inet_pton(family, String(text), &address) == 1 ? address : nil
  }
}

extension Grants.Grant: CustomStringConvertible {
  public var description: String {
    let address = host.map { SocketAddress(host: $0, port: port).description } ?? "*:\(port)"
    return address + transport.suffix
  }
}
