import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Framing")
struct FramingTests {
  private let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"

  private func post(_ lines: String..., version: String = "1.1", content: String = "") -> String {
    let fields = (["Host: a"] + lines).map { $0 + "\r\n" }.joined()
    return "POST / HTTP/\(version)\r\n\(fields)\r\n\(content)"
  }

  @Test(
    "A request without Content-Length and Transfer-Encoding has no content",
    arguments: ["1.0", "1.1"])
  func none(version: String) {
    let outcome = parse(post(version: version) + next)
    #expect(outcome.requests.map(\.content) == [[], []])
    #expect(outcome.requests.last?.path == "/next")
  }

  @Test(
    "Content-Length is a number of octets",
    arguments: [
      ("0", ""), ("1", "a"), ("5", "abcde"), ("05", "abcde"), ("3", "\r\n\0"), (" 2\t", "ab"),
      ("00000000000000000000000000000003", "abc"),
    ])
  func contentLength(length: String, content: String) {
    for version in ["1.0", "1.1"] {
      let outcome = parse(
        post("content-LENGTH: \(length)", version: version, content: content) + next)
      #expect(outcome.requests.map(\.content) == [octets(content), []])
      #expect(outcome.requests.last?.path == "/next")
    }
  }

  @Test("Any method may have content", arguments: ["GET", "HEAD", "DELETE", "OPTIONS", "PURGE"])
  func methods(method: String) throws {
    let message = "\(method) / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    #expect(try request(message).content == octets("abc"))
  }

  @Test(
    "Anything but digits is no Content-Length",
    arguments: [
      "", "-1", "+1", "-0", "1 1", "1,1", "1, 1", "5, 5", ",5", "5,", "0x5", "5a", "a", "1.0",
      "1e1", "\"5\"",
      "5;", "\u{B2}", "5_0", "5\t5", "0,0", "-18446744073709551615", "99999999999999999999x",
    ])
  func invalidContentLength(length: String) {
    #expect(refusal(post("Content-Length: \(length)", content: "abcde")) == .invalidContentLength)
  }

  @Test(
    "A length that is too large for any integer is too large, and not another number",
    arguments: [
      "1048577", "4294967295", "4294967296", "4294967301", "4611686018427387903",
      "4611686018427387904", "9223372036854775807", "9223372036854775808", "9223372036854775813",
      "18446744073709551615", "18446744073709551616", "18446744073709551621",
      "340282366920938463463374607431768211461",
      "99999999999999999999999999999999999999999999999999",
    ])
  func overflow(length: String) {
    #expect(refusal(post("Content-Length: \(length)", content: "abcde")) == .requestTooLarge)
    #expect(refusal(post("Content-Length: 000\(length)")) == .requestTooLarge)
  }

  @Test(
    "A second Content-Length is refused, be it the same or not", arguments: ["5", "6", "0", ""])
  func repeatedContentLength(second: String) {
    let message = post("Content-Length: 5", "content-length: \(second)", content: "abcde")
    #expect(refusal(message) == .repeatedContentLength)
  }

  @Test(
    "Transfer-Encoding chunked is chunked content",
    arguments: ["chunked", "CHUNKED", "\t Chunked \t", "cHuNkEd"])
  func chunkedContent(coding: String) {
    let outcome = parse(
      post("transfer-ENCODING: \(coding)", content: "3\r\nabc\r\n0\r\n\r\n") + next)
    #expect(outcome.requests.map(\.content) == [octets("abc"), []])
  }

  @Test(
    "A transfer coding that does not end in chunked leaves the length open",
    arguments: [
      "", "gzip", "identity", "chunked, gzip", "chunked, identity", "chunked;a=b", "chunked ; a",
      "\"chunked\"",
      "xchunked", "chunkedx", "chunke", "chunked chunked", "chun ked", "chunked\u{B5}",
      "gzip;chunked",
      "gzip chunked", "chunked;", "'chunked'", "chunked\u{A0}",
    ])
  func notChunked(coding: String) {
    let message = post("Transfer-Encoding: \(coding)", content: "0\r\n\r\n")
    #expect(refusal(message) == .chunkedNotFinal)
  }

  @Test(
    "A coding before chunked is not known",
    arguments: ["gzip, chunked", "identity,chunked", "x , y, CHUNKED"])
  func otherCodings(coding: String) {
    let message = post("Transfer-Encoding: \(coding)", content: "0\r\n\r\n")
    #expect(refusal(message) == .unsupportedTransferCoding)
  }

  @Test(
    "An empty element beside chunked is refused for what it is",
    arguments: [",chunked", ", chunked", "chunked,", "chunked ,", ",,chunked", ",gzip, chunked"])
  func emptyCodings(coding: String) {
    let message = post("Transfer-Encoding: \(coding)", content: "0\r\n\r\n")
    #expect(refusal(message) == .emptyTransferCoding)
  }

  @Test(
    "Chunked twice is refused, in one line or in two",
    arguments: ["chunked, chunked", "chunked\r\nTransfer-Encoding: chunked"])
  func chunkedTwice(coding: String) {
    #expect(refusal(post("Transfer-Encoding: \(coding)", content: "0\r\n\r\n")) != nil)
  }

  @Test(
    "Transfer-Encoding in two lines is refused",
    arguments: [("gzip", "chunked"), ("chunked", "gzip"), ("chunked", ""), ("", "chunked")])
  func twoLines(first: String, second: String) {
    let message = post(
      "Transfer-Encoding: \(first)", "transfer-encoding: \(second)", content: "0\r\n\r\n")
    #expect(refusal(message) != nil)
  }

  @Test(
    "Content-Length beside Transfer-Encoding is refused, in either order",
    arguments: ["0", "5", "3"])
  func both(length: String) {
    let content = "3\r\nabc\r\n0\r\n\r\n"
    let (length, coding) = ("Content-Length: \(length)", "Transfer-Encoding: chunked")
    #expect(refusal(post(length, coding, content: content)) == .contentLengthAndTransferEncoding)
    #expect(refusal(post(coding, length, content: content)) == .contentLengthAndTransferEncoding)
    #expect(
      refusal(post(coding, length, version: "1.0", content: content))?.status.code == 400)
  }

  @Test("Transfer-Encoding in an HTTP/1.0 request is refused")
  func http10() {
    let message = post("Transfer-Encoding: chunked", version: "1.0", content: "0\r\n\r\n")
    #expect(refusal(message) == .transferEncodingInHTTP10)
  }

  @Test(
    "Fields that only look like those that frame a message do not",
    arguments: [
      "Content_Length", "Content-Lengt", "Content-Length-", "X-Content-Length", "Content-Lengti",
      "Transfer_Encoding", "Transfer-Encodinh", "Transfer-Encoding-", "XTransfer-Encoding", "TE",
    ])
  func lookalikes(name: String) {
    let outcome = parse(post("\(name): 5", "\(name): chunked") + next)
    #expect(outcome.requests.count == 2 && outcome.error == nil)
  }

  @Test("HTTP/1.1 needs one Host field, HTTP/1.0 does without")
  func host() {
    #expect(refusal(get()) == .missingHost)
    #expect(refusal(get("X-Host: a", "Hos: a", "Hostt: a", "Hosu: a")) == .missingHost)
    #expect(refusal(get(version: "HTTP/1.0")) == nil)
    #expect(refusal(get(target: "http://a/")) == .missingHost)
    for version in ["HTTP/1.0", "HTTP/1.1"] {
      #expect(refusal(get("Host: a", "hOST: a", version: version)) == .repeatedHost)
      #expect(refusal(get("Host: a", "Host: b", version: version)) == .repeatedHost)
      #expect(refusal(get("Host:", version: version)) == .invalidHost)
      #expect(refusal(get("Host: a, b", version: version)) == .invalidHost)
    }
  }

  @Test(
    "A connection stays open by its version and its options",
    arguments: [
      ("1.1", [], true), ("1.0", [], false), ("1.2", [], true), ("1.1", ["close"], false),
      ("1.0", ["close"], false), ("1.0", ["keep-alive"], true), ("1.1", ["keep-alive"], true),
      ("1.1", ["CLOSE"], false), ("1.0", ["Keep-Alive"], true), ("1.1", ["upgrade, close"], false),
      ("1.1", [" , ,close ,x"], false), ("1.1", ["keep-alive, close"], false),
      ("1.0", ["keep-alive, close"], false), ("1.0", ["keep-alive", "close"], false),
      ("1.1", ["x", "close"], false), ("1.1", ["closed"], true), ("1.1", ["not-close"], true),
      ("1.1", ["close;x"], true), ("1.1", [""], true), ("1.0", ["keep-alive, upgrade"], true),
      ("1.0", ["keepalive"], false), ("1.0", ["x", "keep-alive"], true),
      ("1.1", ["\"close\""], true),
    ] as [(String, [String], Bool)])
  func connection(version: String, options: [String], staysOpen: Bool) throws {
    let lines = options.map { "Connection: \($0)\r\n" }.joined()
    let request = try request("GET / HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n")
    #expect(request.keepsAlive == staysOpen)
  }

  @Test("A connection is of no more use behind a CONNECT")
  func connect() throws {
    let message = "CONNECT a:80 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
    #expect(try !request(message).keepsAlive)
  }

  @Test("100-continue is the one expectation there is")
  func expectations() {
    for value in [
      "100-continue", "100-CONTINUE", " 100-Continue\t", "100-continue, 100-Continue",
      "100-continue,", ",100-continue", " , 100-continue ,, ", "", ",",
      "100-continue\r\nExpect: 100-continue", "100-continue\r\nExpect:",
    ] {
      #expect(refusal(get("Host: a", "Expect: \(value)")) == nil, "\(value)")
    }
    for value in [
      "100", "100-continuex", "200-ok", "x=y", "100-continue;q=1", "100-continue, x",
      "x, 100-continue", "100-continue 100-continue", "\"100-continue\"", "x=\", 100-continue\"",
      "100-continue\r\nExpect: x", "x\r\nExpect: 100-continue",
    ] {
      let error = refusal(get("Host: a", "Expect: \(value)"))
      #expect(error == .unsupportedExpectation, "\(value)")
    }
  }
}
