import Glibc

@testable import WasmHost

/// The instance that has a service's listening sockets after, and beside, a hostile one: it must find them
/// as if it had opened them itself.
enum Successor {
  /// - Returns: what is wrong with them; nil when it can serve.
  static func complaint(in pool: ListenerPool) -> String? {
    guard let guest = try? HostileGuest(pool: pool, generation: 1),
      let own = try? HostileGuest(pool: ListenerPool(sharesPorts: false), generation: 0),
      let listener = makeListener(for: guest), let fresh = makeListener(for: own)
    else { return "a successor cannot listen" }
    for option in [SO_RCVLOWAT, SO_KEEPALIVE, SO_SNDBUF, SO_RCVBUF, SO_ACCEPTCONN] {
      let (actual, expected) = (value(of: option, listener), value(of: option, fresh))
      if actual != expected {
        return "the successor's socket has option \(option) = \(actual), not \(expected)"
      }
    }
    var (reset, patience) = (linger(), timeval())
    var size = socklen_t(MemoryLayout<linger>.size)
    getsockopt(listener.hostFD, SOL_SOCKET, SO_LINGER, &reset, &size)
    size = socklen_t(MemoryLayout<timeval>.size)
    getsockopt(listener.hostFD, SOL_SOCKET, SO_RCVTIMEO, &patience, &size)
    if reset.l_onoff != 0 { return "the successor's socket resets its connections" }
    if patience.tv_sec != 0 || patience.tv_usec != 0 {
      return "the successor's socket has a timeout"
    }
    return serviceComplaint(listener, guest)
  }

  struct Listener {
    let number: UInt32
    let hostFD: Int32
    let port: UInt16
  }

  static func makeListener(for guest: HostileGuest) -> Listener? {
    guard (try? guest.call("sock_open", [1, 2, 0])) == 0 else { return nil }
    let number = guest.load(0)
    guest.store(24, at: 16)
    guest.store(4, at: 20)
    guest.store(0x0100_007f, at: 24)
    guard (try? guest.call("sock_bind", [number, 16, 0])) == 0,
      (try? guest.call("sock_listen", [number, 16])) == 0,
      (try? guest.call("fd_fdstat_set_flags", [number, 4])) == 0,
      let hostFD = try? guest.instance.descriptors.socket(number).pointee.hostFD,
      let address = localAddress(of: hostFD)
    else { return nil }
    return Listener(number: number, hostFD: hostFD, port: address.port)
  }

  private static func value(of option: Int32, _ listener: Listener) -> Int32 {
    var value: Int32 = -1
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(listener.hostFD, SOL_SOCKET, option, &value, &size)
    return value
  }

  /// A client connects and is accepted, whoever waits before it.
  private static func serviceComplaint(_ listener: Listener, _ guest: HostileGuest) -> String? {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let client = socket(AF_INET, type | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard client >= 0 else { return nil }
    defer { reset(client) }
    let address = SocketAddress(host: [127, 0, 0, 1], port: listener.port)
    _ = address.withSocketAddress { Glibc.connect(client, $0, $1) }
    var question = pollfd(fd: listener.hostFD, events: Int16(POLLIN), revents: 0)
    guard poll(&question, 1, 10_000) == 1 else { return "nobody reaches the successor" }
    let answer = (try? guest.call("sock_accept", [listener.number, 0])) ?? nil
    return answer == 0 ? nil : "the successor accepts nobody: \(answer.map(String.init) ?? "trap")"
  }
}
