import HTTPCodec
import Memory

/// What answers a request: reads it, and fills in the response. The request is there until the handler
/// returns; keeping it, or a part of it, does not compile.
public typealias Handler = (Request, inout Response) -> Void

/// The routes of an application: which handler answers which method and path.
///
///     var router = Router()
///     router.get("/") { _, response in
///       response.write("hello\n")
///     }
///     router.post("/echo") { request, response in
///       response.write(request.content)
///     }
///     Server.run(router)
///
/// HEAD is answered by the handler of GET, without the content, and OPTIONS from the routes. A path that
/// has a handler for other methods only is a 405 with Allow, an unknown path a 404, an unknown method a
/// 501.
public struct Router {
  private struct Route {
    let method: Method
    /// nil stands for every path.
    let path: StaticString?
    let handler: Handler
    /// The route that was added before this one.
    let previous: Immortal<Route>?

    @inline(__always)
    func has(_ path: Span<UInt8>) -> Bool { self.path.map { path == $0 } ?? true }
  }

  private var last: Immortal<Route>?

  /// Makes a router without routes: every path is a 404.
  public init() {}

  /// Adds a route. Of several that match a request, the first one added answers it.
  ///
  ///     router.on(.delete, "/items") { request, response in response.status = .noContent }
  ///
  /// - Parameters:
  ///   - method: any but `.unknown` and `.connect`, which are never handed to a handler.
  ///   - path: as it stands in a request, without the query, neither decoded nor normalised; nil for every
  ///     path.
  ///   - handler: called with each request that the route answers, on the server's only thread.
  public mutating func on(
    _ method: Method, _ path: StaticString? = nil, _ handler: @escaping Handler
  ) {
    last = Immortal(Route(method: method, path: path, handler: handler, previous: last))
  }

  /// Adds a route for GET, and HEAD with it: see `on(_:_:_:)`.
  public mutating func get(_ path: StaticString? = nil, _ handler: @escaping Handler) {
    on(.get, path, handler)
  }

  /// Adds a route for POST: see `on(_:_:_:)`.
  public mutating func post(_ path: StaticString? = nil, _ handler: @escaping Handler) {
    on(.post, path, handler)
  }

  func answer(_ request: Request, _ response: inout Response) {
    // RFC 9110 9.1: a method that is unknown is 501, one that this resource does not have is 405.
    if request.method == .unknown {
      return response.fail(.notImplemented, "this server knows no such method")
    }
    if let route = route(for: request) { return route.value.handler(request, &response) }
    let allowed = methods(at: request.path)
    if allowed.isEmpty { return response.fail(.notFound, "there is nothing at this path") }
    response.tellMethods(allowed, to: request.method)
  }

  /// Whether a handler answers this request, of which the head is enough to tell. The router answers
  /// all others itself, whatever their content is.
  func hasHandler(for request: Request) -> Bool {
    request.method != .unknown && route(for: request) != nil
  }

  /// The first route that answers a request; nil when none does. ("*" and the target of a CONNECT have no path,
  /// and are never handed to a handler.)
  @inline(never)
  private func route(for request: Request) -> Immortal<Route>? {
    let method = request.method == .head ? Method.get : request.method
    let path = request.path
    if path.isEmpty { return nil }
    var first: Immortal<Route>?
    var next = last
    while let route = next {
      next = route.value.previous
      if route.value.method == method, route.value.has(path) { first = route }
    }
    return first
  }

  /// The methods of all routes that have a path. ("*" and the target of a CONNECT, which have none, are about the
  /// server: they match every path.)
  private func methods(at path: Span<UInt8>) -> MethodSet {
    var methods = MethodSet()
    var next = last
    while let route = next {
      next = route.value.previous
      if path.isEmpty || route.value.has(path) { methods.insert(route.value.method) }
    }
    return methods
  }
}
