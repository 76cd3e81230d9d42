import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Statuses, errors and methods")
struct StatusAndErrorTests {
  private var statuses: [Status] { (0..<UInt8(Status.namedCount)).map { Status(place: $0) } }

  private func isReason(_ octets: Span<UInt8>) -> Bool {
    !octets.isEmpty && octets.isFieldValue && octets == octets.trimmed
  }

  @Test("The places of statuses are dense, and no code is there twice")
  func statusTable() {
    #expect(statuses.count == Status.namedCount)
    for status in statuses { #expect(status.isNamed && Status(code: status.code) == status) }
    #expect(Set(statuses.map(\.code)).count == Status.namedCount)
    #expect(statuses.map(\.code) == statuses.map(\.code).sorted())
    for status in statuses {
      #expect((100...599).contains(status.code))
      let isValid = isReason(status.reason)
      #expect(isValid)
    }
  }

  @Test(
    "A code without a name is a status all the same, and counts for its class", arguments: 100...599
  )
  func otherCodes(code: Int) throws {
    let status = try #require(Status(code: code))
    #expect(status.code == code)
    #expect(status.isInterim == (code < 200))
    if !statuses.contains(where: { $0.code == code }) {
      #expect(!status.isNamed && text(status.reason).isEmpty)
      #expect(Status(place: status.place).code == code / 100 * 100)
      #expect(status.place < Status.placeCount)
    }
  }

  @Test("What is no status code is none", arguments: [-1, 0, 99, 600, 1000, .max])
  func noCodes(code: Int) {
    #expect(Status(code: code) == nil)
  }

  @Test("1xx is interim; 1xx, 204 and 304 have no content")
  func statusClasses() {
    for status in statuses {
      #expect(status.isInterim == (status.code < 200))
      #expect(status.forbidsContent == (status.code < 200 || [204, 304].contains(status.code)))
    }
  }

  @Test(
    "Reason phrases are those of RFC 9110",
    arguments: [
      (100, "Continue"), (200, "OK"), (204, "No Content"), (304, "Not Modified"),
      (400, "Bad Request"), (404, "Not Found"), (405, "Method Not Allowed"),
      (408, "Request Timeout"), (413, "Content Too Large"), (414, "URI Too Long"),
      (417, "Expectation Failed"), (422, "Unprocessable Content"),
      (431, "Request Header Fields Too Large"), (500, "Internal Server Error"),
      (501, "Not Implemented"), (503, "Service Unavailable"), (505, "HTTP Version Not Supported"),
    ])
  func reasons(code: Int, reason: String) throws {
    let status = try #require(statuses.first { $0.code == code })
    #expect(text(status.reason) == reason)
  }

  @Test("Every error is answered with a 4xx or 5xx and a reason", arguments: RequestError.allCases)
  func errorTable(error: RequestError) {
    #expect((400...599).contains(error.status.code))
    let isValid = isReason(error.reason)
    #expect(isValid)
  }

  @Test(
    "The lines of reasons are in the order of the errors",
    arguments: [
      (
        .proxyProtocol,
        "this looks like a PROXY protocol header, which is not read here: turn it off in the proxy"
      ),
      (.missingHost, "an HTTP/1.1 request needs a Host field"),
      (.unsupportedExpectation, "no expectation but 100-continue is known"),
      (.timedOut, "the request did not come in time"),
    ] as [(RequestError, String)])
  func errorReason(error: RequestError, reason: String) {
    #expect(text(error.reason) == reason)
  }

  @Test("No two errors have the same reason")
  func errorReasons() {
    let reasons = Set(RequestError.allCases.map { text($0.reason) })
    #expect(reasons.count == RequestError.allCases.count)
  }

  @Test(
    "An error is answered with the status that the RFCs have for it",
    arguments: [
      (.proxyProtocol, 400), (.tlsHandshake, 400), (.http2Preface, 505),
      (.invalidMethod, 400), (.methodTooLong, 501), (.invalidTarget, 400), (.targetTooLong, 414),
      (.missingVersion, 400), (.invalidVersion, 400), (.unsupportedVersion, 505),
      (.whitespaceBeforeField, 400), (.obsoleteFolding, 400), (.invalidFieldName, 400),
      (.invalidFieldValue, 400), (.headerSectionTooLarge, 431), (.missingHost, 400),
      (.repeatedHost, 400), (.invalidHost, 400), (.invalidContentLength, 400),
      (.repeatedContentLength, 400), (.contentLengthAndTransferEncoding, 400),
      (.transferEncodingInHTTP10, 400), (.repeatedTransferEncoding, 400), (.chunkedNotFinal, 400),
      (.emptyTransferCoding, 400),
      (.unsupportedTransferCoding, 501), (.unsupportedExpectation, 417), (.requestTooLarge, 413),
      (.invalidChunkSize, 400), (.invalidChunkExtension, 400), (.chunkExtensionsTooLarge, 413),
      (.invalidChunkEnd, 400), (.trailerSectionTooLarge, 431), (.incomplete, 400),
      (.timedOut, 408), (.emptyLines, 400), (.bareLineFeed, 400), (.bareCarriageReturn, 400),
    ] as [(RequestError, Int)])
  func errorStatuses(error: RequestError, code: Int) {
    #expect(error.status.code == code)
  }

  @Test("The raw values of methods are dense, and each is read from its name")
  func methodTable() throws {
    #expect(Method(rawValue: UInt8(Method.count)) == nil)
    for value in 0..<UInt8(Method.count) {
      let method = try #require(Method(rawValue: value))
      #expect(method.name.utf8CodeUnitCount <= Method.longestName)
      #expect(Method(method.name.octets) == method)
    }
  }

  @Test(
    "A method's name is case-sensitive, and no other token is one",
    arguments: [
      "get", "Get", "GETS", "GE", "PUSH", "POSt", "HEAd", "PATCh", "TRACe", "DELETe", "OPTIONs",
      "CONNECt", "PUt", "ABC", "ABCD", "ABCDE", "ABCDEF", "ABCDEFG", "QUERY", "PRI", "",
    ])
  func otherMethods(name: String) {
    #expect(withOctets(name) { Method($0) } == .unknown)
  }
}
