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

/// The options of a listening socket that a guest can set. It is the host's, and other instances' before,
/// beside and after this one: so on a service's socket they are as they were when it was opened.
enum ListenerOptions {
  /// Takes off what a guest has set, or one of an earlier process. (On a socket that is in use already
  /// that changes nothing.)
  static func scrub(_ descriptor: Int32) {
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 0)
    setOption(descriptor, SOL_SOCKET, SO_RCVLOWAT, 1)
    set(descriptor, SO_LINGER, linger())
    set(descriptor, SO_RCVTIMEO, timeval())
    set(descriptor, SO_SNDTIMEO, timeval())
    // (Fails where there is none.)
    setOption(descriptor, SOL_SOCKET, SO_DETACH_FILTER, 0)
  }

  /// Gives a kept socket the buffers that a new instance has set on its own one, where those are larger: they
  /// are bounded, and what one sets makes none of another's smaller.
  static func enlargeBuffers(of kept: Int32, like own: Int32) {
    for option in [SO_SNDBUF, SO_RCVBUF] {
      guard let wanted = get(own, option), let present = get(kept, option), wanted > present else {
        continue
      }
      setOption(kept, SOL_SOCKET, option, wanted / 2)
    }
  }

  private static func get(_ descriptor: Int32, _ option: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : nil
  }

  private static func set<Value: BitwiseCopyable>(
    _ descriptor: Int32, _ option: Int32, _ value: Value
  ) {
    var value = value
    setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Value>.size))
  }
}
