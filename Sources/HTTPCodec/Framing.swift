/// How the content of a request is delimited (RFC 9112 6.3).
enum Framing: Equatable {
  case none
  case contentLength(Int64)
  case chunked
}

/// Gathers from the fields of a request what decides on its framing and its connection, and
/// decides once the header section is complete. This is the one place where that is decided.
struct FramingFields {
  private var hasHost = false
  private var contentLength: Int64?
  private var hasTransferEncoding = false
  private(set) var expectsContinue = false
  private(set) var saysClose = false
  private(set) var saysKeepAlive = false
  /// Whether there is a field that names the request: nobody else has to look for one.
  private(set) var isNamed = false

  mutating func note(_ name: Octets, _ value: Octets) throws(RequestError) {
    switch name.count {
    case 4 where name.equalsIgnoringCase("host"):
      if hasHost { throw .repeatedHost }
      guard isAuthority(value) else { throw .invalidHost }
      hasHost = true

    case 14 where name.equalsIgnoringCase("content-length"):
      if contentLength != nil { throw .repeatedContentLength }
      guard value.count > 0, value.allSatisfy({ $0.isDigit }) else { throw .invalidContentLength }
      // A number too large to hold is too large to take: no wrap-around (RFC 9110 8.6).
      guard let length = value.decimal(upTo: .max / 2) else { throw .requestTooLarge }
      contentLength = length

    case 17 where name.equalsIgnoringCase("transfer-encoding"):
      if hasTransferEncoding { throw .repeatedTransferEncoding }
      try checkTransferEncoding(value)
      hasTransferEncoding = true

    case 10 where name.equalsIgnoringCase("connection"):
      value.forEachListElement { option in
        if option.equalsIgnoringCase("close") { saysClose = true }
        if option.equalsIgnoringCase("keep-alive") { saysKeepAlive = true }
      }

    case 6 where name.equalsIgnoringCase("expect"):
      guard value.equalsIgnoringCase("100-continue") else { throw .unsupportedExpectation }
      expectsContinue = true

    case 12 where name.equalsIgnoringCase("x-request-id"),
      11 where name.equalsIgnoringCase("traceparent"):
      isNamed = true

    default:
      break
    }
  }

  /// The decision, when all fields have been noted.
  func framing(isHTTP11: Bool) throws(RequestError) -> Framing {
    if !hasHost && isHTTP11 { throw .missingHost }
    if hasTransferEncoding {
      if contentLength != nil { throw .contentLengthAndTransferEncoding }
      if !isHTTP11 { throw .transferEncodingInHTTP10 }
      return .chunked
    }
    return contentLength.map { .contentLength($0) } ?? .none
  }

  /// Whether the connection stays open behind this exchange (RFC 9112 9.3).
  func keepsAlive(isHTTP11: Bool) -> Bool {
    !saysClose && (isHTTP11 || saysKeepAlive)
  }

  /// "chunked", once, without parameters, and nothing else.
  private func checkTransferEncoding(_ value: Octets) throws(RequestError) {
    if value.equalsIgnoringCase("chunked") { return }
    var timesChunked = 0
    var endsInChunked = false
    value.forEachListElement { coding in
      endsInChunked = coding.equalsIgnoringCase("chunked")
      if endsInChunked { timesChunked += 1 }
    }
    // Applied twice it is as wrong as in the wrong place (RFC 9112 7.1).
    throw endsInChunked && timesChunked == 1 ? .unsupportedTransferCoding : .chunkedNotFinal
  }
}
