/// What stands around handlers: it may answer in their place, and change what they answer.
///
/// ```swift
/// let onlyOnWeekdays = Middleware { context, response, next throws(HTTPError) in
///   let day = (context.time / 86_400 + 4) % 7
///   if day == 0 || day == 6 { throw HTTPError(.serviceUnavailable, "closed at the weekend") }
///   try next(context, &response)
/// }
/// routes.use(onlyOnWeekdays)
/// ```
public struct Middleware {
  let body: (Context, inout Response, Handler) throws(HTTPError) -> Void

  /// Makes middleware of a closure, which calls `next` to have the request answered, or does not.
  public init(
    _ body: @escaping (Context, inout Response, Handler) throws(HTTPError) -> Void
  ) {
    self.body = body
  }
}
