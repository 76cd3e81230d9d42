import CLinux
import Glibc

/// What the kernel may hold for a socket, which is memory as well: unbounded, it grows to megabytes for a
/// client that takes nothing of its responses.
///
/// The kernel counts what data takes with its management, and doubles what an option says for that
/// (socket(7), SO_SNDBUF).
enum SocketMemory {
  /// Bounds a socket, and those that are accepted from it.
  ///
  /// - Parameter octets: for both directions together, as the kernel counts.
  static func bound(_ descriptor: Int32, to octets: Int32) {
    let each = octets / 4
    setOption(descriptor, SOL_SOCKET, SO_SNDBUF, each)
    setOption(descriptor, SOL_SOCKET, SO_RCVBUF, each)
  }
}

/// The options of a listening socket that a guest can set. It is the host's, and the next instance's when
/// this one has gone: so nothing of what one has set may be left to another.
enum ListenerOptions {
  private static let integers: [(name: Int32, isDoubled: Bool)] = [
    (SO_KEEPALIVE, false), (SO_RCVLOWAT, false), (SO_SNDBUF, true), (SO_RCVBUF, true),
  ]

  /// Gives a kept socket the options that a new instance has set on its own socket, which it takes the
  /// place of.
  static func copy(from own: Int32, to kept: Int32) {
    for (option, isDoubled) in integers {
      var value: Int32 = 0
      guard get(own, option, &value) else { continue }
      setOption(kept, SOL_SOCKET, option, isDoubled ? value / 2 : value)
    }
    var (linger, receive, send) = (linger(), timeval(), timeval())
    if get(own, SO_LINGER, &linger) { set(kept, SO_LINGER, linger) }
    if get(own, SO_RCVTIMEO, &receive) { set(kept, SO_RCVTIMEO, receive) }
    if get(own, SO_SNDTIMEO, &send) { set(kept, SO_SNDTIMEO, send) }
    scrubFilter(kept)
  }

  /// Takes off a socket from elsewhere what only a guest of an earlier process can have left on it.
  static func scrub(_ descriptor: Int32) {
    setOption(descriptor, SOL_SOCKET, SO_RCVLOWAT, 1)
    set(descriptor, SO_LINGER, linger())
    set(descriptor, SO_RCVTIMEO, timeval())
    set(descriptor, SO_SNDTIMEO, timeval())
    scrubFilter(descriptor)
  }

  /// (Fails where there is none.)
  private static func scrubFilter(_ descriptor: Int32) {
    setOption(descriptor, SOL_SOCKET, SO_DETACH_FILTER, 0)
  }

  private static func get<Value: BitwiseCopyable>(
    _ descriptor: Int32, _ option: Int32, _ value: inout Value
  ) -> Bool {
    var size = socklen_t(MemoryLayout<Value>.size)
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0
  }

  private static func set<Value: BitwiseCopyable>(
    _ descriptor: Int32, _ option: Int32, _ value: Value
  ) {
    var value = value
    setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Value>.size))
  }
}
