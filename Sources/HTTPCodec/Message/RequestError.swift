/// Why a request is refused. After any of these the rest of the connection cannot be read with
/// certainty, so the answer is sent and the connection closed (RFC 9112 9.6, 11.2).
///
/// This is the one table of what is wrong, what is answered and what a person is told.
///
/// Its order decides between several faults in the fields of one header section: the first one here
/// is told, wherever its field stands (`FramingFields`). What leaves in doubt which host a request is
/// for, or where it ends, must be a 400 whatever else is wrong; it comes before what is not implemented
/// (501), what is too large (413), and an unknown expectation (417).
package enum RequestError: UInt8, Error, CaseIterable {
  case proxyProtocol  // HAProxy's proxy-protocol.txt, 2.1 and 2.2
  case tlsHandshake  // RFC 8446 5.1
  case http2Preface  // RFC 9113 3.4
  case emptyLines  // RFC 9112 2.2
  case bareLineFeed  // RFC 9112 2.2: MAY be taken for a line end; two readers may differ
  case bareCarriageReturn  // RFC 9112 2.2
  case invalidMethod  // RFC 9112 3.1
  case methodTooLong  // RFC 9112 3
  case invalidTarget  // RFC 9112 3.2
  case targetTooLong  // RFC 9110 15.5.15
  case missingVersion  // RFC 9112 3: an HTTP/0.9 request
  case invalidVersion  // RFC 9112 2.3
  case unsupportedVersion  // RFC 9110 15.6.6
  case whitespaceBeforeField  // RFC 9112 2.2
  case obsoleteFolding  // RFC 9112 5.2
  case invalidFieldName  // RFC 9110 5.1, RFC 9112 5.1
  case invalidFieldValue  // RFC 9110 5.5
  case headerSectionTooLarge  // RFC 6585 5
  case missingHost  // RFC 9112 3.2
  case repeatedHost  // RFC 9112 3.2
  case invalidHost  // RFC 9112 3.2
  case repeatedContentLength  // RFC 9112 6.3: equal values MAY be taken once; we do not
  case invalidContentLength  // RFC 9112 6.3
  case contentLengthAndTransferEncoding  // RFC 9112 6.3: the sign of a smuggled request
  case transferEncodingInHTTP10  // RFC 9112 6.1
  case repeatedTransferEncoding
  case chunkedNotFinal  // RFC 9112 6.3
  case emptyTransferCoding  // RFC 9110 5.6.1.2 would ignore it; what is in front may not
  case unsupportedTransferCoding  // RFC 9112 6.1
  case requestTooLarge  // RFC 9110 15.5.14
  case unsupportedExpectation  // RFC 9110 10.1.1
  case invalidChunkSize  // RFC 9112 7.1
  case invalidChunkExtension  // RFC 9112 7.1.1
  case chunkExtensionsTooLarge  // RFC 9112 7.1.1: limit them
  case invalidChunkEnd  // RFC 9112 7.1
  case trailerSectionTooLarge
  case incomplete  // RFC 9112 8
  case timedOut  // RFC 9110 15.5.9

  package var status: Status {
    let code = line.extracting(first: 3).decimal(upTo: 599) ?? 400
    return Status(code: Int(code)) ?? .badRequest
  }

  package var reason: Span<UInt8> {
    @_lifetime(immortal)
    get { line.extracting(droppingFirst: 4) }
  }

  private var line: Span<UInt8> {
    @inline(never) @_lifetime(immortal)
    get { RequestError.lines.line(Int(rawValue)) }
  }

  /// What is answered and what a person is told: a line for each case, in their order. (One text is a third of the size
  /// of as many literals.)
  private static var lines: StaticString {
    """
    400 this looks like a PROXY protocol header, which is not read here: turn it off in the proxy
    400 this looks like TLS, but the port speaks plain HTTP: use http, or a proxy that ends TLS
    505 this looks like HTTP/2 without TLS, which is not spoken here: have the client use HTTP/1.1
    400 more than one empty line before the request-line
    400 a line ends in LF without CR
    400 CR without LF behind it
    400 the request does not begin with a method
    501 the method is longer than any that is known
    400 invalid request target
    414 the request target is too long
    400 the request-line has no HTTP version
    400 invalid HTTP version
    505 only HTTP/1.0 and HTTP/1.1 are spoken here
    400 whitespace between the request-line and the first field
    400 a field value is folded over lines
    400 invalid field name
    400 invalid octet in a field value
    431 the header section is too large
    400 an HTTP/1.1 request needs a Host field
    400 more than one Host field
    400 invalid Host field
    400 more than one Content-Length
    400 invalid Content-Length
    400 both Content-Length and Transfer-Encoding
    400 Transfer-Encoding in an HTTP/1.0 request
    400 more than one Transfer-Encoding
    400 chunked must be the final transfer coding, and once
    400 the list in Transfer-Encoding has an empty element
    501 no transfer coding but chunked is known
    413 the request is too large
    417 no expectation but 100-continue is known
    400 invalid chunk size
    400 invalid chunk extension
    413 too many octets of chunk extensions
    400 a chunk is not followed by CR LF
    431 the trailer section is too large
    400 the request ended before it was complete
    408 the request did not come in time
    """
  }
}
