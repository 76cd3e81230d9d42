/// The status of a response: a code and its reason phrase (RFC 9110 15).
///
/// ```swift
/// response.status = .created
/// ```
public struct Status: Equatable, Sendable {
  /// The place among the statuses that have a name here, or behind them that of the code's class: 1xx to 5xx. Metrics
  /// count by it.
  package let place: UInt8
  private let number: UInt16

  /// Makes a status of a code that has no name here, or that has one.
  ///
  /// ```swift
  /// response.status = Status(code: 418) ?? .badRequest
  /// ```
  ///
  /// - Parameter code: from 100 to 599; nil for any other.
  public init?(code: Int) {
    guard code >= 100 && code <= 599 else { return nil }
    for place in 0..<UInt8(Status.namedCount) {
      if let named = Named(rawValue: place), Int(named.code()) == code {
        self = Status(named)
        return
      }
    }
    number = UInt16(truncatingIfNeeded: code)
    place = UInt8(truncatingIfNeeded: Status.namedCount &+ code / 100 &- 1)
  }

  private init(_ named: Named) {
    place = named.rawValue
    number = 0
  }

  /// Whether it has a name here.
  package var isNamed: Bool { place < UInt8(Status.namedCount) }

  /// The status of a place; at that of a class, the class's first code, which stands for all that have no name.
  package init(place: UInt8) {
    self.place = place
    let named = UInt8(Status.namedCount)
    number = place < named ? 0 : UInt16(place &- named &+ 1) &* 100
  }

  /// 100: the client may send the content. The server sends it by itself.
  public static var `continue`: Status { Status(.continue) }
  /// 101: another protocol follows on the connection. No handler can send it.
  public static var switchingProtocols: Status { Status(.switchingProtocols) }
  /// 200: the response to the request. What a response starts with.
  public static var ok: Status { Status(.ok) }
  /// 201: a resource has been created; `Location` names it.
  public static var created: Status { Status(.created) }
  /// 202: the request will be carried out later.
  public static var accepted: Status { Status(.accepted) }
  /// 204: done, and there is no content. Content that a handler writes is not sent.
  public static var noContent: Status { Status(.noContent) }
  /// 205: done; the client should show an empty form again. Without content.
  public static var resetContent: Status { Status(.resetContent) }
  /// 206: the range that the client asked for.
  public static var partialContent: Status { Status(.partialContent) }
  /// 301: the resource is at `Location` from now on. Clients may repeat a POST as a GET.
  public static var movedPermanently: Status { Status(.movedPermanently) }
  /// 302: the resource is at `Location` this time. Clients may repeat a POST as a GET.
  public static var found: Status { Status(.found) }
  /// 303: the result is at `Location`, for a GET.
  public static var seeOther: Status { Status(.seeOther) }
  /// 304: what the client has is still valid. Without content.
  public static var notModified: Status { Status(.notModified) }
  /// 307: the same request to `Location`, this time.
  public static var temporaryRedirect: Status { Status(.temporaryRedirect) }
  /// 308: the same request to `Location`, from now on.
  public static var permanentRedirect: Status { Status(.permanentRedirect) }
  /// 400: the request is malformed.
  public static var badRequest: Status { Status(.badRequest) }
  /// 401: the client has to authenticate; `WWW-Authenticate` says how.
  public static var unauthorized: Status { Status(.unauthorized) }
  /// 403: understood, and refused.
  public static var forbidden: Status { Status(.forbidden) }
  /// 404: there is nothing at this path. The routes answers so where no route fits.
  public static var notFound: Status { Status(.notFound) }
  /// 405: the resource has no such method. The routes answers so, with `Allow`.
  public static var methodNotAllowed: Status { Status(.methodNotAllowed) }
  /// 406: the resource has no form that the client accepts.
  public static var notAcceptable: Status { Status(.notAcceptable) }
  /// 408: the request was not complete in time. The server answers so.
  public static var requestTimeout: Status { Status(.requestTimeout) }
  /// 409: the state of the resource does not admit the request.
  public static var conflict: Status { Status(.conflict) }
  /// 410: the resource was here, and will not come back.
  public static var gone: Status { Status(.gone) }
  /// 411: the request must tell the length of its content.
  public static var lengthRequired: Status { Status(.lengthRequired) }
  /// 412: a condition of the request, such as `If-Match`, is false.
  public static var preconditionFailed: Status { Status(.preconditionFailed) }
  /// 413: the content is too large. The server answers so above `MAX_REQUEST_SIZE`.
  public static var contentTooLarge: Status { Status(.contentTooLarge) }
  /// 414: the request target is too long. The server answers so.
  public static var uriTooLong: Status { Status(.uriTooLong) }
  /// 415: the content is in a format that the resource does not take.
  public static var unsupportedMediaType: Status { Status(.unsupportedMediaType) }
  /// 416: the resource has nothing in the range that the client asked for.
  public static var rangeNotSatisfiable: Status { Status(.rangeNotSatisfiable) }
  /// 417: an expectation in `Expect` cannot be met.
  public static var expectationFailed: Status { Status(.expectationFailed) }
  /// 421: this server does not answer for the host of the request.
  public static var misdirectedRequest: Status { Status(.misdirectedRequest) }
  /// 422: the content is well-formed, but cannot be carried out.
  public static var unprocessableContent: Status { Status(.unprocessableContent) }
  /// 429: the client has sent too many requests; `Retry-After` may say when to try again (RFC
  /// 6585).
  public static var tooManyRequests: Status { Status(.tooManyRequests) }
  /// 431: the header section is too large (RFC 6585). The server answers so.
  public static var fieldsTooLarge: Status { Status(.fieldsTooLarge) }
  /// 500: the server failed. It answers so where a response cannot be sent.
  public static var internalServerError: Status { Status(.internalServerError) }
  /// 501: the server does not know the method. The routes answers so.
  public static var notImplemented: Status { Status(.notImplemented) }
  /// 502: a server behind this one has sent an invalid response.
  public static var badGateway: Status { Status(.badGateway) }
  /// 503: not now; `Retry-After` may say when to try again.
  public static var serviceUnavailable: Status { Status(.serviceUnavailable) }
  /// 504: a server behind this one has not answered in time.
  public static var gatewayTimeout: Status { Status(.gatewayTimeout) }
  /// 505: the HTTP version of the request is not supported. The server answers so.
  public static var versionNotSupported: Status { Status(.versionNotSupported) }

  /// How many have a name here: their places are from 0 on.
  package static var namedCount: Int { Int(Named.versionNotSupported.rawValue) + 1 }

  /// The place of the first status that tells of an error.
  package static var firstErrorPlace: Int { Int(Named.badRequest.rawValue) }

  /// How many places there are.
  package static var placeCount: Int { namedCount + 5 }

  /// The code, three digits from 100 to 599: 404 for `notFound`.
  public var code: Int { Int(Named(rawValue: place)?.code() ?? number) }

  /// The reason phrase of RFC 9110, such as "Not Found": for people, clients ignore it (RFC 9112 4). Empty for a code
  /// that has no name here.
  public var reason: Span<UInt8> {
    @inline(never) @_lifetime(immortal)
    get {
      guard let named = Named(rawValue: place) else { return Span() }
      let (first, reasons): (Named, StaticString) =
        switch named.code() / 100 {
        case 1: (.continue, Status.informational)
        case 2: (.ok, Status.successful)
        case 3: (.movedPermanently, Status.redirection)
        case 4: (.badRequest, Status.clientError)
        default: (.internalServerError, Status.serverError)
        }
      return reasons.line(Int(place &- first.rawValue))
    }
  }

  /// A final response has ended the exchange; an interim one has another behind it.
  package var isInterim: Bool { place < Named.ok.rawValue || place == Status.namedCount }

  /// Responses that never have content, nor fields that speak of any (RFC 9110 6.4.1, 8.6).
  package var forbidsContent: Bool { self == .noContent || self == .notModified || isInterim }

  private enum Named: UInt8 {
    case `continue`, switchingProtocols, ok, created, accepted, noContent, resetContent,
      partialContent, movedPermanently, found, seeOther, notModified, temporaryRedirect,
      permanentRedirect, badRequest, unauthorized, forbidden, notFound, methodNotAllowed,
      notAcceptable, requestTimeout, conflict, gone, lengthRequired, preconditionFailed,
      contentTooLarge, uriTooLong, unsupportedMediaType, rangeNotSatisfiable, expectationFailed,
      misdirectedRequest, unprocessableContent, tooManyRequests, fieldsTooLarge,
      internalServerError, notImplemented, badGateway, serviceUnavailable, gatewayTimeout,
      versionNotSupported

    @inline(never)
    func code() -> UInt16 {
      switch self {
      case .continue: 100
      case .switchingProtocols: 101
      case .ok: 200
      case .created: 201
      case .accepted: 202
      case .noContent: 204
      case .resetContent: 205
      case .partialContent: 206
      case .movedPermanently: 301
      case .found: 302
      case .seeOther: 303
      case .notModified: 304
      case .temporaryRedirect: 307
      case .permanentRedirect: 308
      case .badRequest: 400
      case .unauthorized: 401
      case .forbidden: 403
      case .notFound: 404
      case .methodNotAllowed: 405
      case .notAcceptable: 406
      case .requestTimeout: 408
      case .conflict: 409
      case .gone: 410
      case .lengthRequired: 411
      case .preconditionFailed: 412
      case .contentTooLarge: 413
      case .uriTooLong: 414
      case .unsupportedMediaType: 415
      case .rangeNotSatisfiable: 416
      case .expectationFailed: 417
      case .misdirectedRequest: 421
      case .unprocessableContent: 422
      case .tooManyRequests: 429
      case .fieldsTooLarge: 431
      case .internalServerError: 500
      case .notImplemented: 501
      case .badGateway: 502
      case .serviceUnavailable: 503
      case .gatewayTimeout: 504
      case .versionNotSupported: 505
      }
    }
  }

  /// The reason phrases of the statuses that have a name here, of one class after another, in the order of their codes.
  private static var informational: StaticString {
    """
    Continue
    Switching Protocols
    """
  }
  private static var successful: StaticString {
    """
    OK
    Created
    Accepted
    No Content
    Reset Content
    Partial Content
    """
  }
  private static var redirection: StaticString {
    """
    Moved Permanently
    Found
    See Other
    Not Modified
    Temporary Redirect
    Permanent Redirect
    """
  }
  private static var clientError: StaticString {
    """
    Bad Request
    Unauthorized
    Forbidden
    Not Found
    Method Not Allowed
    Not Acceptable
    Request Timeout
    Conflict
    Gone
    Length Required
    Precondition Failed
    Content Too Large
    URI Too Long
    Unsupported Media Type
    Range Not Satisfiable
    Expectation Failed
    Misdirected Request
    Unprocessable Content
    Too Many Requests
    Request Header Fields Too Large
    """
  }
  private static var serverError: StaticString {
    """
    Internal Server Error
    Not Implemented
    Bad Gateway
    Service Unavailable
    Gateway Timeout
    HTTP Version Not Supported
    """
  }
}
