/// The status of a response: a code and its reason phrase (RFC 9110 15).
///
/// ```swift
/// response.status = .created
/// ```
///
/// The raw values are indices from 0 on, not the codes: see ``code``.
public enum Status: UInt8, Sendable {
  /// 100: the client may send the content. The server sends it by itself.
  case `continue`
  /// 101: another protocol follows on the connection. No handler can send it.
  case switchingProtocols
  /// 200: the response to the request. What a response starts with.
  case ok
  /// 201: a resource has been created; `Location` names it.
  case created
  /// 202: the request will be carried out later.
  case accepted
  /// 204: done, and there is no content. Content that a handler writes is not sent.
  case noContent
  /// 205: done; the client should show an empty form again. Without content.
  case resetContent
  /// 206: the range that the client asked for.
  case partialContent
  /// 301: the resource is at `Location` from now on. Clients may repeat a POST as a GET.
  case movedPermanently
  /// 302: the resource is at `Location` this time. Clients may repeat a POST as a GET.
  case found
  /// 303: the result is at `Location`, for a GET.
  case seeOther
  /// 304: what the client has is still valid. Without content.
  case notModified
  /// 307: the same request to `Location`, this time.
  case temporaryRedirect
  /// 308: the same request to `Location`, from now on.
  case permanentRedirect
  /// 400: the request is malformed.
  case badRequest
  /// 401: the client has to authenticate; `WWW-Authenticate` says how.
  case unauthorized
  /// 403: understood, and refused.
  case forbidden
  /// 404: there is nothing at this path. The router answers so where no route fits.
  case notFound
  /// 405: the resource has no such method. The router answers so, with `Allow`.
  case methodNotAllowed
  /// 406: the resource has no form that the client accepts.
  case notAcceptable
  /// 408: the request was not complete in time. The server answers so.
  case requestTimeout
  /// 409: the state of the resource does not admit the request.
  case conflict
  /// 410: the resource was here, and will not come back.
  case gone
  /// 411: the request must tell the length of its content.
  case lengthRequired
  /// 412: a condition of the request, such as `If-Match`, is false.
  case preconditionFailed
  /// 413: the content is too large. The server answers so above `MAX_REQUEST_SIZE`.
  case contentTooLarge
  /// 414: the request target is too long. The server answers so.
  case uriTooLong
  /// 415: the content is in a format that the resource does not take.
  case unsupportedMediaType
  /// 416: the resource has nothing in the range that the client asked for.
  case rangeNotSatisfiable
  /// 417: an expectation in `Expect` cannot be met.
  case expectationFailed
  /// 421: this server does not answer for the host of the request.
  case misdirectedRequest
  /// 422: the content is well-formed, but cannot be carried out.
  case unprocessableContent
  /// 429: the client has sent too many requests; `Retry-After` may say when to try again (RFC
  /// 6585).
  case tooManyRequests
  /// 431: the header section is too large (RFC 6585). The server answers so.
  case fieldsTooLarge
  /// 500: the server failed. It answers so where a response cannot be sent.
  case internalServerError
  /// 501: the server does not know the method. The router answers so.
  case notImplemented
  /// 502: a server behind this one has sent an invalid response.
  case badGateway
  /// 503: not now; `Retry-After` may say when to try again.
  case serviceUnavailable
  /// 504: a server behind this one has not answered in time.
  case gatewayTimeout
  /// 505: the HTTP version of the request is not supported. The server answers so.
  case versionNotSupported

  /// How many there are: their raw values are from 0 on.
  package static var count: Int { Int(Status.versionNotSupported.rawValue) + 1 }

  /// The code, three digits from 100 to 505: 404 for `notFound`.
  public var code: Int { line.code }

  /// The reason phrase of RFC 9110, such as "Not Found": for people, clients ignore it (RFC 9112 4).
  public var reason: StaticString { line.reason }

  /// A final response has ended the exchange; an interim one has another behind it.
  package var isInterim: Bool { rawValue < Status.ok.rawValue }

  /// Responses that never have content, nor fields that speak of any (RFC 9110 6.4.1, 8.6).
  package var forbidsContent: Bool { isInterim || self == .noContent || self == .notModified }

  private var line: (code: Int, reason: StaticString) {
    switch self {
    case .continue: (100, "Continue")
    case .switchingProtocols: (101, "Switching Protocols")
    case .ok: (200, "OK")
    case .created: (201, "Created")
    case .accepted: (202, "Accepted")
    case .noContent: (204, "No Content")
    case .resetContent: (205, "Reset Content")
    case .partialContent: (206, "Partial Content")
    case .movedPermanently: (301, "Moved Permanently")
    case .found: (302, "Found")
    case .seeOther: (303, "See Other")
    case .notModified: (304, "Not Modified")
    case .temporaryRedirect: (307, "Temporary Redirect")
    case .permanentRedirect: (308, "Permanent Redirect")
    case .badRequest: (400, "Bad Request")
    case .unauthorized: (401, "Unauthorized")
    case .forbidden: (403, "Forbidden")
    case .notFound: (404, "Not Found")
    case .methodNotAllowed: (405, "Method Not Allowed")
    case .notAcceptable: (406, "Not Acceptable")
    case .requestTimeout: (408, "Request Timeout")
    case .conflict: (409, "Conflict")
    case .gone: (410, "Gone")
    case .lengthRequired: (411, "Length Required")
    case .preconditionFailed: (412, "Precondition Failed")
    case .contentTooLarge: (413, "Content Too Large")
    case .uriTooLong: (414, "URI Too Long")
    case .unsupportedMediaType: (415, "Unsupported Media Type")
    case .rangeNotSatisfiable: (416, "Range Not Satisfiable")
    case .expectationFailed: (417, "Expectation Failed")
    case .misdirectedRequest: (421, "Misdirected Request")
    case .unprocessableContent: (422, "Unprocessable Content")
    case .tooManyRequests: (429, "Too Many Requests")
    case .fieldsTooLarge: (431, "Request Header Fields Too Large")
    case .internalServerError: (500, "Internal Server Error")
    case .notImplemented: (501, "Not Implemented")
    case .badGateway: (502, "Bad Gateway")
    case .serviceUnavailable: (503, "Service Unavailable")
    case .gatewayTimeout: (504, "Gateway Timeout")
    case .versionNotSupported: (505, "HTTP Version Not Supported")
    }
  }
}
