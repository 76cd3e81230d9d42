import Glibc

/// The addresses that a guest may bind. Everything else is refused.
public struct Grants: Sendable, Equatable {
  public struct Grant: Sendable, Equatable {
    /// 4 or 16 bytes; nil for any address.
    let host: [UInt8]?
    let port: UInt16
  }

  public private(set) var grants: [Grant]

  public static let none = Grants([])

  public init(_ grants: [Grant]) {
    self.grants = grants
  }

  func allow(host: [UInt8], port: UInt16) -> Bool {
    grants.contains { $0.port == port && ($0.host == nil || $0.host == host) }
  }

  /// Whether an address is every address of one family, and every one of the other is granted at its
  /// port.
  func hasOtherWildcard(than address: SocketAddress) -> Bool {
    let other = [UInt8](repeating: 0, count: address.host.count == 4 ? 16 : 4)
    return address.host.allSatisfy { $0 == 0 } && allow(host: other, port: address.port)
  }

  /// What a guest is granted when nobody says: any address at the ports that its environment names,
  /// PORT (1234 when absent) and ADMIN_PORT.
  public init(environment: [InstanceConfiguration.Variable]) {
    func value(_ name: String) -> String? { environment.last { $0.name == name }?.value }
    let ports = [value("PORT") ?? "1234", value("ADMIN_PORT")]
    self.init(ports.compactMap { $0.flatMap { UInt16($0) } }.map { Grant(host: nil, port: $0) })
  }
}

extension Grants.Grant {
  /// `PORT`, `HOST:PORT` with an IPv4 address, `[HOST]:PORT` with an IPv6 one, or `*:PORT`; nil for
  /// anything else. Names are not resolved. 0.0.0.0 and [::] grant that address, the wildcard, and
  /// none beside it.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else {
      guard let port = UInt16(text) else { return nil }
      self.init(host: nil, port: port)
      return
    }
    guard let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    let host = text[..<colon]
    if host == "*" {
      self.init(host: nil, port: port)
    } else if host.hasPrefix("["), host.hasSuffix("]") {
      guard let address = Grants.Grant.parse(host.dropFirst().dropLast(), AF_INET6, count: 16)
      else { return nil }
      self.init(host: address, port: port)
    } else {
      guard let address = Grants.Grant.parse(host, AF_INET, count: 4) else { return nil }
      self.init(host: address, port: port)
    }
  }

  private static func parse(_ text: Substring, _ family: Int32, count: Int) -> [UInt8]? {
    var address = [UInt8](repeating: 0, count: count)
    return inet_pton(family, String(text), &address) == 1 ? address : nil
  }
}

extension Grants.Grant: CustomStringConvertible {
  public var description: String {
    guard let host else { return "*:\(port)" }
    return SocketAddress(host: host, port: port).description
  }
}
