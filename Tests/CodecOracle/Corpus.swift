import HTTPCodec

/// Octets of a connection, and what is to come of them.
struct Sample: Sendable {
  let text: String
  var error: RequestError?
  /// How many requests there are, before the error if there is one.
  var requests = 1
  var requestLimit = 1 << 20
  var headLimit = 1 << 16

  init(_ text: String, _ error: RequestError? = nil, requests: Int? = nil) {
    self.text = text
    self.error = error
    self.requests = requests ?? (error == nil ? 1 : 0)
  }

  /// The same with limits that are in the way.
  func limited(request: Int = 1 << 20, head: Int = 1 << 16) -> Sample {
    var sample = self
    (sample.requestLimit, sample.headLimit) = (request, head)
    return sample
  }

  var limits: RequestParser.Limits { .init(request: requestLimit, head: headLimit) }
}

/// Messages to be cut into segments in all ways.
enum Corpus {
  private static let host = "Host: a\r\n\r\n"
  private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"

  static let valid: [Sample] = [
    Sample(get("Host: a")),
    Sample(get("Host: a.example:8080", "Accept: */*", "User-Agent: x/1.0 (y; z)")),
    Sample(get("host:a", "N:", "M: ", "L:\t v\t w\t ")),
    Sample(get(version: "HTTP/1.0")),
    Sample(get("Connection: keep-alive", version: "HTTP/1.0")),
    Sample(get("Host: a", "Connection: x, close")),
    Sample(get("Host: a", version: "HTTP/1.9")),
    Sample("\r\n" + get("Host: a")),
    Sample(get("Host: a", target: "/a/%41;b=c?d=e&f[]={}|")),
    Sample(get("Host: a", target: "/a|b[c]^d?e\\f%`^")),
    Sample(get("Host: a", target: "http://b.example:80/c?d")),
    Sample(get("Host: [::1]:80", target: "http://[2001:db8::1]")),
    Sample("OPTIONS * HTTP/1.1\r\n" + host),
    Sample("CONNECT a:443 HTTP/1.1\r\n" + host),
    Sample("HEAD / HTTP/1.1\r\n" + host),
    Sample("M-SEARCH / HTTP/1.1\r\n" + host),
    Sample("ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n" + host),
    Sample("PROXY /TCP4 HTTP/1.1\r\n" + host), Sample("\r\n\r\n\0\r\nQUIT", requests: 0),
    Sample("\r\n\r\n", requests: 0),
    Sample(get("Host: [v1.a:b]:", "X: \u{80}\u{FF}")),
    Sample(get("Host: a", "X-01234567: 0123456789abcdef0123456789abcdef")),
    Sample(post + "Content-Length: 0\r\n\r\n"),
    Sample(post + "Content-Length: 1\r\n\r\n\n"),
    Sample(post + "Content-Length: 0005\r\n\r\nabcde"),
    Sample(post + "Content-Length: 4\r\n\r\n\r\n\r\n"),
    Sample(post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"),
    Sample(get("Host: a", "Expect: , 100-continue,", "Expect:")),
    Sample("PUT /a HTTP/1.0\r\nContent-Length: 2\r\n\r\n\0\u{FF}"),
    Sample(chunked("0\r\n\r\n")),
    Sample(chunked("3\r\nabc\r\n0\r\n\r\n")),
    Sample(chunked("a\r\n0123456789\r\nB\r\n01234567890\r\n0\r\n\r\n")),
    Sample(chunked("1\r\n\r\r\n1\r\n\n\r\n2\r\n\r\n\r\n0\r\n\r\n")),
    Sample(chunked("0003\r\nabc\r\n000\r\n\r\n")),
    Sample(chunked("3;a\r\nabc\r\n0;b\r\n\r\n")),
    Sample(chunked("3 ; a = \"b\\\"\\\\;c\" ;d=e\r\nabc\r\n0;f=\"\"\r\n\r\n")),
    Sample(chunked("3\r\nabc\r\n0\r\nA: b\r\n\r\n")),
    Sample(chunked("2\r\n0\r\r\n0\r\nA:\r\nContent-Length: 5\r\nB: \t c \r\n\r\n")),
    Sample(post + "Transfer-Encoding:\tCHUNKED \r\n\r\n1\r\na\r\n0\r\n\r\n"),
    Sample(get("Host: a") + get("Host: b"), requests: 2),
    Sample(get("Host: a") + "\r\n" + get("Host: b") + "\r\n", requests: 2),
    Sample(chunked("2\r\nab\r\n0\r\n\r\n") + get("Host: b"), requests: 2),
    Sample(chunked("0\r\nA: b\r\n\r\n") + "\r\n" + chunked("1\r\na\r\n0\r\n\r\n"), requests: 2),
    Sample(post + "Content-Length: 2\r\n\r\nab" + post + "Content-Length: 1\r\n\r\nc", requests: 2),
    Sample(get("Host: a").repeated(4), requests: 4),
    Sample(get("Host: a")).limited(request: 27, head: 27),
    Sample(post + "Content-Length: 3\r\n\r\nabc").limited(request: 50, head: 47),
    Sample(chunked("3\r\nabc\r\n0\r\nA: b\r\n\r\n")).limited(request: 59, head: 56),
    Sample("", requests: 0), Sample("\r\n", requests: 0), Sample("GET / HT", requests: 0),
    Sample(get("Host: a") + "P", requests: 1), Sample(chunked("5\r\nabc"), requests: 0),
  ]

  static let invalid: [Sample] = [
    Sample("\n" + get("Host: a"), .bareLineFeed), Sample("\r\r", .bareCarriageReturn),
    Sample("\r\n\r\n" + get("Host: a"), .emptyLines), Sample(" GET / HTTP/1.1\r\n", .invalidMethod),
    Sample("GET\t/ HTTP/1.1\r\n", .invalidMethod), Sample("GET\r\n", .invalidMethod),
    Sample("\u{16}\u{3}\u{1}\0", .tlsHandshake), Sample("\r\n\u{16}", .tlsHandshake),
    Sample("\r\n\r\n\0\r\nQUIT\n\u{21}\u{11}\0\u{C}", .proxyProtocol),
    Sample("\r\n\r\n\0\r\nQUIX", .emptyLines), Sample("\r\n\r\0", .emptyLines),
    Sample("PROXY TCP4 127.0.0.1 127.0.0.1 51234 80\r\n" + get("Host: a"), .proxyProtocol),
    Sample("PROXY TCP6 ::1 ::1 51234 80\r\n", .proxyProtocol),
    Sample("PROXY UNKNOWN\r\n", .proxyProtocol), Sample("PROXY TCP5 \r\n", .invalidVersion),
    Sample("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2Preface),
    Sample("ABCDEFGHIJKLMNOPQ\0", .invalidMethod), Sample("GET  / HTTP/1.1\r\n", .invalidTarget),
    Sample("GET /\r\n", .missingVersion), Sample("GET /\n", .missingVersion),
    Sample("GET /a#b HTTP/1.1\r\n", .invalidTarget), Sample("GET /%4 HTTP/1.1\r\n", .invalidTarget),
    Sample("GET * HTTP/1.1\r\n", .invalidTarget), Sample("GET a HTTP/1.1\r\n", .invalidTarget),
    Sample("CONNECT / HTTP/1.1\r\n", .invalidTarget),
    Sample("GET http://a@b/ HTTP/1.1\r\n", .invalidTarget),
    Sample("GET / http/1.1\r\n", .invalidVersion), Sample("GET / HTTP/1.1 \r\n", .invalidVersion),
    Sample("GET / HTTP/2.0\r\n", .unsupportedVersion),
    Sample("GET / HTTP/1.10\r\n", .invalidVersion),
    Sample("GET / HTTP/1.1\rX", .bareCarriageReturn), Sample("GET / HTTP/1.1\n", .bareLineFeed),
    Sample(get(" Host: a"), .whitespaceBeforeField), Sample(get("Host: a", " b"), .obsoleteFolding),
    Sample(get("Host : a"), .invalidFieldName), Sample(get("Host: a", ": b"), .invalidFieldName),
    Sample(get("Host: a", "N"), .invalidFieldName),
    Sample(get("Host: a", "N: \0"), .invalidFieldValue),
    Sample(get("Host: a", "N: 0123456789abcdef\u{7F}"), .invalidFieldValue),
    Sample(get("Host: a", "N: b\nM: c"), .bareLineFeed),
    Sample(get("Host: a", "N: b\rM: c"), .bareCarriageReturn),
    Sample("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
    Sample("GET / HTTP/1.1\r\nHost: a\r\n\rX", .bareCarriageReturn),
    Sample(get(), .missingHost), Sample(get("Host: a", "Host: a"), .repeatedHost),
    Sample(get("Host: a b"), .invalidHost),
    Sample(get("Host:"), .invalidHost), Sample(get("Host: [::1"), .invalidHost),
    Sample(post + "Content-Length: +1\r\n\r\na", .invalidContentLength),
    Sample(post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", .repeatedContentLength),
    Sample(post + "Content-Length: 18446744073709551617\r\n\r\na", .requestTooLarge),
    Sample(
      post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      .contentLengthAndTransferEncoding),
    Sample(post + "Transfer-Encoding: gzip\r\n\r\n", .chunkedNotFinal),
    Sample(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", .unsupportedTransferCoding),
    Sample(
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .transferEncodingInHTTP10),
    Sample(get("Host: a", "Expect: x"), .unsupportedExpectation),
    Sample(post + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", .emptyTransferCoding),
    Sample(get("Expect: x"), .missingHost),
    Sample(get("Transfer-Encoding: gzip, chunked", "Host: a", "Host: a"), .repeatedHost),
    Sample(chunked("x\r\n"), .invalidChunkSize), Sample(chunked("3\n"), .invalidChunkSize),
    Sample(chunked("3 \r\n"), .invalidChunkSize), Sample(chunked("3\rx"), .bareCarriageReturn),
    Sample(chunked("3\r\nabcd\r\n"), .invalidChunkEnd),
    Sample(chunked("3\r\nabc\n"), .invalidChunkEnd),
    Sample(chunked("3\r\nabc\rx"), .invalidChunkEnd),
    Sample(chunked("3;\r\nabc\r\n"), .invalidChunkExtension),
    Sample(chunked("3;a=\"\n\"\r\nabc"), .invalidChunkExtension),
    Sample(chunked("ffffffffffffffff\r\n"), .requestTooLarge),
    Sample(chunked("3\r\nabc\r\n10000000000000003\r\n"), .requestTooLarge),
    Sample(chunked("0\r\nA : b\r\n\r\n"), .invalidFieldName),
    Sample(chunked("0\r\n b\r\n\r\n"), .whitespaceBeforeField),
    Sample(chunked("0\r\nA: b\r\n c\r\n\r\n"), .obsoleteFolding),
    Sample(chunked("0\r\nA: \0\r\n\r\n"), .invalidFieldValue),
    Sample(get("Host: a") + "\r\n\r\nG", .emptyLines, requests: 1),
    Sample(chunked("1\r\na\r\n0\r\n\r\n") + " ", .invalidMethod, requests: 1),
  ]

  /// Messages that a limit refuses, some of them invalid a little later as well.
  static let tooLarge: [Sample] = [
    Sample(get("Host: a"), .headerSectionTooLarge).limited(head: 26),
    Sample(get("Host: a", "N: 0123456789\0"), .headerSectionTooLarge).limited(head: 30),
    Sample(get("Host: a", "0123456789 : b"), .headerSectionTooLarge).limited(head: 30),
    Sample("01234567890123456 / HTTP/1.1\r\n", .methodTooLong).limited(head: 17),
    Sample("01234567890123456\0", .methodTooLong).limited(head: 17),
    Sample("0123456789012345\0", .headerSectionTooLarge).limited(head: 16),
    Sample(get("Host: a", target: "/0123456789"), .targetTooLong).limited(head: 10),
    Sample("GET /0123456789\0", .targetTooLong).limited(head: 10),
    Sample(post + "Content-Length: 3\r\n\r\nabc", .requestTooLarge).limited(request: 49),
    Sample(chunked("4\r\nabcd\r\n0\r\n\r\n"), .requestTooLarge).limited(request: 59, head: 56),
    Sample(chunked("3\r\nabc\r\n1\r\n"), .requestTooLarge).limited(request: 59, head: 56),
    Sample(chunked("0\r\nN: " + "0123456789".repeated(6) + "\r\n\r\n"), .trailerSectionTooLarge)
      .limited(head: 56),
    Sample(chunked("0\r\nN: " + "0123456789".repeated(6) + "\0\r\n\r\n"), .trailerSectionTooLarge)
      .limited(head: 56),
    Sample(chunked("0\r\n" + "0123456789".repeated(6) + " : b\r\n\r\n"), .trailerSectionTooLarge)
      .limited(head: 56),
    Sample(chunked("0\r\n" + "A: b\r\n".repeated(9) + "A: \0b\r\n\r\n"), .trailerSectionTooLarge)
      .limited(head: 56),
    Sample(chunked("0\r\n" + "A: b\r\n".repeated(9) + "\r\r\n"), .bareCarriageReturn).limited(
      head: 56),
  ]
}

/// A GET with these lines in its header section, each without its CR LF.
func get(_ lines: String..., target: String = "/", version: String = "HTTP/1.1") -> String {
  let all = ["GET \(target) \(version)"] + lines
  return all.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A POST of chunked content.
func chunked(_ content: String) -> String {
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + content
}

extension String {
  func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}
