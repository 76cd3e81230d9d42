import HTTPCodec
import Memory

/// What a handler throws to answer with an error: `application/problem+json` (RFC 9457) with the status and a
/// sentence.
///
/// ```swift
/// routes.get("/secret") { context, response throws(HTTPError) in
///   throw HTTPError(.forbidden, "not for you")
/// }
/// ```
public struct HTTPError: Error {
  /// The status, such as 404.
  public let status: Status
  /// What is wrong, or what was expected, for people: where it is a literal.
  private let literal: StaticString
  /// The same, where it is put together: UTF-8.
  private let octets: [UInt8]

  /// Makes an error with a literal as its detail.
  public init(_ status: Status, _ detail: StaticString = "") {
    self.status = status
    literal = detail
    octets = []
  }

  /// Makes an error with a detail in UTF-8. Where it is none, each octet beyond ASCII becomes a question mark: what
  /// clients get is JSON, whatever one of them has sent.
  public init(_ status: Status, _ detail: Span<UInt8>) {
    self.status = status
    literal = ""
    var octets = detail.copy
    if !detail.isUTF8 {
      for i in octets.indices where octets[i] >= 0x80 { octets[i] = UInt8(ascii: "?") }
    }
    self.octets = octets
  }

  /// Makes an error about a place in the request, a name or a JSON Pointer: `limit: a number was expected`.
  public init(_ status: Status, at place: Span<UInt8>, _ detail: StaticString) {
    var text = OctetBuffer(limit: 4096)
    text.append(place)
    text.append(": ")
    text.append(text: detail)
    self.init(status, text.octets)
  }

  /// What is wrong, or what was expected: UTF-8 for people.
  public var detail: Span<UInt8> {
    @_lifetime(borrow self)
    get { octets.isEmpty ? literal.octets : octets.span }
  }

  /// 404, for a resource that is not there: `throw .notFound`.
  public static var notFound: HTTPError {
    HTTPError(.notFound, "there is nothing at this path")
  }
}

extension Response {
  /// Makes this an error response for programs, a problem detail (RFC 9457).
  ///
  /// Content that was written before is dropped, and so are the fields that are about it: Content-Encoding and the
  /// like, ETag, Last-Modified, Cache-Control and Expires. Where there were any, `Cache-Control: no-store` takes their
  /// place. Other fields stay.
  ///
  /// ```swift
  /// response.fail(HTTPError(.conflict, "there is such a todo already"))
  /// ```
  @inline(never)
  public mutating func fail(_ error: HTTPError) {
    status = error.status
    dropContent()
    contentType = "application/problem+json"
    content.append("{\"title\":\"")
    content.append(status.reason)
    content.append("\",\"status\":")
    content.append(decimal: Int64(status.code))
    if !error.detail.isEmpty {
      content.append(",\"detail\":\"")
      content.append(escaped: error.detail, isASCII: false)
      content.append("\"")
    }
    content.append("}\n")
  }
}
