import Memory

/// A request, read in place.
///
/// It exists until its handler returns, and so do its parts: they are spans of the connection's memory, which
/// the next request overwrites. The compiler refuses code that keeps one of them longer. What is needed later
/// must be copied:
///
/// ```swift
/// routes.post { context, response in
///   var copy: [UInt8] = []
///   for i in context.request.content.indices { copy.append(context.request.content[i]) }
/// }
/// ```
public struct Request: ~Escapable {
  /// The method: never `.connect` or `.unknown` in a handler.
  ///
  /// ```swift
  /// if context.request.method == .head { response.addField("x-cost", "none") }
  /// ```
  public let method: Method

  /// The request target as it was sent, never empty (RFC 9112 3.2).
  ///
  /// ```swift
  /// response.write(context.request.target)  // "/todos?limit=20"
  /// ```
  public let target: Span<UInt8>

  /// The path as it was sent, neither decoded nor normalised: it begins with "/". It is "/" for a
  /// target that has none (http://host), and empty for "*" and for CONNECT.
  ///
  /// ```swift
  /// if context.request.path == "/todos" { response.write("all\n") }
  /// ```
  public let path: Span<UInt8>

  /// What stands after the "?" of the target, as it was sent; nil without one. It is not decoded.
  ///
  /// ```swift
  /// if let query = context.request.query, query == "all" { response.write("all\n") }
  /// ```
  public let query: Span<UInt8>?

  /// The fields of the header section. Those of a trailer section are not among them.
  ///
  /// ```swift
  /// if let type = context.request.fields["content-type"], type == "application/json" {
  ///   response.contentType = "application/json"
  /// }
  /// ```
  public let fields: Fields

  /// The content, without any transfer coding; empty when there was none. With the header section it has
  /// at most `MAX_REQUEST_SIZE` octets.
  ///
  /// Indices are checked: an index or a range beyond `content.count` ends the instance, whatever number a
  /// client sends.
  ///
  /// ```swift
  /// response.write(context.request.content)
  /// ```
  public let content: Span<UInt8>

  /// Whether it has X-Request-Id or traceparent among its fields.
  package let isNamed: Bool

  @_lifetime(copy target, copy fields, copy content)
  init(
    method: Method, target: Span<UInt8>, parts: RequestTarget?, fields: Fields, isNamed: Bool,
    content: Span<UInt8>
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.isNamed = isNamed
    self.content = content
    guard let parts else {
      path = Span()
      query = nil
      return
    }
    if parts.form == .absolute && parts.path.isEmpty {
      path = ("/" as StaticString).octets
    } else {
      path = target.extracting(parts.path)
    }
    if let range = parts.query(upTo: target.count) {
      query = target.extracting(range)
    } else {
      query = nil
    }
  }
}
