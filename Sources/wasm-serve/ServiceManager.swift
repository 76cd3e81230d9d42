import Glibc

/// Tells a service manager how the service is, as sd_notify(3) does: one datagram to the socket
/// that NOTIFY_SOCKET names. Without that variable nobody is told.
struct ServiceManager: Sendable {
  enum State {
    case ready, reloading, stopping
  }

  private let path: String?

  init() {
    path = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
  }

  func tell(_ state: State) {
    switch state {
    case .ready: send("READY=1")
    case .reloading:
      // What Type=notify-reload asks for: when it began, in microseconds.
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    case .stopping: send("STOPPING=1")
    }
  }

  private func send(_ message: String) {
    guard let path, var address = ServiceManager.address(path) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // An abstract name has no NUL at its end: the address is as long as the name.
    let size = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        Array(message.utf8).withUnsafeBytes { message in
          sendto(
            descriptor, message.baseAddress, message.count,
            Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), address, size)
        }
      }
    }
  }

  /// Nil for what is no path and no abstract name (`@`), and for what is too long.
  private static func address(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count < capacity else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: path.utf8)
      if path.hasPrefix("@") { bytes[0] = 0 }
    }
    return address
  }
}
