/// A request, read in place: its parts are valid until the handler that was given it returns.
public struct Request {
  public let method: Method
  let target: RequestTarget?
  let message: Octets
  let targetText: Range<Int>
  /// The header section.
  public let fields: Fields
  /// Whether it has X-Request-Id or traceparent among its fields.
  public let isNamed: Bool
  /// The content, without any transfer coding; empty when there was none.
  public let content: Octets

  /// The path as it was sent, neither decoded nor normalised: it begins with "/". It is "/" for a
  /// target that has none (http://host), and empty for "*" and for CONNECT.
  public var path: Octets {
    guard let target else { return Octets("") }
    switch target.form {
    case .origin: return message[target.path]
    case .absolute: return target.path.isEmpty ? Octets("/") : message[target.path]
    case .authority, .asterisk: return Octets("")
    }
  }

  /// What stands behind the "?" of the target, nil without one.
  public var query: Octets? {
    guard let query = target?.query else { return nil }
    return message[query]
  }

  /// The request target as it was sent, for logs.
  public var targetOctets: Octets { message[targetText] }
}
