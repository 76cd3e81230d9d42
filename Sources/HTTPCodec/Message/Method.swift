/// A request method (RFC 9110 9.3, RFC 5789). Names are case-sensitive: "get" is ``unknown``.
///
/// ```swift
/// routes.on(.put, "/item") { context, response in
///   response.status = .noContent
/// }
/// ```
public enum Method: UInt8, Sendable {
  /// GET: reads the resource. A route for it answers HEAD too.
  case get
  /// HEAD: as GET, without the content. Handlers of GET answer it; the server leaves out the
  /// content.
  case head
  /// POST: hands the content to the resource, which decides what that means.
  case post
  /// PUT: replaces the resource by the content.
  case put
  /// DELETE: removes the resource.
  case delete
  /// CONNECT: a tunnel through a proxy. No handler is called for it.
  case connect
  /// OPTIONS: what the resource can do. The routes answers it where no route does.
  case options
  /// TRACE: the request back as content, for debugging.
  case trace
  /// PATCH: changes the resource as the content says (RFC 5789).
  case patch
  /// A token that is none of these. The routes answers 501 (RFC 9110 9.1), and no handler is called.
  case unknown

  /// How many there are: their raw values are from 0 on. (`allCases` would be an array anew at
  /// each use.)
  package static var count: Int { Int(Method.unknown.rawValue) + 1 }

  /// No name of ours is longer than this, in octets.
  static var longestName: Int { 16 }

  /// The name as it is sent, such as "GET"; "other" for ``unknown``, whose token is not kept.
  public var name: StaticString {
    @inline(never) get {
      switch self {
      case .get: "GET"
      case .head: "HEAD"
      case .post: "POST"
      case .put: "PUT"
      case .delete: "DELETE"
      case .connect: "CONNECT"
      case .options: "OPTIONS"
      case .trace: "TRACE"
      case .patch: "PATCH"
      case .unknown: "other"
      }
    }
  }

  init(_ token: Span<UInt8>) {
    switch token.count {
    case 3 where token == "GET": self = .get
    case 3 where token == "PUT": self = .put
    case 4 where token == "POST": self = .post
    case 4 where token == "HEAD": self = .head
    case 5 where token == "PATCH": self = .patch
    case 5 where token == "TRACE": self = .trace
    case 6 where token == "DELETE": self = .delete
    case 7 where token == "OPTIONS": self = .options
    case 7 where token == "CONNECT": self = .connect
    default: self = .unknown
    }
  }
}
