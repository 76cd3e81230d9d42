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
  /// The start of the last usual response: 200, the common fields and plain text. The next one may have another length,
  /// which is patched in at its end.
  private var usualHead = OctetBuffer(limit: 2048)
  /// The octets of it that all responses with status 200 begin with, and where the length begins.
  private var (okCount, lengthStart) = (0, 0)
  /// The length in it.
  private var usualLength = 0

  /// - Parameters:
  ///   - server: the Server field's value; no such field when empty.
  ///   - commonField: a field line of all responses of this port, or nothing.
  init(server: ImmortalOctets, commonField: StaticString = "") {
    self.commonField = commonField
    if !server.isEmpty { serverLine.append(field: "Server", server.span) }
  }

  /// Takes the memory of the common fields. - Returns: false when there is not enough.
  @inline(never)
  mutating func reserve() -> Bool { commonFields.reserve(1024) && usualHead.reserve(2048) }

  /// Sets the date of the responses to come.
  ///
  /// - Parameter seconds: since the Unix epoch.
  @_optimize(size)
  mutating func setTime(_ seconds: Int64) {
    commonFields.removeAll()
    commonFields.append("Date: ")
    commonFields.append(httpDate: seconds)
    commonFields.append("\r\n")
    commonFields.append(serverLine)
    ownFieldsCount = commonFields.count
    commonFields.append(text: commonField)
    usualHead.removeAll()
    usualHead.append(statusLine: .ok)
    usualHead.append(commonFields)
    okCount = usualHead.count
    usualHead.append("Content-Type: ")
    usualHead.append(text: Response.plainText)
    usualHead.append("\r\nContent-Length: ")
    lengthStart = usualHead.count
    setUsualLength(0)
  }

  @inline(never)
  private mutating func setUsualLength(_ length: Int) {
    usualLength = length
    usualHead.truncate(to: lengthStart)
    usualHead.append(decimal: Int64(length))
    usualHead.append("\r\n")
  }

  /// Appends a response, except for content that is to be taken in pieces, which is dropped where none is sent.
  /// (Neither is changed otherwise; both are passed as if they were: else the compiler copies them for each response.)
  ///
  /// - Parameters:
  ///   - isHead: whether the request was a HEAD, whose response has no content.
  ///   - option: the value of the Connection field, nil for none.
  /// - Returns: how many octets of content the response has.
  @inline(never)
  mutating func append(
    _ response: inout Response, toHead isHead: Bool, connection option: StaticString?,
    into output: inout OctetBuffer
  ) -> Int {
    let forbidsContent = response.status.forbidsContent
    // A 205 says that it has none (RFC 9110 15.3.6).
    let hasContent = !forbidsContent && response.status != .resetContent
    let length = hasContent ? response.contentLength : 0
    let isUsual =
      length > 0 && response.status == .ok && response.hasUsualType && !response.hasOwnOrigins
    if isUsual {
      if length != usualLength { setUsualLength(length) }
      output.append(usualHead)
    } else {
      appendStart(of: &response, length: forbidsContent ? nil : length, into: &output)
    }
    if !response.allowed.isEmpty { output.append(field: "Allow", response.allowed) }
    if !response.fields.isEmpty { output.append(response.fields) }
    if let option {
      output.append("Connection: ")
      output.append(text: option)
      output.append("\r\n")
    }
    if isHead || length == 0 {
      response.rest = ContentSource()
      output.append("\r\n")
      return 0
    }
    // The empty line is appended with the content.
    var emptyLine = ShortOctets()
    emptyLine.append(.carriageReturn)
    emptyLine.append(.lineFeed)
    output.append(emptyLine, response.content.octets, ShortOctets())
    return length
  }

  /// Appends the head of a response that is not a usual one, up to the fields that only some have.
  ///
  /// - Parameter length: octets of content, nil where there is no field for it.
  @inline(never)
  private mutating func appendStart(
    of response: inout Response, length: Int?, into output: inout OctetBuffer
  ) {
    if response.hasOwnOrigins {
      output.append(statusLine: response.status)
      output.append(commonFields.octets.extracting(first: ownFieldsCount))
    } else if response.status == .ok {
      output.append(usualHead.octets.extracting(first: okCount))
    } else {
      output.append(statusLine: response.status)
      output.append(commonFields)
    }
    if let length {
      if length > 0, let contentType = response.contentType {
        output.append("Content-Type: ")
        output.append(text: contentType)
        output.append("\r\n")
      }
      output.append("Content-Length: ")
      output.append(decimal: Int64(length))
      output.append("\r\n")
    }
  }
}
