import CLinux
import Glibc

/// A listening socket that another process has opened and passed on, as systemd does (sd_listen_fds(3)).
///
/// That process keeps the socket and passes it on again at the next start, so nothing about it is changed for
/// good: the queue length stays its opener's choice, no filter is attached, what is set meanwhile (O_NONBLOCK,
/// TCP_NODELAY) is restored, and connections that wait when this process ends are left for the next one.
public struct InheritedSocket: Sendable {
  let descriptor: Int32
  let address: SocketAddress
  /// The name that the opener has given it, or its descriptor, and its address.
  public let description: String
  /// The flags of the open file description when the socket came. They are shared with the opener as well.
  private let flags: Int32
  /// Whether the opener has chosen TCP_NODELAY (systemd's NoDelay=).
  private let sendsAtOnce: Bool
  /// Whether an IPv6 wildcard also accepts IPv4.
  private let isDualStack: Bool
  var isUsed = false

  /// Takes a socket over and makes it non-blocking (several workers accept from it), until `giveBack`.
  ///
  /// - Parameter name: its name in LISTEN_FDNAMES; empty without one.
  /// - Throws: `unfitSocket`, with the reason.
  public init(descriptor: Int32, name: String) throws(HostError) {
    let label = name.isEmpty ? "descriptor \(descriptor)" : "'\(name)' (descriptor \(descriptor))"
    func refuse(_ reason: String) -> HostError { .unfitSocket(name: label, reason: reason) }
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { throw refuse("it is not open") }
    guard let type = option(descriptor, SOL_SOCKET, SO_TYPE) else {
      throw refuse("it is not a socket")
    }
    guard let address = localAddress(of: descriptor) else {
      throw refuse("it is not a TCP socket, but one of another family, such as a UNIX socket")
    }
    guard type == Int32(SOCK_STREAM.rawValue) else {
      throw refuse("it is a datagram socket at \(address), not a TCP socket")
    }
    guard option(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 1 else {
      throw refuse("it does not listen, or is a connection (Accept=yes)")
    }
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0,
      fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0
    else { throw refuse(describe(error: errno)) }
    ListenerOptions.scrub(descriptor)
    sendsAtOnce = option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) != 0
    ListenerOptions.sendAtOnce(descriptor)
    self.descriptor = descriptor
    self.address = address
    self.flags = flags
    isDualStack =
      address.host.count == 16 && option(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY) == 0
    description = "\(address) (\(label))"
  }

  func giveBack() {
    _ = fcntl(descriptor, F_SETFL, flags)
    ListenerOptions.sendAtOnce(descriptor, sendsAtOnce)
    close(descriptor)
  }

  /// The place of the socket that fits a wanted address best: one with that address, else a wildcard that
  /// includes it, else, when a wildcard is wanted, a socket with the same port whose opener has chosen a
  /// narrower address.
  static func best(of sockets: [InheritedSocket], for wanted: SocketAddress) -> Int? {
    let ranks = sockets.map { $0.rank(for: wanted) }
    return ranks.indices.filter { ranks[$0] != nil }
      .min { (ranks[$0] ?? 0, $0) < (ranks[$1] ?? 0, $1) }
  }

  private func rank(for wanted: SocketAddress) -> Int? {
    guard address.port == wanted.port else { return nil }
    if address.host == wanted.host { return 0 }
    if address.isWildcard, address.host.count == wanted.host.count || isDualStack { return 1 }
    return wanted.isWildcard ? 2 : nil
  }
}

extension SocketAddress {
  fileprivate var isWildcard: Bool { host.allSatisfy { $0 == 0 } }
}
