import HTTPCodec
import Memory

/// The routes of an application: which handler answers which method and path.
///
/// ```swift
/// let routes = Routes()
/// routes.get("/") { _, response in
///   response.write("hello\n")
/// }
/// routes.get("/hello/{name}") { context, response in
///   response.write("hello ")
///   if let name = context.parameter("name") { response.write(name) }
/// }
/// ```
///
/// A pattern is written decoded. `{name}` stands for one segment of the path that is not empty, `{name...}` at the
/// end for all that is left. Where several patterns fit, a literal segment goes before a parameter, and that before a
/// rest, whatever the order in which they were added.
///
/// GET brings HEAD with it. OPTIONS is answered from the routes unless there is a route for it, a path that has other
/// methods only with 405 and Allow, an unknown path with 404, an unknown method with 501.
public final class Routes {
  /// What a group shares with the routes that it is of.
  final class Table {
    var tree = RouteTree()
    var fault: RouteFault?
    /// Answers what fits no route, with the middleware of all routes around it.
    var fallback: Handler = answerWithoutRoute
    /// Whether a handler wants to know the client's address.
    var usesClientAddress = false
    /// The most octets of content that a route wants.
    var maxContent = 0
  }

  let table: Table
  /// What the groups and the middleware make of a route: prefixes, limits, and handlers around its own. (Nothing of
  /// it is in the module of a service that has neither.)
  private var change: ((inout Route) -> Void)?
  private let isGroup: Bool

  /// Makes routes without any: every path is a 404.
  public init() {
    table = Table()
    isGroup = false
  }

  /// Whether handlers get the client's address, as `Context.client`; false unless it is set, since asking takes a
  /// system call for each connection. A group shares it with all routes.
  public var usesClientAddress: Bool {
    get { table.usesClientAddress }
    set { table.usesClientAddress = newValue }
  }

  private init(_ table: Table, _ change: @escaping (inout Route) -> Void) {
    self.table = table
    self.change = change
    isGroup = true
  }

  /// Makes a group: routes with a prefix, and with middleware and limits of their own behind those of these routes.
  ///
  /// ```swift
  /// let api = routes.group("/api", maxContent: 65_536)
  /// api.use(.securityHeaders())
  /// api.get("/todos") { _, response in response.write("[]") }  // answers /api/todos
  /// ```
  ///
  /// - Parameters:
  ///   - prefix: the start of the patterns of its routes; it may have parameters.
  ///   - maxContent: octets of content that a request may have, where a route says nothing else.
  ///   - seconds: how long a request may take to come, where a route says nothing else.
  public func group(
    _ prefix: StaticString, maxContent: Int? = nil, seconds: Int? = nil
  ) -> Routes {
    let limits = RouteLimits(content: maxContent, seconds: seconds)
    return Routes(table) { [self] route in
      route.pattern = join(prefix, route.pattern)
      route.limits.add(limits)
      // (Also what these routes are given later: authentication must not be left out.)
      change?(&route)
    }
  }

  /// Puts middleware around the routes of this group, and of groups in it, that are added from now on. What was given
  /// first is outermost.
  ///
  /// ```swift
  /// routes.use(.securityHeaders(), .requestID)
  /// ```
  public func use(_ middleware: Middleware...) {
    for one in middleware {
      let outer = change
      change = { route in
        route.handler = wrap(route.handler, in: one)
        route.fallback = wrap(route.fallback, in: one)
        outer?(&route)
      }
    }
    if isGroup { return }
    var route = Route(method: .get, pattern: ImmortalOctets(), handler: answerWithoutRoute)
    change?(&route)
    table.fallback = route.fallback
  }

  /// Puts a closure as middleware around the routes that are added from now on.
  ///
  /// ```swift
  /// routes.use { context, response, next throws(HTTPError) in
  ///   try next(context, &response)
  ///   response.addField("X-Powered-By", "coffee")
  /// }
  /// ```
  public func use(
    _ body: @escaping (Context, inout Response, Handler) throws(HTTPError) -> Void
  ) {
    use(Middleware(body))
  }

  /// Adds a route.
  ///
  /// ```swift
  /// routes.on(.put, "/files/{path...}", maxContent: 4096) { context, response in
  ///   response.status = .noContent
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - method: any but `.unknown`, `.connect` and `.head`, which are never handed to a handler of their own.
  ///   - pattern: of the path, without the query; behind the prefix of the group. By default every path.
  ///   - maxContent: octets of content that a request may have; more is a 413. nil for what the group allows, or
  ///     8192. `MAX_REQUEST_SIZE`, where it is set, limits all routes.
  ///   - seconds: how long a request may take to come, where that is longer than `REQUEST_TIMEOUT`; nil for what the
  ///     group allows.
  ///   - handler: called with each request that the route answers, on the instance's only thread.
  ///
  /// A pattern that is invalid, or that these routes have already, is told when the server starts, which it does not
  /// do then.
  @inline(never)
  @_optimize(size)
  public func on(
    _ method: Method, _ pattern: StaticString = "/{path...}", maxContent: Int? = nil,
    seconds: Int? = nil, _ handler: @escaping Handler
  ) {
    var route = Route(
      method: method, pattern: ImmortalOctets(pattern),
      limits: RouteLimits(content: maxContent, seconds: seconds), handler: handler)
    change?(&route)
    table.maxContent = max(table.maxContent, route.limits.content ?? 0)
    if let problem = table.tree.add(route), table.fault == nil {
      table.fault = RouteFault(method: method, pattern: route.pattern, problem: problem)
    }
  }
}

private func wrap(_ inner: @escaping Handler, in middleware: Middleware) -> Handler {
  let body = middleware.body
  return { (context: Context, response: inout Response) throws(HTTPError) in
    try body(context, &response, inner)
  }
}

private func join(_ prefix: StaticString, _ pattern: ImmortalOctets) -> ImmortalOctets {
  var text = OctetBuffer(limit: 65_536)
  text.append(text: prefix)
  text.append(pattern.span)
  return ImmortalOctets(copying: text.octets) ?? ImmortalOctets()
}

extension Routes {
  /// The first route that is invalid; nil when all are valid.
  package var fault: RouteFault? { table.fault }

  /// The most octets of content that a route says it takes; 0 where none says anything.
  package var maxContent: Int { table.maxContent }

  /// Octets of the largest request that a route wants: its content, and a header section of the usual size. 0 where no
  /// route says what it wants.
  package var largestRequest: Int {
    maxContent > 0 ? min(maxContent, 1 << 29) + 8192 : 0
  }
}

/// A route that cannot be.
package struct RouteFault {
  package let method: Method
  package let pattern: ImmortalOctets
  /// What is wrong with it, for people.
  package let problem: StaticString
}

extension Routes {
  /// Adds a route for GET, and HEAD with it: see `on(_:_:maxContent:seconds:_:)`.
  public func get(_ pattern: StaticString = "/{path...}", _ handler: @escaping Handler) {
    on(.get, pattern, handler)
  }

  /// Adds a route for POST: see `on(_:_:maxContent:seconds:_:)`.
  public func post(
    _ pattern: StaticString = "/{path...}", maxContent: Int? = nil, seconds: Int? = nil,
    _ handler: @escaping Handler
  ) {
    on(.post, pattern, maxContent: maxContent, seconds: seconds, handler)
  }

  /// Adds a route for PUT: see `on(_:_:maxContent:seconds:_:)`.
  public func put(
    _ pattern: StaticString = "/{path...}", maxContent: Int? = nil, seconds: Int? = nil,
    _ handler: @escaping Handler
  ) {
    on(.put, pattern, maxContent: maxContent, seconds: seconds, handler)
  }

  /// Adds a route for PATCH: see `on(_:_:maxContent:seconds:_:)`.
  public func patch(
    _ pattern: StaticString = "/{path...}", maxContent: Int? = nil, seconds: Int? = nil,
    _ handler: @escaping Handler
  ) {
    on(.patch, pattern, maxContent: maxContent, seconds: seconds, handler)
  }

  /// Adds a route for DELETE: see `on(_:_:maxContent:seconds:_:)`.
  public func delete(_ pattern: StaticString = "/{path...}", _ handler: @escaping Handler) {
    on(.delete, pattern, handler)
  }
}

extension Routes {
  // The same for handlers that return a reply.

  /// Adds a route whose handler returns a reply.
  ///
  /// ```swift
  /// routes.on(.delete, "/todos/{id}") { context in .status(.noContent) }
  /// ```
  public func on(
    _ method: Method, _ pattern: StaticString = "/{path...}", maxContent: Int? = nil,
    seconds: Int? = nil, _ handler: @escaping (Context) throws(HTTPError) -> Reply
  ) {
    on(method, pattern, maxContent: maxContent, seconds: seconds) {
      (context: Context, response: inout Response) throws(HTTPError) in
      try handler(context).fill(&response)
    }
  }

  /// Adds a route for GET whose handler returns a reply.
  ///
  /// ```swift
  /// routes.get("/version") { _ in .text("1") }
  /// ```
  public func get(
    _ pattern: StaticString = "/{path...}",
    _ handler: @escaping (Context) throws(HTTPError) -> Reply
  ) {
    on(.get, pattern, handler)
  }

  /// Adds a route for POST whose handler returns a reply.
  public func post(
    _ pattern: StaticString = "/{path...}", maxContent: Int? = nil, seconds: Int? = nil,
    _ handler: @escaping (Context) throws(HTTPError) -> Reply
  ) {
    on(.post, pattern, maxContent: maxContent, seconds: seconds, handler)
  }

  /// Adds a route for PUT whose handler returns a reply.
  public func put(
    _ pattern: StaticString = "/{path...}", maxContent: Int? = nil, seconds: Int? = nil,
    _ handler: @escaping (Context) throws(HTTPError) -> Reply
  ) {
    on(.put, pattern, maxContent: maxContent, seconds: seconds, handler)
  }

  /// Adds a route for PATCH whose handler returns a reply.
  public func patch(
    _ pattern: StaticString = "/{path...}", maxContent: Int? = nil, seconds: Int? = nil,
    _ handler: @escaping (Context) throws(HTTPError) -> Reply
  ) {
    on(.patch, pattern, maxContent: maxContent, seconds: seconds, handler)
  }

  /// Adds a route for DELETE whose handler returns a reply.
  public func delete(
    _ pattern: StaticString = "/{path...}",
    _ handler: @escaping (Context) throws(HTTPError) -> Reply
  ) {
    on(.delete, pattern, handler)
  }
}
