import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Request-lines")
struct RequestLineTests {
  /// Why a request with this request-line, CR LF included, is refused.
  private func refusal(_ line: String) -> RequestError? {
    parse(line + "Host: a\r\n\r\n").error
  }

  @Test(
    "A method is known by its name",
    arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
  func methods(name: String) throws {
    #expect(try request("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n").method == name)
  }

  @Test(
    "Any other token is an unknown method", arguments: ["get", "M-SEARCH", "G", "!#$%&'*+-.^_`|~"])
  func unknownMethods(name: String) throws {
    #expect(try request("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n").method == "other")
  }

  @Test("A method is made of token characters and of no other octet")
  func methodOctets() {
    for octet in UInt8.min...UInt8.max where octet != UInt8(ascii: " ") {
      let isToken = Grammar.token.contains(octet)
      #expect((refusal("A\(text([octet]))B / HTTP/1.1\r\n") == nil) == isToken, "\(octet)")
      // CR at the very beginning is the empty line's.
      if octet != 13 { #expect((refusal("\(text([octet])) / HTTP/1.1\r\n") == nil) == isToken) }
    }
  }

  @Test("A method may be as long as the head, and is as unknown as any other")
  func methodLength() throws {
    let limits = RequestParser.Limits(request: 1000, head: 100)
    for count in [1, 16, 17, 40, 70] {
      let line = "\(String(repeating: "A", count: count)) / HTTP/1.1\r\n"
      #expect(parse(line + "Host: a\r\n\r\n", limits: limits).requests.first?.method == "other")
      // What is a 400 for any method is one for these.
      #expect(parse(line + "\r\n", limits: limits).error == .missingHost)
    }
    let longest = String(repeating: "A", count: 100)
    #expect(parse(longest, limits: limits).error == .methodTooLong)
    #expect(parse(String(longest.dropLast()), limits: limits).isIncomplete)
  }

  @Test("A path and a query are made of what browsers send in them")
  func targetOctets() {
    for octet in UInt8.min...UInt8.max {
      // These end the path or begin an escape.
      if !" ?%".utf8.contains(octet) {
        let path = refusal("GET /a\(text([octet]))b HTTP/1.1\r\n")
        #expect((path == nil) == Grammar.path.contains(octet), "\(octet)")
      }
      if octet != UInt8(ascii: " ") {
        let query = refusal("GET /?a\(text([octet]))b HTTP/1.1\r\n")
        #expect((query == nil) == Grammar.query.contains(octet), "\(octet)")
      }
    }
  }

  @Test(
    "HTTP/1.0 is itself, and any later 1.x is HTTP/1.1",
    arguments: [("1.0", false), ("1.1", true), ("1.2", true), ("1.9", true)])
  func versions(version: String, isHTTP11: Bool) throws {
    #expect(try request("GET / HTTP/\(version)\r\nHost: a\r\n\r\n").isHTTP11 == isHTTP11)
  }

  @Test(
    "Other major versions are not supported", arguments: ["0.9", "2.0", "3.0", "9.9", "0.0", "2.1"])
  func otherMajors(version: String) {
    #expect(refusal("GET / HTTP/\(version)\r\n") == .unsupportedVersion)
  }

  @Test("The preface of HTTP/2 is a version that is not supported, and named")
  func http2() {
    #expect(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").error == .http2Preface)
    #expect(RequestError.http2Preface.status == RequestError.unsupportedVersion.status)
    for line in ["PRI / HTTP/2.0\r\n", "PRI * HTTP/3.0\r\n", "APRI * HTTP/2.0\r\n"] {
      #expect(refusal(line) == .unsupportedVersion)
    }
  }

  @Test(
    "A version is HTTP, slash, digit, dot, digit",
    arguments: [
      "http/1.1", "Http/1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.10", "HTTP/11.1", "HTTP/01.1",
      "HTTP/1,1", "HTTP/a.1", "HTTP/1.a", "HTTP1.1", "HTTP//1.1", "HTTP /1.1", "HTTP/ 1.1",
      "HTTP/1.1 ", "HTTP/1.1\t", " HTTP/1.1", "HTTPS/1.1", "ICY/1.1", "HTTP/1.1x", "HTTP/-1.1",
      "HTTP/1.1 HTTP/1.1", "XTTP/1.1", "HTTP/1.\u{B9}", "HTTP/1.1\0", "a HTTP/1.1",
    ])
  func invalidVersions(version: String) {
    #expect(refusal("GET / \(version)\r\n") == .invalidVersion)
  }

  @Test(
    "Without a version it is a request of HTTP/0.9", arguments: ["GET /\r\n", "GET /a?b=c\r\n"])
  func missingVersion(line: String) {
    #expect(refusal(line) == .missingVersion)
  }

  @Test(
    "The parts are one SP apart, and nothing else is in the line",
    arguments: [
      ("GET  / HTTP/1.1\r\n", .invalidTarget), ("GET\t/ HTTP/1.1\r\n", .invalidMethod),
      ("GET /\tHTTP/1.1\r\n", .invalidTarget), ("GET /  HTTP/1.1\r\n", .invalidVersion),
      (" GET / HTTP/1.1\r\n", .invalidMethod), ("\tGET / HTTP/1.1\r\n", .invalidMethod),
      ("GET\r\n", .invalidMethod), ("GET/ HTTP/1.1\r\n", .invalidMethod),
      ("GET \r\n", .missingVersion), ("/ HTTP/1.1\r\n", .invalidMethod),
      ("GET /\u{B}HTTP/1.1\r\n", .invalidTarget), ("GET /\u{A0}HTTP/1.1\r\n", .invalidTarget),
      ("GET: / HTTP/1.1\r\n", .invalidMethod), ("\0GET / HTTP/1.1\r\n", .invalidMethod),
    ] as [(String, RequestError)])
  func separators(line: String, error: RequestError) {
    #expect(refusal(line) == error)
  }

  @Test(
    "The line ends in CR LF: a CR or a LF alone is refused",
    arguments: [
      "GET / HTTP/1.1\n", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\r\n", "GET / HTTP/1.1\n\r\n",
      "GET /\n", "GET /\r", "GET / \rHTTP/1.1\r\n", "G\rET / HTTP/1.1\r\n",
      "GET /a\rb HTTP/1.1\r\n",
      "GET\n/ HTTP/1.1\r\n", "\nGET / HTTP/1.1\r\n", "\rGET / HTTP/1.1\r\n",
    ])
  func lineEnds(line: String) throws {
    let error = try #require(refusal(line))
    #expect(error.status.code == 400)
  }

  @Test("One empty line before a request is skipped")
  func emptyLine() throws {
    let line = "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(try request(line).path == "/a")
    #expect(parse(line + line).requests.map(\.path) == ["/a", "/a"])
  }

  @Test("Two empty lines are not, nor one that ends in LF alone")
  func emptyLines() {
    #expect(refusal("\r\n\r\nGET / HTTP/1.1\r\n") == .emptyLines)
    #expect(refusal("\nGET / HTTP/1.1\r\n") == .bareLineFeed)
    #expect(refusal("\r\n\nGET / HTTP/1.1\r\n") == .bareLineFeed)
    #expect(refusal("\rGET / HTTP/1.1\r\n") == .bareCarriageReturn)
    #expect(refusal("\r\r\nGET / HTTP/1.1\r\n") == .bareCarriageReturn)
  }

  @Test(
    "Octets of another protocol are refused at once",
    arguments: ["\0", "{}", "\u{4}\u{1}", "\u{5}\u{1}\0", "SSH-2.0-a\r\n", "*1\r\n"])
  func otherProtocols(octets: String) {
    #expect(parse(octets).error == .invalidMethod)
  }

  @Test("A connection that begins with TLS is refused for that, at its first octet")
  func tls() {
    #expect(parse("\u{16}").error == .tlsHandshake)
    #expect(parse("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0").error == .tlsHandshake)
    #expect(parse("G\u{16}").error == .invalidMethod)
  }

  @Test(
    "A PROXY protocol header is refused for that, at its second word",
    arguments: [
      "PROXY TCP4 192.0.2.1 192.0.2.2 51234 80\r\n", "PROXY TCP6 2001:db8::1 ::1 51234 80\r\n",
      "PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", "PROXY TCP4\r\n",
    ])
  func proxyProtocol1(line: String) {
    #expect(refusal(line) == .proxyProtocol)
    #expect(refusal("\r\n" + line) == .proxyProtocol)
    let octets = octets(line + get("Host: a"))
    for cut in octets.indices { #expect(parse(octets, cuts: [cut]).error == .proxyProtocol) }
  }

  @Test("A method that is called PROXY is any other method")
  func proxyMethod() {
    #expect(refusal("PROXY / HTTP/1.1\r\n") == nil)
    #expect(refusal("PROXY /TCP4 HTTP/1.1\r\n") == nil)
    #expect(refusal("PROXY TCP HTTP/1.1\r\n") == .invalidTarget)
    #expect(refusal("APROXY TCP4 HTTP/1.1\r\n") == .invalidTarget)
    #expect(refusal("proxy TCP4 HTTP/1.1\r\n") == .invalidTarget)
    #expect(refusal("GET TCP4 HTTP/1.1\r\n") == .invalidTarget)
  }

  @Test("The signature of PROXY protocol version 2 is told from empty lines, however it is cut")
  func proxyProtocol2() {
    let signature = octets("\r\n\r\n\0\r\nQUIT\n")
    let message = signature + [0x21, 0x11, 0, 12] + octets("abcdefghijkl" + get("Host: a"))
    for cut in message.indices { #expect(parse(message, cuts: [cut]).error == .proxyProtocol) }
    #expect(parse(message, cuts: Array(message.indices)).error == .proxyProtocol)
    for count in 1..<12 {
      let start = Array(signature[..<count])
      #expect(parse(start).error == nil && parse(start).isIncomplete, "\(count)")
      // Another octet makes it empty lines, or what it was before the second one was complete.
      if count > 3 { #expect(parse(start + octets("x")).error == .emptyLines, "\(count)") }
    }
  }
}
