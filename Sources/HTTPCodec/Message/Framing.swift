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
  /// What the fields that were read so far say.
  struct Facts: OptionSet {
    let rawValue: UInt8

    static var hasHost: Facts { Facts(rawValue: 1) }
    static var hasContentLength: Facts { Facts(rawValue: 2) }
    static var hasTransferEncoding: Facts { Facts(rawValue: 4) }
    static var expectsContinue: Facts { Facts(rawValue: 8) }
    static var saysClose: Facts { Facts(rawValue: 16) }
    static var saysKeepAlive: Facts { Facts(rawValue: 32) }
    /// There is a field that names the request: only then it is looked for again.
    static var isNamed: Facts { Facts(rawValue: 64) }
  }

  private(set) var facts: Facts = []
  private var contentLength: Int64 = 0
  /// Of what is wrong with the fields so far, what comes first in the table.
  private var fault: RequestError?

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
    if isHost(line, octets) {
      if facts.contains(.hasHost) { note(.repeatedHost) }
      if !isAuthority(value) { note(.invalidHost) }
      facts.insert(.hasHost)
    } else if name.equalsIgnoringCase("content-length") {
      if facts.contains(.hasContentLength) { note(.repeatedContentLength) }
      if value.isEmpty || !value.allSatisfy({ $0.isDigit }) { note(.invalidContentLength) }
      // A number too large to hold is too large to take: no wrap-around (RFC 9110 8.6).
      contentLength = value.decimal(upTo: .max / 2) ?? .max
      facts.insert(.hasContentLength)
    } else if name.equalsIgnoringCase("transfer-encoding") {
      if facts.contains(.hasTransferEncoding) { note(.repeatedTransferEncoding) }
      checkTransferEncoding(value)
      facts.insert(.hasTransferEncoding)
    } else if name.equalsIgnoringCase("connection") {
      var options = value
      while let option = options.takeListElement() {
        if option.equalsIgnoringCase("close") { facts.insert(.saysClose) }
        if option.equalsIgnoringCase("keep-alive") { facts.insert(.saysKeepAlive) }
      }
    } else if name.equalsIgnoringCase("expect") {
      var expectations = value
      while let expectation = expectations.takeListElement() {
        facts.insert(.expectsContinue)
        if !expectation.equalsIgnoringCase("100-continue") { note(.unsupportedExpectation) }
      }
    } else if name.equalsIgnoringCase("x-request-id") || name.equalsIgnoringCase("traceparent") {
      facts.insert(.isNamed)
    }
  }

  /// Whether this is the field that each request has, told by a word. (With the bit set that tells cases apart, no
  /// other octets are these letters.)
  @inline(__always)
  private func isHost(_ line: FieldLine, _ octets: Span<UInt8>) -> Bool {
    guard line.colon &- line.start == 4 else { return false }
    guard let word = octets.wholeWord(at: line.start) else {
      return line.name(in: octets).equalsIgnoringCase("host")
    }
    return (word | 0x2020_2020) & 0xFFFF_FFFF == .host
  }

  /// The decision, when all fields have been noted.
  ///
  /// - Parameter room: the most octets of content.
  mutating func framing(isHTTP11: Bool, room: Int) throws(RequestError) -> Framing {
    if isHTTP11 && !facts.contains(.hasHost) { note(.missingHost) }
    if facts.contains(.hasTransferEncoding) {
      if facts.contains(.hasContentLength) { note(.contentLengthAndTransferEncoding) }
      if !isHTTP11 { note(.transferEncodingInHTTP10) }
    }
    if contentLength > Int64(room) { note(.requestTooLarge) }
    if let fault { throw fault }
    if facts.contains(.hasTransferEncoding) { return .chunked }
    return facts.contains(.hasContentLength) ? .contentLength(contentLength) : .none
  }

  /// Whether the connection stays open behind this exchange (RFC 9112 9.3).
  func keepsAlive(isHTTP11: Bool) -> Bool {
    !facts.contains(.saysClose) && (isHTTP11 || facts.contains(.saysKeepAlive))
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
