import HTTPCodec

public typealias Handler = (Request, inout Response) -> Void

/// Finds the handler of a request, and answers where there is none.
///
/// HEAD goes to the handler of GET and OPTIONS is answered from the routes; a path that is known
/// for other methods is a 405 with Allow, an unknown path a 404, an unknown method a 501.
public struct Router {
  /// In a chain, of which each lives as long as the process: an array would bring a fiftieth of the
  /// module with it, and objects would be counted at each request.
  private struct Route {
    let method: Method
    /// nil stands for every path.
    let path: StaticString?
    let handler: Handler
    let previous: UnsafePointer<Route>?
  }

  private var last: UnsafePointer<Route>?

  public init() {}

  /// Adds a route; the first that fits a request is taken.
  ///
  /// - Parameter path: as it stands in a request, without query; nil for every path.
  public mutating func on(
    _ method: Method, _ path: StaticString? = nil, _ handler: @escaping Handler
  ) {
    let route = UnsafeMutablePointer<Route>.allocate(capacity: 1)
    route.initialize(to: Route(method: method, path: path, handler: handler, previous: last))
    last = UnsafePointer(route)
  }

  public mutating func get(_ path: StaticString? = nil, _ handler: @escaping Handler) {
    on(.get, path, handler)
  }

  public mutating func post(_ path: StaticString? = nil, _ handler: @escaping Handler) {
    on(.post, path, handler)
  }

  func answer(_ request: Request, _ response: inout Response) {
    // RFC 9110 9.1: a method that nobody knows is 501, one that this resource has not is 405.
    if request.method == .unknown {
      return response.fail(.notImplemented, "this server knows no such method")
    }
    let (route, allowed) = find(request)
    if let route { return route.pointee.handler(request, &response) }
    if allowed.isEmpty { return response.fail(.notFound, "there is nothing at this path") }
    response.tellMethods(allowed, to: request.method)
  }

  /// Whether a handler answers this request, of which the head is enough to tell. The router answers
  /// all others itself, whatever their content is.
  func hasHandler(for request: Request) -> Bool {
    request.method != .unknown && find(request).route != nil
  }

  /// The first route that fits, and the methods of all that fit but for the method.
  @inline(__always)
  private func find(_ request: Request) -> (route: UnsafePointer<Route>?, allowed: MethodSet) {
    let method = request.method == .head ? Method.get : request.method
    let path = request.path
    var allowed = MethodSet()
    var first: UnsafePointer<Route>?
    var next = last
    while let route = next {
      next = route.pointee.previous
      // "*" and the target of a CONNECT are about the server: all methods are told.
      if let routePath = route.pointee.path, !path.isEmpty, !(path == routePath) { continue }
      if route.pointee.method == method, !path.isEmpty { first = route }
      allowed.insert(route.pointee.method)
    }
    return (first, allowed)
  }
}

extension Response {
  /// The answer to a method that has no handler: to OPTIONS the methods that have one (RFC 9110
  /// 9.3.7), to others a 405 with the same.
  mutating func tellMethods(_ methods: MethodSet, to method: Method) {
    if method == .options {
      status = .noContent
    } else {
      fail(.methodNotAllowed, "this resource has no such method")
    }
    allowed = methods
  }
}

/// Methods, one bit each.
struct MethodSet {
  private var bits: UInt16 = 0

  var isEmpty: Bool { bits == 0 }

  mutating func insert(_ method: Method) {
    bits |= 1 << UInt16(method.rawValue)
    if method == .get { insert(.head) }
  }

  func contains(_ method: Method) -> Bool { bits & (1 << UInt16(method.rawValue)) != 0 }
}

extension OctetBuffer {
  /// Appends a field that lists methods; OPTIONS is always among them.
  mutating func append(field name: StaticString, _ methods: MethodSet) {
    append(name)
    append(": ")
    for index in 0..<UInt8(Method.count) {
      guard let method = Method(rawValue: index), method != .options,
        methods.contains(method)
      else { continue }
      append(method.name)
      append(", ")
    }
    append("OPTIONS\r\n")
  }
}
