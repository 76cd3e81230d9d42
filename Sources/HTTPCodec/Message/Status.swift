/// A status code and its reason phrase (RFC 9110 15). The raw value is dense, for tables.
public enum Status: UInt8, Sendable {
  case `continue`, switchingProtocols
  case ok, created, accepted, noContent, resetContent, partialContent
  case movedPermanently, found, seeOther, notModified, temporaryRedirect, permanentRedirect
  case badRequest, unauthorized, forbidden, notFound, methodNotAllowed, notAcceptable
  case requestTimeout, conflict, gone, lengthRequired, preconditionFailed, contentTooLarge
  case uriTooLong, unsupportedMediaType, rangeNotSatisfiable, expectationFailed
  case misdirectedRequest, unprocessableContent, tooManyRequests, fieldsTooLarge
  case internalServerError, notImplemented, badGateway, serviceUnavailable, gatewayTimeout
  case versionNotSupported

  /// How many there are: their raw values are from 0 on.
  package static var count: Int { Int(Status.versionNotSupported.rawValue) + 1 }

  public var code: Int { line.code }

  /// The reason phrase, which clients ignore (RFC 9112 4) and people read.
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
