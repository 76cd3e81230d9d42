/// Asks for much and takes little: some octets now and then, or none at all. It is gone when
/// `WRITE_TIMEOUT` is over, which it sees as a reset: the server has not read all it was sent.
public final class ReluctantReader: Persona {
  public enum Request: Sendable {
    /// Small requests for much: many GETs.
    case gets
    /// As large as requests may be.
    case posts(octets: Int)
  }

  private let octets: [UInt8]
  private let interval: Int?

  /// - Parameters:
  ///   - interval: between two looks at what has come; nil for none.
  ///   - octets: of `messages`, the same for all clients.
  public init(_ octets: [UInt8], readsEveryMilliseconds interval: Int?) {
    self.octets = octets
    self.interval = interval
  }

  /// Requests whose answers are more than the system's buffers take, between narrow sockets.
  public static func messages(_ request: Request) -> [UInt8] {
    switch request {
    case .gets:
      return Array(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 1500).utf8)
    case .posts(let octets):
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "
      let size = octets - head.utf8.count - "1234567\r\n\r\n".utf8.count
      let post = head + "\(size)\r\n\r\n" + String(repeating: "r", count: size)
      return Array(String(repeating: post, count: 300_000 / octets + 1).utf8)
    }
  }

  public func connected(_ wire: Wire) {
    wire.readsInput = false
    wire.send(octets)
    if let interval { wire.wake(afterMilliseconds: interval) }
  }

  public func woken(_ wire: Wire) {
    wire.skim(16)
    if let interval { wire.wake(afterMilliseconds: interval) }
  }

  public func ended(_ end: Wire.End, _ wire: Wire) {}
}
