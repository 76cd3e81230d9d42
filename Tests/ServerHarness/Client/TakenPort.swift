import Foundation

/// A listening socket of the test's own, on a port of 127.0.0.1 that is then taken.
public final class TakenPort {
  public let port: UInt16
  private let descriptor: Int32

  /// - Parameter wanted: 0 for a port of the kernel's choice.
  public init(_ wanted: UInt16 = 0) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = wanted.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &name.sin_addr)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    port = UInt16(bigEndian: name.sin_port)
    guard isListening else { throw TestFailure("cannot take a port: \(errno)") }
  }

  deinit { close(descriptor) }

  /// A free port. Not one of those that the kernel chooses for port 0 and for outgoing connections:
  /// another test, or another program, could be given it before the server under test binds it.
  public static func freePort() throws -> UInt16 {
    for _ in 0..<1000 {
      let port = UInt16.random(in: 10_000..<max(firstEphemeral, 11_000))
      if (try? TakenPort(port)) != nil { return port }
    }
    throw TestFailure("no port is free")
  }

  /// The first port of the range that the kernel chooses from.
  private static let firstEphemeral: UInt16 = {
    let range = try? String(
      contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    return range?.split(separator: "\t").first.flatMap { UInt16($0) } ?? 32_768
  }()
}
