import HTTPCodec
import Memory

/// A request as its handler sees it: the message, what the route has found in it, and when it came.
///
/// It exists until the handler returns, as the request does.
public struct Context: ~Escapable {
  /// The message.
  ///
  /// ```swift
  /// routes.post("/echo") { context, response in
  ///   response.write(context.request.content)
  /// }
  /// ```
  public let request: Request

  package let exchange: Exchange
  /// The route's pattern; empty where no route answers.
  package let pattern: ImmortalOctets

  @_lifetime(copy request)
  package init(_ request: Request, _ exchange: Exchange, pattern: ImmortalOctets) {
    self.request = request
    self.exchange = exchange
    self.pattern = pattern
  }

  /// When the request is answered, in seconds since the Unix epoch. Tests have a clock of their own.
  public var time: Int64 { exchange.wallClock / 1_000_000_000 }

  /// The client's address, behind a proxy of `TRUSTED_PROXIES` the one that the proxy names. nil unless
  /// `Routes.usesClientAddress` is set, and where the address is not known.
  ///
  /// ```swift
  /// routes.usesClientAddress = true
  /// routes.get("/my-address") { context, response throws(HTTPError) in
  ///   guard let client = context.client else { throw .notFound }
  ///   response.write(client)
  /// }
  /// ```
  public var client: IPAddress? { exchange.client }

  /// What the path has where the pattern has `{name}` or `{name...}`, as it was sent: not decoded. nil where the
  /// pattern has no such name.
  ///
  /// ```swift
  /// routes.get("/hello/{name}") { context, response in
  ///   if let name = context.parameter("name") { response.write(name) }
  /// }
  /// ```
  @_lifetime(copy self)
  public func parameter(_ name: StaticString) -> Span<UInt8>? {
    request.path.part(name, in: pattern.span)
  }
}
