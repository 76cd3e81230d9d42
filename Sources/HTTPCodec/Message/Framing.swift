/// How the content of a request is delimited (RFC 9112 6.3).
enum Framing: Equatable {
  case none
  case contentLength(Int64)
  case chunked
}

/// Gathers from the fields of a request what decides on its framing and its connection, and
/// decides once the header section is complete. This is the one place where that is decided, and the
/// order of the fields does not matter to it.
struct FramingFields: ~Copyable {
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

  /// Notes a field, if it is one of those that count: the length of its name and its first letter rule out most
  /// others.
  @inline(__always)
  mutating func note(_ line: FieldLine, in octets: Span<UInt8>) {
    switch (line.colon &- line.start, octets[line.start] | 0x20) {
    case (4, UInt8(ascii: "h")), (6, UInt8(ascii: "e")), (10, UInt8(ascii: "c")),
      (11, UInt8(ascii: "t")), (12, UInt8(ascii: "x")), (14, UInt8(ascii: "c")),
      (17, UInt8(ascii: "t")):
      noteNamed(line, octets)
    default:
      break
    }
  }

  @inline(never)
  private mutating func noteNamed(_ line: FieldLine, _ octets: Span<UInt8>) {
    let name = line.name(in: octets)
    let value = line.value(in: octets)
    if name.equalsIgnoringCase("host") {
      if hasHost { note(.repeatedHost) }
      if !isAuthority(value) { note(.invalidHost) }
      hasHost = true
    } else if name.equalsIgnoringCase("content-length") {
      if contentLength != nil { note(.repeatedContentLength) }
      if value.isEmpty || !value.allSatisfy({ $0.isDigit }) { note(.invalidContentLength) }
      // A number too large to hold is too large to take: no wrap-around (RFC 9110 8.6).
      contentLength = value.decimal(upTo: .max / 2) ?? .max
    } else if name.equalsIgnoringCase("transfer-encoding") {
      if hasTransferEncoding { note(.repeatedTransferEncoding) }
      checkTransferEncoding(value)
      hasTransferEncoding = true
    } else if name.equalsIgnoringCase("connection") {
      var options = value
      while let option = options.takeListElement() {
        if option.equalsIgnoringCase("close") { saysClose = true }
        if option.equalsIgnoringCase("keep-alive") { saysKeepAlive = true }
      }
    } else if name.equalsIgnoringCase("expect") {
      var expectations = value
      while let expectation = expectations.takeListElement() {
        expectsContinue = true
        if !expectation.equalsIgnoringCase("100-continue") { note(.unsupportedExpectation) }
      }
    } else if name.equalsIgnoringCase("x-request-id") || name.equalsIgnoringCase("traceparent") {
      isNamed = true
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
  @_optimize(size)
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
    if codings <= value.count(of: .comma) { note(.emptyTransferCoding) }
    if codings > timesChunked { note(.unsupportedTransferCoding) }
  }
}
