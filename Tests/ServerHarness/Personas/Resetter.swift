/// Resets its connection in the middle of something.
public final class Resetter: Persona {
  private static let messages: [[UInt8]] = [
    "", "GET", "POST / HTTP/1.1\r\nHo",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad\r\n\r\n",
    String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 1000),
  ].map { Array($0.utf8) }

  private let message: [UInt8]
  private let delay: Int

  /// - Parameter number: decides what is sent, and how long after it the reset is.
  public init(_ number: Int) {
    message = Resetter.messages[number % Resetter.messages.count]
    delay = number / Resetter.messages.count % 4
  }

  public func connected(_ wire: Wire) {
    wire.readsInput = false
    wire.send(message)
    if delay == 0 { wire.reset() } else { wire.wake(afterMilliseconds: delay) }
  }

  public func woken(_ wire: Wire) { wire.reset() }
  public func ended(_ end: Wire.End, _ wire: Wire) {}
}

/// Connects and says nothing. The server ends that without an answer.
public final class Silent: Persona {
  public init() {}
  public func connected(_ wire: Wire) {}

  public func received(_ octets: UnsafeRawBufferPointer, _ wire: Wire) throws {
    throw TestFailure("silence was answered with \(String(decoding: octets, as: UTF8.self))")
  }

  public func ended(_ end: Wire.End, _ wire: Wire) {}
}
