import Foundation

/// A client's connection: a blocking TCP socket whose calls give up after a time that only a
/// server in trouble needs.
///
/// One thread may send while another one reads.
public final class Client: @unchecked Sendable {
  /// The server has closed the connection, or reset it, before what was waited for came.
  public struct ConnectionEnded: Error {
    public let byReset: Bool
    public let unread: String
  }
  /// Nobody listens, or nobody any more when the connection was about to be made.
  public struct ConnectionRefused: Error {}

  private let descriptor: Int32
  private var isClosed = false
  private let server: AnyObject?
  private var received = ResponseReader()
  private var buffer = [UInt8](repeating: 0, count: 65_536)

  /// - Parameters:
  ///   - server: what must live as long as the connection.
  ///   - receiveBuffer: the size of the system's buffer, small for a client that reads slowly.
  public init(
    port: UInt16, host: String = "127.0.0.1", of server: AnyObject? = nil,
    receiveBuffer: Int32? = nil
  ) throws {
    self.server = server
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("socket: \(errno)") }
    if let receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
    set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 60, tv_usec: 0))
    set(SOL_SOCKET, SO_SNDTIMEO, timeval(tv_sec: 60, tv_usec: 0))
    // Segments go out as they are sent.
    set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &name.sin_addr)
    let result = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let error = errno
      Glibc.close(descriptor)
      isClosed = true
      if error == ECONNREFUSED || error == ECONNRESET { throw ConnectionRefused() }
      throw TestFailure("connect: \(String(cString: strerror(error)))")
    }
  }

  deinit { close() }

  private func set<Value>(_ level: Int32, _ option: Int32, _ value: Value) {
    withUnsafePointer(to: value) {
      _ = setsockopt(descriptor, level, option, $0, socklen_t(MemoryLayout<Value>.size))
    }
  }

  // MARK: Sending

  public func send(_ text: String) throws { try send(Array(text.utf8)) }

  public func send(_ bytes: [UInt8]) throws { try send(bytes, flags: 0) }

  /// Sends bytes of which the last one is urgent.
  public func sendUrgent(_ bytes: [UInt8]) throws { try send(bytes, flags: Int32(MSG_OOB)) }

  private func send(_ bytes: [UInt8], flags: Int32) throws {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress.map { $0 + start }, bytes.count - start,
          Int32(MSG_NOSIGNAL) | flags)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(errno, "send") }
      start += count
    }
  }

  /// Sends in segments of a size.
  public func send(_ bytes: [UInt8], inSegmentsOf size: Int) throws {
    for start in stride(from: 0, to: bytes.count, by: size) {
      try send(Array(bytes[start..<min(start + size, bytes.count)]))
    }
  }

  /// Sends a request with a content of a known length.
  public func post(_ content: String, _ target: String = "/", fields: String = "") throws {
    try send(
      "POST \(target) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(content.utf8.count)\r\n\r\n"
        + content)
  }

  /// Closes the sending half.
  public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  // MARK: Receiving

  /// - Returns: false at the end.
  private func receive() throws -> Bool {
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno, "recv") }
      received.append(buffer[..<count])
      return count > 0
    }
  }

  /// Reads one response, interim ones too.
  public func response(toHEAD isHead: Bool = false) throws -> HTTPResponse {
    while true {
      if let response = try received.next(toHEAD: isHead) { return response }
      guard try receive() else { throw ended(byReset: false) }
    }
  }

  /// Sends a request and reads its response.
  public func exchange(_ request: String, toHEAD isHead: Bool = false) throws -> HTTPResponse {
    try send(request)
    return try response(toHEAD: isHead)
  }

  public func get(_ target: String = "/", fields: String = "") throws -> HTTPResponse {
    try exchange("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
  }

  /// Reads a number of bytes.
  public func read(_ count: Int) throws -> [UInt8] {
    while received.rest.count < count {
      guard try receive() else { throw ended(byReset: false) }
    }
    return received.take(count)
  }

  /// Reads until the server closes.
  public func readToEnd() throws -> [UInt8] {
    while try receive() {}
    defer { received.dropRest() }
    return Array(received.rest)
  }

  /// Whether anything comes in a short time. (Only for what must not come.)
  public func hasAnything(inMilliseconds limit: Int32) -> Bool {
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return !received.rest.isEmpty || poll(&polled, 1, limit) > 0
  }

  // MARK: Closing

  public func close() {
    guard !isClosed else { return }
    isClosed = true
    Glibc.close(descriptor)
  }

  /// Closes the connection with a reset.
  public func reset() {
    set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
    close()
  }

  private func ended(byReset: Bool) -> ConnectionEnded {
    ConnectionEnded(
      byReset: byReset, unread: String(decoding: received.rest.prefix(200), as: UTF8.self))
  }

  private func failure(_ error: Int32, _ call: String) -> any Error {
    if error == ECONNRESET || error == EPIPE { return ended(byReset: true) }
    return TestFailure("\(call): \(String(cString: strerror(error)))")
  }
}
