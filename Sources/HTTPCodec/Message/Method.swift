/// A request method (RFC 9110 9.3, RFC 5789). Names are case-sensitive.
public enum Method: UInt8, Sendable {
  case get, head, post, put, delete, connect, options, trace, patch
  /// A token that names no method of ours: the answer is 501 (RFC 9110 9.1).
  case unknown

  /// How many there are: their raw values are from 0 on. (`allCases` would be an array anew at
  /// each use.)
  package static var count: Int { Int(Method.unknown.rawValue) + 1 }

  /// No name of ours is longer than this, in octets.
  static var longestName: Int { 16 }

  public var name: StaticString {
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
