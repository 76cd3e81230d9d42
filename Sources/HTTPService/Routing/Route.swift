import HTTPCodec
import Memory

/// What a handler gets, and what it does: it reads the request, and fills in the response.
///
/// An `HTTPError` that it throws becomes the response (RFC 9457). In Embedded Swift a closure that throws has to say
/// so: `{ context, response throws(HTTPError) in … }`.
public typealias Handler = (Context, inout Response) throws(HTTPError) -> Void

/// A route, which exists as long as the process.
struct Route {
  let method: Method
  /// With the prefixes of its groups.
  var pattern: ImmortalOctets
  var limits = RouteLimits()
  /// The application's handler, with the middleware around it.
  var handler: Handler
  /// What answers OPTIONS, and methods that the path has not, with the same middleware around it.
  var fallback: Handler = answerWithoutRoute
  /// The route for another method of the same pattern.
  var next: Immortal<Route>?
}

/// What a request may take that a route answers.
struct RouteLimits {
  /// Octets of content; nil for what `MAX_REQUEST_SIZE` allows.
  var content: Int?
  /// Nanoseconds from the first octet of the request to its last, where that is more than `REQUEST_TIMEOUT`.
  var time: Int64?

  init() {}

  /// - Parameter seconds: a day at most.
  init(content: Int?, seconds: Int?) {
    self.content = content
    time = seconds.map { Int64(max(0, min($0, 86_400))) &* 1_000_000_000 }
  }

  /// Takes over the limits of a group, where the route has none.
  mutating func add(_ limits: RouteLimits) {
    content = content ?? limits.content
    time = time ?? limits.time
  }
}
