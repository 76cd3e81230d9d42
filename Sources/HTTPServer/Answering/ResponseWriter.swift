import HTTPCodec
import HTTPService
import Memory

/// Writes responses as octets (RFC 9112 4, 5, 6): the status line, the fields that all responses have, the
/// handler's, and the content.
struct ResponseWriter: ~Copyable {
  /// The Server field, or nothing.
  private var serverLine = OctetBuffer(limit: 512)
  private let commonField: StaticString
  /// Date, Server and the common field: the same in all responses of a second.
  private var commonFields = OctetBuffer(limit: 1024)
  /// How many octets of them are Date and Server.
  private var ownFieldsCount = 0
  /// The start of nearly all responses: 200 and the common fields.
  private var usualStart = OctetBuffer(limit: 2048)

  /// - Parameters:
  ///   - server: the Server field's value; no such field when empty.
  ///   - commonField: a field line of all responses of this port, or nothing.
  init(server: ImmortalOctets, commonField: StaticString = "") {
    self.commonField = commonField
    if !server.isEmpty { serverLine.append(field: "Server", server.span) }
  }

  /// Takes the memory of the common fields. - Returns: false when there is not enough.
  @inline(never)
  mutating func reserve() -> Bool { commonFields.reserve(1024) && usualStart.reserve(2048) }

  /// Sets the date of the responses to come.
  ///
  /// - Parameter seconds: since the Unix epoch.
  mutating func setTime(_ seconds: Int64) {
    commonFields.removeAll()
    commonFields.append("Date: ")
    commonFields.append(httpDate: seconds)
    commonFields.append("\r\n")
    commonFields.append(serverLine)
    ownFieldsCount = commonFields.count
    commonFields.append(text: commonField)
    usualStart.removeAll()
    usualStart.append(statusLine: .ok)
    usualStart.append(commonFields)
  }

  /// Appends a response, except for content that is to be taken in pieces, which is dropped where none is sent.
  /// (Neither is changed otherwise; both are passed as if they were: else the compiler copies them for each response.)
  ///
  /// - Parameters:
  ///   - isHead: whether the request was a HEAD, whose response has no content.
  ///   - option: the value of the Connection field, nil for none.
  /// - Returns: how many octets of content the response has.
  mutating func append(
    _ response: inout Response, toHead isHead: Bool, connection option: StaticString?,
    into output: inout OctetBuffer
  ) -> Int {
    if response.hasOwnOrigins {
      output.append(statusLine: response.status)
      output.append(commonFields.octets.extracting(first: ownFieldsCount))
    } else if response.status == .ok {
      output.append(usualStart)
    } else {
      output.append(statusLine: response.status)
      output.append(commonFields)
    }
    let forbidsContent = response.status.forbidsContent
    // A 205 says that it has none (RFC 9110 15.3.6).
    let hasContent = !forbidsContent && response.status != .resetContent
    let length = hasContent ? response.contentLength : 0
    if !forbidsContent {
      if length > 0 && response.hasUsualType {
        // (`Response.plainText`, in one piece.)
        output.append("Content-Type: text/plain; charset=utf-8\r\nContent-Length: ")
      } else if length > 0, let contentType = response.contentType {
        output.append("Content-Type: ")
        output.append(text: contentType)
        output.append("\r\nContent-Length: ")
      } else {
        output.append("Content-Length: ")
      }
      output.append(decimal: Int64(length))
      output.append("\r\n")
    }
    if !response.allowed.isEmpty { output.append(field: "Allow", response.allowed) }
    if !response.fields.isEmpty { output.append(response.fields) }
    if let option {
      output.append("Connection: ")
      output.append(text: option)
      output.append("\r\n")
    }
    output.append("\r\n")
    if isHead || length == 0 {
      response.rest = ContentSource()
      return 0
    }
    output.append(response.content)
    return length
  }
}
