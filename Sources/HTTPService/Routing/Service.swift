import HTTPCodec
import Memory

/// The application as a driver sees it: the event loop over sockets is one, the test client another
/// (docs/drivers.md). For each exchange a driver asks with the head what content is wanted, collects that much, asks
/// for the answer, and takes the response's content in pieces.
package struct Service: ~Copyable {
  private let tree: RouteTree
  private let fallback: Handler
  /// Octets of content that a route takes which has no limit of its own, and that come where there is no route.
  package var maxContent: Int

  package init(_ routes: borrowing Routes, maxContent: Int = .max) {
    tree = routes.table.tree
    self.maxContent = maxContent
    fallback = routes.table.fallback
    usesClientAddress = routes.table.usesClientAddress
  }

  /// Whether a handler wants to know the client's address.
  package let usesClientAddress: Bool

  /// What is wanted of the content of a request.
  ///
  /// - Parameter head: the request without its content.
  @inline(never)
  package func plan(for head: Request) -> ContentPlan {
    var others = RouteTree.OtherMethods()
    guard head.method != .unknown, !head.path.isEmpty,
      let route = tree.route(head.method, head.path, &others)
    else { return ContentPlan(isWanted: false, limit: maxContent) }
    return ContentPlan(
      isWanted: true, limit: route.value.limits.content ?? maxContent,
      time: route.value.limits.time ?? 0)
  }

  /// Answers a request whose content is complete. The response has been reset, and gets the pattern of the route, or
  /// what is to be said without one.
  @inline(__always)
  package func answer(
    _ request: borrowing Request, _ exchange: Exchange, _ response: inout Response
  ) {
    do throws(HTTPError) {
      var others = RouteTree.OtherMethods()
      if request.method != .unknown, !request.path.isEmpty,
        let route = tree.route(request.method, request.path, &others)
      {
        response.pattern = route.value.pattern
        if request.content.count <= route.value.limits.content ?? maxContent {
          return try route.value.handler(
            Context(copy request, exchange, pattern: route.value.pattern), &response)
        }
        others = RouteTree.OtherMethods(route: route)
        response.fallback = .tooLarge
      }
      try answerOther(request, exchange, others, &response)
    } catch {
      response.fail(error)
    }
  }

  /// Answers a request that no route is for.
  @inline(never)
  @_optimize(size)
  private func answerOther(
    _ request: borrowing Request, _ exchange: Exchange, _ others: RouteTree.OtherMethods,
    _ response: inout Response
  ) throws(HTTPError) {
    let handler = otherHandler(for: request, others, &response)
    try handler(Context(copy request, exchange, pattern: response.pattern), &response)
  }

  /// What answers a request that no route is for.
  private func otherHandler(
    for request: borrowing Request, _ others: RouteTree.OtherMethods, _ response: inout Response
  ) -> Handler {
    if request.method == .unknown {
      // (RFC 9110 9.1: whatever the path is.)
      response.fallback = .unknownMethod
    } else if request.path.isEmpty {
      // ("*" and the target of a CONNECT are about the server.)
      response.fallback = .methods(tree.methods)
    } else if let other = others.route {
      response.pattern = other.value.pattern
      if !others.methods.isEmpty { response.fallback = .methods(others.methods) }
      return other.value.fallback
    }
    return fallback
  }
}

/// Answers what no handler is for. The response says why.
func answerWithoutRoute(_ context: Context, _ response: inout Response) throws(HTTPError) {
  switch response.fallback {
  case .notFound: throw .notFound
  case .unknownMethod: throw HTTPError(.notImplemented, "this server knows no such method")
  case .tooLarge:
    throw HTTPError(.contentTooLarge, "the content is larger than this resource takes")
  case .methods(let methods): try response.tellMethods(methods, to: context.request.method)
  }
}
