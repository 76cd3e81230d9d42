extension ConformanceCase {
  private static func post(_ fields: String, _ content: String = "") -> String {
    request("POST / HTTP/1.1", fields, content: content)
  }

  /// RFC 9110 8.6 and RFC 9112 6.3: content of a length that is told before.
  static let contentLengths: [ConformanceCase] =
    [
      .init("length.5", "9112 6.3", post("Content-Length: 5", "hello"), .answers([.echo("hello")])),
      .init("length.0", "9112 6.3", post("Content-Length: 0"), .answers([.echo("")])),
      .init("length.none", "9112 6.3", request("POST / HTTP/1.1"), .answers([.echo("")])),
      .init(
        "length.leading-zeros", "9110 8.6", post("Content-Length: 0005", "hello"),
        .answers([.echo("hello")])),
      .init(
        "length.whitespace", "9110 5.5", post("Content-Length:\t 5 \t", "hello"),
        .answers([.echo("hello")])),
      .init(
        "length.no-whitespace", "9110 5.5", post("Content-Length:5", "hello"),
        .answers([.echo("hello")])),
      .init(
        "length.any-case", "9110 5.1", post("CONTENT-length: 5", "hello"),
        .answers([.echo("hello")])),
      .init(
        "length.content-like-a-message", "9112 6.3",
        post("Content-Length: 26", "\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r"),
        .answers([.echo("\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r")])),
      .init(
        "length.hidden-request", "9112 6.3",
        post("Content-Length: 31", "GET /hidden HTTP/1.1\r\nHost: a\r\n"),
        .answers([.echo("GET /hidden HTTP/1.1\r\nHost: a\r\n")])),
      .init(
        "length.get-with-content", "9110 9.3.1",
        request("GET / HTTP/1.1", "Content-Length: 5", content: "hello"), .answers([.page])),
      .init(
        "length.head-with-content", "9110 9.3.2",
        request("HEAD / HTTP/1.1", "Content-Length: 5", content: "hello"), .answers([.head])),
      .init(
        "length.put-with-content", "9110 15.5.6",
        request("PUT / HTTP/1.1", "Content-Length: 5", content: "hello"), .answers([.status(405)])),
      .init(
        "length.unknown-method-with-content", "9110 15.6.2",
        request("BREW / HTTP/1.1", "Content-Length: 5", content: "hello"), .answers([.status(501)])),
      .init(
        "length.not-found-with-content", "9110 15.5.5",
        request("POST /x HTTP/1.1", "Content-Length: 5", content: "hello"), .answers([.status(404)])
      ),
      .init(
        "length.options-with-content", "9110 9.3.7",
        request("OPTIONS / HTTP/1.1", "Content-Length: 5", content: "hello"),
        .answers([.status(204)])),
      .init(
        "length.http-1.0", "9112 6.3", "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
        .closes([.echo("hello")])),
      .init(
        "length.repeated", "9112 6.3", post("Content-Length: 5\r\nContent-Length: 5", "hello"),
        .refused([400])),
      .init(
        "length.contradicting", "9112 6.3",
        post("Content-Length: 5\r\nContent-Length: 6", "hello!"), .refused([400])),
      .init(
        "length.contradicting-zero", "9112 6.3",
        post("Content-Length: 0\r\nContent-Length: 5", "hello"), .refused([400])),
      .init("length.too-large", "9110 15.5.14", post("Content-Length: 8192"), .refused([413])),
      .init(
        "length.too-large-for-32-bits", "9110 8.6", post("Content-Length: 4294967301", "hello"),
        .refused([413])),
      .init(
        "length.too-large-for-63-bits", "9110 8.6",
        post("Content-Length: 9223372036854775813", "hello"), .refused([400, 413])),
      .init(
        "length.too-large-for-64-bits", "9110 8.6",
        post("Content-Length: 18446744073709551621", "hello"), .refused([400, 413])),
      .init(
        "length.of-100-digits", "9110 8.6",
        post("Content-Length: \(String(repeating: "9", count: 100))"), .refused([400, 413])),
      .init(
        "length.ends-before", "9112 8", post("Content-Length: 10", "hello"), ends: true,
        .refused([400])),
      .init(
        "length.ends-at-once", "9112 8", post("Content-Length: 10"), ends: true, .refused([400])),
      .init(
        "length.ends-behind", "9112 8", post("Content-Length: 5", "hello"), ends: true,
        .closes([.echo("hello")])),
    ]
    + [
      "", " ", "x", "+5", "-5", "-0", "5.0", "5e0", "0x5", "5x", "5 5", "5,5", "5, 5", "5,", ",5",
      "5;", "\"5\"", "5\u{b}",
      "\u{b2}", "five", "0b101", "5_0",
    ].map { value in
      .init(
        "length.invalid.\(value.debugDescription)", "9110 8.6",
        post("Content-Length: \(value)", "hello"), .refused([400]))
    }

  private static func chunks(_ content: String) -> String {
    post("Transfer-Encoding: chunked", content)
  }

  /// RFC 9112 7.1: chunks.
  static let chunked: [ConformanceCase] =
    [
      ("one", "5\r\nhello\r\n0\r\n\r\n", "hello"), ("none", "0\r\n\r\n", ""),
      ("two", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello"),
      ("single-octets", "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", "hi"),
      ("hexadecimal", "a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij"),
      ("leading-zeros", "0005\r\nhello\r\n000\r\n\r\n", "hello"),
      ("content-like-chunks", "a\r\n0\r\n\r\n5\r\nab\r\n0\r\n\r\n", "0\r\n\r\n5\r\nab"),
      ("extension", "5;name\r\nhello\r\n0;last\r\n\r\n", "hello"),
      ("extension-value", "5;name=value\r\nhello\r\n0\r\n\r\n", "hello"),
      ("extension-quoted", "5;name=\"a;\\\"b\"\r\nhello\r\n0\r\n\r\n", "hello"),
      ("extensions", "5;a;b=c;d=\"e\"\r\nhello\r\n0\r\n\r\n", "hello"),
      ("extension-whitespace", "5 ; a = b\r\nhello\r\n0\r\n\r\n", "hello"),
      ("extension-tab", "5\t;a\r\nhello\r\n0\r\n\r\n", "hello"),
      ("trailer", "5\r\nhello\r\n0\r\nX: y\r\n\r\n", "hello"),
      ("trailers", "5\r\nhello\r\n0\r\nX: y\r\nZ:\r\nX: z\r\n\r\n", "hello"),
      ("trailer-of-framing", "5\r\nhello\r\n0\r\nContent-Length: 3\r\nHost: b\r\n\r\n", "hello"),
      ("trailer-of-connection", "5\r\nhello\r\n0\r\nConnection: close\r\n\r\n", "hello"),
    ].map { name, content, echo in
      .init("chunked.\(name)", "9112 7.1", chunks(content), .answers([.echo(echo)]))
    }
    + [
      ("size.letter", "g\r\nhello\r\n0\r\n\r\n"), ("size.empty", "\r\nhello\r\n0\r\n\r\n"),
      ("size.negative", "-5\r\nhello\r\n0\r\n\r\n"), ("size.plus", "+5\r\nhello\r\n0\r\n\r\n"),
      ("size.0x", "0x5\r\nhello\r\n0\r\n\r\n"), ("size.space-before", " 5\r\nhello\r\n0\r\n\r\n"),
      ("size.tab-before", "\t5\r\nhello\r\n0\r\n\r\n"),
      ("size.space-behind", "5 \r\nhello\r\n0\r\n\r\n"),
      ("size.underscore", "5_0\r\nhello\r\n0\r\n\r\n"),
      ("size.decimal", "5.\r\nhello\r\n0\r\n\r\n"),
      ("size.nul", "5\u{0}\r\nhello\r\n0\r\n\r\n"), ("size.comma", "5,a\r\nhello\r\n0\r\n\r\n"),
      ("size.other-digits", "\u{b2}\r\nhello\r\n0\r\n\r\n"),
      ("size.lf", "5\nhello\r\n0\r\n\r\n"), ("size.cr", "5\rhello\r\n0\r\n\r\n"),
      ("size.cr-cr-lf", "5\r\r\nhello\r\n0\r\n\r\n"),
      ("extension.none-behind-semicolon", "5;\r\nhello\r\n0\r\n\r\n"),
      ("extension.without-size", ";a\r\nhello\r\n0\r\n\r\n"),
      ("extension.without-name", "5;=a\r\nhello\r\n0\r\n\r\n"),
      ("extension.without-value", "5;a=\r\nhello\r\n0\r\n\r\n"),
      ("extension.open-quote", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
      ("extension.crlf-in-quote", "5;a=\"b\r\n\"\r\nhello\r\n0\r\n\r\n"),
      ("extension.nul", "5;a\u{0}\r\nhello\r\n0\r\n\r\n"),
      ("extension.lf", "5;a\nhello\r\n0\r\n\r\n"),
      ("extension.cr", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
      ("data.too-short", "6\r\nhello\r\n0\r\n\r\n"), ("data.too-long", "4\r\nhello\r\n0\r\n\r\n"),
      ("data.no-crlf", "5\r\nhello0\r\n\r\n"), ("data.lf", "5\r\nhello\n0\r\n\r\n"),
      ("data.cr", "5\r\nhello\r0\r\n\r\n"), ("data.two-crlf", "5\r\nhello\r\n\r\n0\r\n\r\n"),
      ("trailer.folded", "0\r\nX: y\r\n z\r\n\r\n"), ("trailer.whitespace", "0\r\nX : y\r\n\r\n"),
      ("trailer.no-colon", "0\r\nX\r\n\r\n"), ("trailer.lf", "0\r\nX: y\n\r\n"),
      ("trailer.end-lf", "0\r\n\n"),
      ("trailer.nul", "0\r\nX: \u{0}\r\n\r\n"), ("trailer.space-first", "0\r\n X: y\r\n\r\n"),
      ("last.lf", "0\n\n"), ("last.negative", "-0\r\n\r\n"),
    ].map { name, content in
      .init("chunked.invalid.\(name)", "9112 7.1", chunks(content), .refused([400]))
    }
    + [
      ("32-bits", "100000005\r\nhello\r\n0\r\n\r\n"),
      ("64-bits", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
      ("negative", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), ("limit", "2001\r\n"),
      ("many-digits", String(repeating: "f", count: 100)),
      ("sum", String(repeating: "400\r\n\(String(repeating: "x", count: 1024))\r\n", count: 9)),
      (
        "extensions",
        String(repeating: "1;\(String(repeating: "x", count: 500))\r\ny\r\n", count: 20)
      ),
      ("extension", "5;\(String(repeating: "x", count: 9000))"),
      ("zeros", String(repeating: "0", count: 9000)),
    ].map { name, content in
      .init("chunked.too-large.\(name)", "9112 7.1", chunks(content), .refused([400, 413]))
    }
    + [
      .init(
        "chunked.too-large.trailers", "9112 7.1.2",
        chunks("0\r\nX: \(String(repeating: "x", count: 9000))"), .refused([400, 413, 431])),
      .init("chunked.ends-in-size", "9112 8", chunks("5"), ends: true, .refused([400])),
      .init("chunked.ends-in-data", "9112 8", chunks("5\r\nhel"), ends: true, .refused([400])),
      .init(
        "chunked.ends-behind-data", "9112 8", chunks("5\r\nhello\r\n"), ends: true, .refused([400])),
      .init(
        "chunked.ends-in-trailers", "9112 8", chunks("5\r\nhello\r\n0\r\n"), ends: true,
        .refused([400])),
      .init(
        "chunked.get", "9110 9.3.1",
        request("GET / HTTP/1.1", "Transfer-Encoding: chunked", content: "3\r\nabc\r\n0\r\n\r\n"),
        .answers([.page])),
      .init(
        "chunked.not-found", "9110 15.5.5",
        request("POST /x HTTP/1.1", "Transfer-Encoding: chunked", content: "3\r\nabc\r\n0\r\n\r\n"),
        .answers([.status(404)])),
    ]

  /// RFC 9112 6.1: Transfer-Encoding.
  static let transferEncodings: [ConformanceCase] =
    [
      "Transfer-Encoding: Chunked", "transfer-encoding: CHUNKED", "Transfer-Encoding:chunked",
      "Transfer-Encoding: \t chunked \t",
    ].map { field in
      .init(
        "coding.\(field.debugDescription)", "9112 7", post(field, "5\r\nhello\r\n0\r\n\r\n"),
        .answers([.echo("hello")]))
    }
    + [
      ("", [400, 501]), ("identity", [400, 501]), ("gzip", [400, 501]), ("gzip, chunked", [501]),
      ("chunked, gzip", [400]), ("chunked, chunked", [400, 501]),
      ("chunked, identity", [400, 501]),
      ("xchunked", [400, 501]), ("chunkedx", [400, 501]), ("chunked;a=b", [400, 501]),
      ("\"chunked\"", [400, 501]),
      ("chunked\u{0}", [400]), ("\u{b}chunked", [400]), ("chun ked", [400, 501]),
      ("chunked,", [400]), (",chunked", [400]), (", chunked", [400]), (",gzip, chunked", [400]),
    ].map { value, statuses in
      .init(
        "coding.invalid.\(value.debugDescription)", "9112 6.1",
        post("Transfer-Encoding: \(value)", "5\r\nhello\r\n0\r\n\r\n"), .refused(statuses))
    }
    + [
      .init(
        "coding.with-length", "9112 6.3",
        post(
          "Content-Length: 5\r\nTransfer-Encoding: chunked",
          "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
        .refused([400])),
      .init(
        "coding.before-length", "9112 6.3",
        post("Transfer-Encoding: chunked\r\nContent-Length: 5", "5\r\nhello\r\n0\r\n\r\n"),
        .refused([400])),
      .init(
        "coding.with-length-0", "9112 6.3",
        post("Transfer-Encoding: chunked\r\nContent-Length: 0", "0\r\n\r\n"), .refused([400])),
      .init(
        "coding.twice", "9112 6.1",
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        .refused([400])),
      .init(
        "coding.twice-different", "9112 6.1",
        post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        .refused([400, 501])),
      .init(
        "coding.in-1.0", "9112 6.1",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .refused([400])),
      .init(
        "coding.in-1.0-kept-alive", "9112 6.1",
        request(
          "POST / HTTP/1.0", "Connection: keep-alive", "Transfer-Encoding: chunked",
          content: "0\r\n\r\n"),
        .refused([400])),
      .init(
        "coding.space-before-colon", "9112 5.1", post("Transfer-Encoding : chunked", "0\r\n\r\n"),
        .refused([400])),
      .init(
        "coding.folded", "9112 5.2", post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n"),
        .refused([400])),
    ]
}
