import HTTPCodec

extension Middleware {
  /// Refuses more content than so many octets with 413. (What a route or a group sets as `maxContent` is refused before
  /// it has come; this is for limits that depend on other middleware.)
  ///
  /// ```swift
  /// routes.use(.bodyLimit(4096))
  /// ```
  public static func bodyLimit(_ limit: Int) -> Middleware {
    Middleware { context, response, next throws(HTTPError) in
      guard context.request.content.count <= limit else {
        throw HTTPError(.contentTooLarge, "the content is larger than this resource takes")
      }
      try next(context, &response)
    }
  }
}
