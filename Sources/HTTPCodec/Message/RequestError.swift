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
  case proxyProtocol, tlsHandshake, http2Preface
  case emptyLines, bareLineFeed, bareCarriageReturn
  case invalidMethod, methodTooLong
  case invalidTarget, targetTooLong, missingVersion, invalidVersion, unsupportedVersion
  case whitespaceBeforeField, obsoleteFolding, invalidFieldName, invalidFieldValue
  case headerSectionTooLarge
  case missingHost, repeatedHost, invalidHost
  case repeatedContentLength, invalidContentLength
  case contentLengthAndTransferEncoding, transferEncodingInHTTP10
  case repeatedTransferEncoding, chunkedNotFinal, emptyTransferCoding
  case unsupportedTransferCoding
  case requestTooLarge
  case unsupportedExpectation
  case invalidChunkSize, invalidChunkExtension, chunkExtensionsTooLarge, invalidChunkEnd
  case trailerSectionTooLarge
  case incomplete, timedOut

  package var status: Status { entry.status }
  package var reason: StaticString { entry.reason }

  private var entry: (status: Status, reason: StaticString) {
    switch self {
    case .proxyProtocol:  // HAProxy's proxy-protocol.txt, 2.1 and 2.2
      (
        .badRequest,
        "this looks like a PROXY protocol header, which is not read here: turn it off in the proxy"
      )
    case .tlsHandshake:  // RFC 8446 5.1
      (
        .badRequest,
        "this looks like TLS, but the port speaks plain HTTP: use http, or a proxy that ends TLS"
      )
    case .http2Preface:  // RFC 9113 3.4
      (
        .versionNotSupported,
        "this looks like HTTP/2 without TLS, which is not spoken here: have the client use HTTP/1.1"
      )
    case .emptyLines:  // RFC 9112 2.2
      (.badRequest, "more than one empty line before the request-line")
    case .bareLineFeed:  // RFC 9112 2.2: MAY be taken for a line end; two readers may differ
      (.badRequest, "a line ends in LF without CR")
    case .bareCarriageReturn:  // RFC 9112 2.2
      (.badRequest, "CR without LF behind it")
    case .invalidMethod:  // RFC 9112 3.1
      (.badRequest, "the request does not begin with a method")
    case .methodTooLong:  // RFC 9112 3
      (.notImplemented, "the method is longer than any that is known")
    case .invalidTarget:  // RFC 9112 3.2
      (.badRequest, "invalid request target")
    case .targetTooLong:  // RFC 9110 15.5.15
      (.uriTooLong, "the request target is too long")
    case .missingVersion:  // RFC 9112 3: an HTTP/0.9 request
      (.badRequest, "the request-line has no HTTP version")
    case .invalidVersion:  // RFC 9112 2.3
      (.badRequest, "invalid HTTP version")
    case .unsupportedVersion:  // RFC 9110 15.6.6
      (.versionNotSupported, "only HTTP/1.0 and HTTP/1.1 are spoken here")
    case .whitespaceBeforeField:  // RFC 9112 2.2
      (.badRequest, "whitespace between the request-line and the first field")
    case .obsoleteFolding:  // RFC 9112 5.2
      (.badRequest, "a field value is folded over lines")
    case .invalidFieldName:  // RFC 9110 5.1, RFC 9112 5.1
      (.badRequest, "invalid field name")
    case .invalidFieldValue:  // RFC 9110 5.5
      (.badRequest, "invalid octet in a field value")
    case .headerSectionTooLarge:  // RFC 6585 5
      (.fieldsTooLarge, "the header section is too large")
    case .missingHost:  // RFC 9112 3.2
      (.badRequest, "an HTTP/1.1 request needs a Host field")
    case .repeatedHost:  // RFC 9112 3.2
      (.badRequest, "more than one Host field")
    case .invalidHost:  // RFC 9112 3.2
      (.badRequest, "invalid Host field")
    case .repeatedContentLength:  // RFC 9112 6.3: equal values MAY be taken once; we do not
      (.badRequest, "more than one Content-Length")
    case .invalidContentLength:  // RFC 9112 6.3
      (.badRequest, "invalid Content-Length")
    case .contentLengthAndTransferEncoding:  // RFC 9112 6.3: the sign of a smuggled request
      (.badRequest, "both Content-Length and Transfer-Encoding")
    case .transferEncodingInHTTP10:  // RFC 9112 6.1
      (.badRequest, "Transfer-Encoding in an HTTP/1.0 request")
    case .repeatedTransferEncoding:
      (.badRequest, "more than one Transfer-Encoding")
    case .chunkedNotFinal:  // RFC 9112 6.3
      (.badRequest, "chunked must be the final transfer coding, and once")
    case .emptyTransferCoding:  // RFC 9110 5.6.1.2 would ignore it; what is in front may not
      (.badRequest, "the list in Transfer-Encoding has an empty element")
    case .unsupportedTransferCoding:  // RFC 9112 6.1
      (.notImplemented, "no transfer coding but chunked is known")
    case .requestTooLarge:  // RFC 9110 15.5.14
      (.contentTooLarge, "the request is too large")
    case .unsupportedExpectation:  // RFC 9110 10.1.1
      (.expectationFailed, "no expectation but 100-continue is known")
    case .invalidChunkSize:  // RFC 9112 7.1
      (.badRequest, "invalid chunk size")
    case .invalidChunkExtension:  // RFC 9112 7.1.1
      (.badRequest, "invalid chunk extension")
    case .chunkExtensionsTooLarge:  // RFC 9112 7.1.1: limit them
      (.contentTooLarge, "too many octets of chunk extensions")
    case .invalidChunkEnd:  // RFC 9112 7.1
      (.badRequest, "a chunk is not followed by CR LF")
    case .trailerSectionTooLarge:
      (.fieldsTooLarge, "the trailer section is too large")
    case .incomplete:  // RFC 9112 8
      (.badRequest, "the request ended before it was complete")
    case .timedOut:  // RFC 9110 15.5.9
      (.requestTimeout, "the request did not come in time")
    }
  }
}
