import CLinux
import Glibc

/// The limit of the kernel's memory for a socket. Without one it grows to megabytes for a client that does not
/// read its responses.
///
/// The kernel counts the data with its overhead, and doubles the value of the option for that (socket(7),
/// SO_SNDBUF).
enum SocketMemory {
  /// Limits a socket, and those that are accepted from it.
  ///
  /// - Parameter octets: the limit for both directions together, as the kernel counts.
  static func bound(_ descriptor: Int32, to octets: Int32) {
    let each = octets / 4
    setOption(descriptor, SOL_SOCKET, SO_SNDBUF, each)
    setOption(descriptor, SOL_SOCKET, SO_RCVBUF, each)
  }
}

/// The options of a listening socket that a guest can set. The socket is shared with other instances before,
/// beside and after this one, so on a kept socket the options stay as they were when it was opened.
enum ListenerOptions {
  /// Resets what a guest, or an earlier process, has set. (Resetting a socket that is in use changes nothing
  /// else.)
  static func scrub(_ descriptor: Int32) {
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 0)
    setOption(descriptor, SOL_SOCKET, SO_RCVLOWAT, 1)
    set(descriptor, SO_LINGER, linger())
    set(descriptor, SO_RCVTIMEO, timeval())
    set(descriptor, SO_SNDTIMEO, timeval())
    // (Fails when no filter is attached.)
    setOption(descriptor, SOL_SOCKET, SO_DETACH_FILTER, 0)
  }

  /// Sets TCP_NODELAY, which accepted sockets inherit. A response is one send, and the ABI does not have the option:
  /// holding back its last segment gains nothing.
  static func sendAtOnce(_ descriptor: Int32, _ isOn: Bool = true) {
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, isOn ? 1 : 0)
  }

  /// Enlarges the buffers of a kept socket to those of a new instance's own socket. They are limited, and never
  /// shrink for the other instances.
  static func enlargeBuffers(of kept: Int32, like own: Int32) {
    for name in [SO_SNDBUF, SO_RCVBUF] {
      guard let wanted = option(own, SOL_SOCKET, name),
        let present = option(kept, SOL_SOCKET, name),
        wanted > present
      else { continue }
      setOption(kept, SOL_SOCKET, name, wanted / 2)
    }
  }

  private static func set<Value: BitwiseCopyable>(
    _ descriptor: Int32, _ option: Int32, _ value: Value
  ) {
    var value = value
    setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Value>.size))
  }
}
