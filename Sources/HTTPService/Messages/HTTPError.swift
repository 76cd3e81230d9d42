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
  /// What is wrong, or what was expected; for people.
  public let detail: StaticString
  /// Where: the place in the content, such as `/items/3/price`, or the name of a parameter; empty for the request as
  /// a whole.
  public let place: [UInt8]

  /// Makes an error about the request as a whole.
  public init(_ status: Status, _ detail: StaticString = "") {
    self.status = status
    self.detail = detail
    place = []
  }

  /// Makes an error about a place in the request, which the detail is written behind: `limit: a number was expected`.
  public init(_ status: Status, at place: [UInt8], _ detail: StaticString) {
    self.status = status
    self.detail = detail
    self.place = place
  }

  /// 404, for a resource that is not there: `throw .notFound`.
  public static var notFound: HTTPError {
    HTTPError(.notFound, "there is nothing at this path")
  }
}

extension Response {
  /// Makes this an error response for programs, a problem detail (RFC 9457): content that was written before is
  /// dropped, added fields stay.
  ///
  /// ```swift
  /// response.fail(HTTPError(.conflict, "there is such a todo already"))
  /// ```
  @inline(never)
  public mutating func fail(_ error: HTTPError) {
    status = error.status
    contentType = "application/problem+json"
    content.removeAll()
    content.append("{\"title\":\"")
    content.append(text: status.reason)
    content.append("\",\"status\":")
    content.append(decimal: Int64(status.code))
    if !error.detail.octets.isEmpty {
      content.append(",\"detail\":\"")
      if !error.place.isEmpty {
        content.append(escaped: error.place.span, isASCII: false)
        content.append(": ")
      }
      content.append(escaped: error.detail.octets, isASCII: false)
      content.append("\"")
    }
    content.append("}\n")
  }
}
