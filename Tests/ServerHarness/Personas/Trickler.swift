/// Begins a request as others do, and then sends an octet now and then: it must be told 408, and
/// gone, when `REQUEST_TIMEOUT` is over.
public final class Trickler: Persona {
  private let beginning: [UInt8]
  private let interval: Int
  private var reader = ResponseReader()

  private init(_ beginning: String, milliseconds interval: Int) {
    self.beginning = Array(beginning.utf8)
    self.interval = interval
  }

  public static func slowHeader(milliseconds: Int) -> Trickler {
    Trickler("POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ", milliseconds: milliseconds)
  }

  public static func slowBody(milliseconds: Int) -> Trickler {
    Trickler(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7000\r\n\r\nI take my time",
      milliseconds: milliseconds)
  }

  public func connected(_ wire: Wire) {
    wire.send(beginning)
    wire.wake(afterMilliseconds: interval)
  }

  public func woken(_ wire: Wire) {
    wire.send("x")
    wire.wake(afterMilliseconds: interval)
  }

  public func received(_ octets: UnsafeRawBufferPointer, _ wire: Wire) throws {
    reader.append(octets)
    guard let response = try reader.next() else { return }
    guard response.status == 408, response.closes else {
      throw TestFailure("half a request was answered with \(response.status) \(response.text)")
    }
    wire.tally.note { $0.statuses[408, default: 0] += 1 }
  }

  public func ended(_ end: Wire.End, _ wire: Wire) {}
}
