import CLinux
import Glibc

/// Tells a service manager how the service is, as sd_notify(3) does: one datagram to the socket
/// that NOTIFY_SOCKET names. Without that variable nothing is sent.
///
/// A manager that has a watchdog (WATCHDOG_USEC) gets signs of life, twice as often as it asks for.
struct ServiceManager: Sendable {
  private let path: String?
  /// Between two signs of life, in nanoseconds.
  private let interval: UInt64?
  /// When the next sign of life is due, on the monotonic clock.
  private(set) var nextSign: UInt64?

  init() {
    path = variable("NOTIFY_SOCKET")
    // Another process of the service may be the one that is meant.
    let isMeant = variable("WATCHDOG_PID").map { Int32($0) == getpid() } ?? true
    interval = variable("WATCHDOG_USEC").flatMap { UInt64($0) }
      .flatMap { isMeant && $0 > 0 && $0 < 1 << 50 ? $0 * 500 : nil }
    nextSign = interval.map { _ in 0 }
  }

  func tell(_ phase: ServiceLife.Phase) {
    switch phase {
    case .ready: send("READY=1")
    case .reloading:
      // What Type=notify-reload asks for: when it began, in microseconds.
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    case .stopping: send("STOPPING=1")
    }
  }

  /// Gives a sign of life, if one is due.
  mutating func giveSign(at now: UInt64) {
    guard let interval, let nextSign, now >= nextSign else { return }
    self.nextSign = now + interval
    send("WATCHDOG=1")
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

  /// Nil for what is neither a path nor an abstract name (`@`), and for what is too long.
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

private func variable(_ name: String) -> String? {
  getenv(name).flatMap { String(validatingCString: $0) }
}
