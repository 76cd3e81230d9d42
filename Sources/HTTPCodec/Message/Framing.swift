/// How the content of a request is delimited (RFC 9112 6.3).
enum Framing: Equatable {
  case none
  case contentLength(Int64)
  case chunked
}

/// Gathers from the fields of a request what decides on its framing and its connection, and
/// decides once the header section is complete. This is the one place where that is decided, and the
/// order of the fields does not matter to it.
struct FramingFields {
  private var hasHost = false
  private var contentLength: Int64?
  private var hasTransferEncoding = false
  /// Of what is wrong with the fields so far, what comes first in the table.
  private var fault: RequestError?
  private(set) var expectsContinue = false
  private(set) var saysClose = false
  private(set) var saysKeepAlive = false
  /// Whether there is a field that names the request: only then it is looked for again.
  private(set) var isNamed = false

  mutating func note(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"):
      if hasHost { note(.repeatedHost) }
      if !isAuthority(value) { note(.invalidHost) }
      hasHost = true

    case 14 where name.equalsIgnoringCase("content-length"):
      if contentLength != nil { note(.repeatedContentLength) }
      if value.isEmpty || !value.allSatisfy({ $0.isDigit }) { note(.invalidContentLength) }
      // A number too large to hold is too large to take: no wrap-around (RFC 9110 8.6).
      contentLength = value.decimal(upTo: .max / 2) ?? .max

    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      if hasTransferEncoding { note(.repeatedTransferEncoding) }
      checkTransferEncoding(value)
      hasTransferEncoding = true

    case 10 where name.equalsIgnoringCase("connection"):
      value.forEachListElement { option in
        if option.equalsIgnoringCase("close") { saysClose = true }
        if option.equalsIgnoringCase("keep-alive") { saysKeepAlive = true }
      }

    case 6 where name.equalsIgnoringCase("expect"):
      value.forEachListElement { expectation in
        if expectation.equalsIgnoringCase("100-continue") {
          expectsContinue = true
        } else {
          note(.unsupportedExpectation)
        }
      }

    case 12 where name.equalsIgnoringCase("x-request-id"),
      11 where name.equalsIgnoringCase("traceparent"):
      isNamed = true

    default:
      break
    }
  }

  /// The decision, when all fields have been noted.
  ///
  /// - Parameter room: the most octets of content.
  mutating func framing(isHTTP11: Bool, room: Int) throws(RequestError) -> Framing {
    if !hasHost && isHTTP11 { note(.missingHost) }
    if hasTransferEncoding {
      if contentLength != nil { note(.contentLengthAndTransferEncoding) }
      if !isHTTP11 { note(.transferEncodingInHTTP10) }
    }
    if let contentLength, contentLength > Int64(room) { note(.requestTooLarge) }
    if let fault { throw fault }
    if hasTransferEncoding { return .chunked }
    return contentLength.map { .contentLength($0) } ?? .none
  }

  /// Whether the connection stays open behind this exchange (RFC 9112 9.3).
  func keepsAlive(isHTTP11: Bool) -> Bool {
    !saysClose && (isHTTP11 || saysKeepAlive)
  }

  @inline(never)
  private mutating func note(_ fault: RequestError) {
    if let known = self.fault, known.rawValue <= fault.rawValue { return }
    self.fault = fault
  }

  /// "chunked", once, without parameters, and nothing else.
  private mutating func checkTransferEncoding(_ value: Span<UInt8>) {
    if value.equalsIgnoringCase("chunked") { return }
    var codings = 0
    var timesChunked = 0
    var endsInChunked = false
    value.forEachListElement { coding in
      codings &+= 1
      endsInChunked = coding.equalsIgnoringCase("chunked")
      if endsInChunked { timesChunked &+= 1 }
    }
    // Applied twice it is as wrong as in the wrong place (RFC 9112 7.1).
    if !endsInChunked || timesChunked > 1 { note(.chunkedNotFinal) }
    var commas = 0
    for i in value.indices where value[i] == .comma { commas &+= 1 }
    if codings <= commas { note(.emptyTransferCoding) }
    if codings > timesChunked { note(.unsupportedTransferCoding) }
  }
}
