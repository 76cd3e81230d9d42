import CLinux
import Glibc
import Synchronization

/// The listening sockets of a service. They belong to the host, not to an instance: one that traps,
/// or whose place another takes, leaves them behind, and the connections in their queues are for
/// the next instance.
///
/// Several workers have a socket each for an address (SO_REUSEPORT), over which the kernel spreads
/// connections.
public final class ListenerPool: Sendable {
  /// An address as a guest asks for it. Port 0 may be asked for several times; they are told apart
  /// by their order.
  struct Request: Hashable {
    let host: [UInt8]
    let port: UInt16
    let ordinal: Int
  }

  private struct State {
    /// Each request's sockets, by worker.
    var sockets: [Request: [Int: Int32]] = [:]
    /// What systemd has opened: for any worker that asks for such an address.
    var inherited: [(address: SocketAddress, descriptor: Int32)] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let sharesPorts: Bool

  /// - Parameters:
  ///   - sharesPorts: for more than one worker. With it a second host of the same user could share
  ///     the port silently; so a port that somebody listens on already is looked for first.
  ///   - inherited: listening sockets of this process's own, as systemd passes them on.
  public init(sharesPorts: Bool, inherited: [Int32] = []) {
    self.sharesPorts = sharesPorts
    let sockets = inherited.compactMap { descriptor in
      localAddress(of: descriptor).map { ($0, descriptor) }
    }
    state.withLock { $0.inherited = sockets.map { (address: $0.0, descriptor: $0.1) } }
  }

  deinit { close() }

  /// Gives a guest's socket the address it asks for: by making it the kept one, if there is one, or
  /// else by binding it.
  ///
  /// - Returns: whether it is another socket now.
  func bind(_ descriptor: Int32, to request: Request, worker: Int) throws(Errno) -> Bool {
    var wanted = SocketAddress(host: request.host, port: request.port)
    let kept: Int32? = state.withLock { state in
      let own = state.sockets[request] ?? [:]
      if let socket = own[worker] { return socket }
      if let inherited = state.inherited.first(where: { $0.address.serves(wanted) }) {
        return inherited.descriptor
      }
      // Port 0 was the kernel's choice for the first worker; the others have the same.
      if wanted.port == 0, let other = own.first?.value, let actual = localAddress(of: other) {
        wanted = SocketAddress(host: request.host, port: actual.port)
      }
      return nil
    }
    if let kept {
      guard dup3(kept, descriptor, O_CLOEXEC) >= 0 else { throw .last }
      return true
    }
    if sharesPorts {
      let isFirst = state.withLock { $0.sockets[request]?.isEmpty ?? true }
      if isFirst { try checkIsFree(wanted) }
      setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
    }
    guard wanted.withSocketAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else { throw .last }
    return false
  }

  /// Keeps a socket that listens now, for the worker's next instance.
  func keep(_ descriptor: Int32, for request: Request, worker: Int) {
    state.withLock { state in
      guard !state.isClosed, state.sockets[request]?[worker] == nil else { return }
      let kept = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
      if kept >= 0 { state.sockets[request, default: [:]][worker] = kept }
    }
  }

  /// Keeps nothing any more: from now on a listening socket ends when its guest closes it.
  public func close() {
    state.withLock { state in
      state.isClosed = true
      for socket in state.sockets.values.flatMap(\.values) { Glibc.close(socket) }
      for inherited in state.inherited { Glibc.close(inherited.descriptor) }
      state.sockets = [:]
      state.inherited = []
    }
  }

  /// Tries the address without sharing it.
  private func checkIsFree(_ address: SocketAddress) throws(Errno) {
    let family = address.host.count == 4 ? AF_INET : AF_INET6
    let probe = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard probe >= 0 else { throw .last }
    defer { Glibc.close(probe) }
    setOption(probe, SOL_SOCKET, SO_REUSEADDR, 1)
    guard address.withSocketAddress({ Glibc.bind(probe, $0, $1) }) == 0 else { throw .last }
  }
}

extension SocketAddress {
  /// Whether a socket with this address is what somebody wants who asks for the other one: the same
  /// port, and the same host or a wildcard.
  fileprivate func serves(_ wanted: SocketAddress) -> Bool {
    port == wanted.port && (host == wanted.host || host.allSatisfy { $0 == 0 })
  }
}

func localAddress(of descriptor: Int32) -> SocketAddress? {
  var storage = sockaddr_storage()
  var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let result = withUnsafeMutablePointer(to: &storage) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      getsockname(descriptor, $0, &size)
    }
  }
  return result == 0 ? SocketAddress(storage) : nil
}

/// Sets an option that is a convenience: where it cannot be set, the socket works without.
func setOption(_ hostFD: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
  var value = value
  setsockopt(hostFD, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}
