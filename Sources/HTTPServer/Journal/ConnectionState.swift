import Sockets

/// What a service knows of a request beside its octets.
struct ConnectionState: ~Copyable {
  /// Whether the connection can stay open after the response.
  let keepsAlive: Bool
  /// Whether the client speaks HTTP/1.1, in which connections stay open unless they are told otherwise.
  let isHTTP11: Bool
  /// When the request began, in nanoseconds of the event loop's clock.
  let began: Int64
  /// The client's address, known only where something logs it.
  let peer: SocketAddress?

  /// The Connection field of a response after which the connection stays open, or does not (RFC 9112 9.3).
  func connectionOption(staysOpen: Bool) -> StaticString? {
    if !staysOpen { return "close" }
    return isHTTP11 ? nil : "keep-alive"
  }
}
