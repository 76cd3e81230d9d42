extension ConformanceCase {
  private static let get = request("GET / HTTP/1.1")

  private static func post(_ content: String) -> String {
    request("POST / HTTP/1.1", "Content-Length: \(content.utf8.count)", content: content)
  }

  /// RFC 9112 9: what ends a connection.
  static let connections: [ConformanceCase] =
    [
      "close", "Close", "CLOSE", "close, x", "x,close", "keep-alive, close", "close, keep-alive",
      " close\t",
      "x, ,close", "TE,\tclose",
    ].map { value in
      .init(
        "connection.\(value.debugDescription)", "9112 9.6",
        request("GET / HTTP/1.1", "Connection: \(value)"), behind: get,
        .closes([.page.with("connection")])
      )
    }
    + ["keep-alive", "x", "closed", "not-close", "\"close\"", "", "upgrade", "TE, trailers"].map {
      value in
      .init(
        "connection.stays.\(value.debugDescription)", "9112 9.3",
        request("GET / HTTP/1.1", "Connection: \(value)") + get, .answers([.page, .page]))
    }
    + [
      .init(
        "connection.close-in-second-line", "9110 5.3",
        request("GET / HTTP/1.1", "Connection: x", "Connection: close"), behind: get,
        .closes([.page])),
      .init(
        "connection.close-behind-content", "9112 9.6",
        request("POST / HTTP/1.1", "Connection: close", "Content-Length: 2", content: "ab"),
        behind: get,
        .closes([.echo("ab")])),
      .init(
        "connection.close-behind-chunks", "9112 9.6",
        request(
          "POST / HTTP/1.1", "Connection: close", "Transfer-Encoding: chunked",
          content: "1\r\na\r\n0\r\n\r\n"),
        behind: get, .closes([.echo("a")])),
      .init(
        "connection.close-behind-head", "9112 9.6",
        request("HEAD / HTTP/1.1", "Connection: close"), behind: get,
        .closes([.head])),
      .init(
        "connection.close-behind-not-found", "9112 9.6",
        request("GET /x HTTP/1.1", "Connection: close"), behind: get, .closes([.status(404)])),
      .init("connection.1.0", "9112 9.3", "GET / HTTP/1.0\r\n\r\n", behind: get, .closes([.page])),
      .init(
        "connection.1.0-keep-alive", "9112 9.3",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", .answers([.page.with("connection")])),
      .init(
        "connection.1.0-keep-alive-in-any-case", "9112 9.3",
        "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", .answers([.page.with("connection")])),
      .init(
        "connection.1.0-keep-alive-and-close", "9112 9.3",
        "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", behind: get, .closes([.page])),
      .init(
        "connection.1.0-head", "9112 9.3", "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        .answers([.head])),
      .init(
        "connection.upgrade-h2c", "9110 7.8",
        request(
          "GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABk"),
        .answers([.page])),
      .init(
        "connection.upgrade-websocket", "9110 7.8",
        request(
          "GET / HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), .answers([.page])),
      .init(
        "connection.nothing-behind-refusal", "9112 9.6",
        request("GET / HTTP/1.1", "X : y") + get + get,
        .refused([400])),
    ]

  /// RFC 9110 10.1.1: Expect.
  static let expectations: [ConformanceCase] = [
    .init(
      "expect.content-is-there", "9110 10.1.1",
      request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", content: "ab"),
      .answers([.echo("ab")])),
    .init(
      "expect.any-case", "9110 10.1.1",
      request("POST / HTTP/1.1", "expect: 100-Continue", "Content-Length: 2", content: "ab"),
      .answers([.echo("ab")])),
    .init(
      "expect.chunked", "9110 10.1.1",
      request(
        "POST / HTTP/1.1", "Expect: 100-continue", "Transfer-Encoding: chunked",
        content: "1\r\na\r\n0\r\n\r\n"),
      .answers([.echo("a")])),
    .init(
      "no-expect.no-content", "9110 10.1.1", request("GET / HTTP/1.1", "Expect: 100-continue"),
      .answers([.page])),
    .init(
      "no-expect.length-0", "9110 10.1.1",
      request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 0"), .answers([.echo("")])
    ),
    .init(
      "no-expect.1.0", "9110 10.1.1",
      "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
      .closes([.echo("ab")])),
    .init(
      "no-expect.unknown", "9110 10.1.1", request("GET / HTTP/1.1", "Expect: the unexpected"),
      .refused([417])),
    .init(
      "expect.list", "9110 5.6.1.2",
      request(
        "POST / HTTP/1.1", "Expect: 100-continue, 100-continue,", "Expect: 100-Continue",
        "Content-Length: 2", content: "ab"),
      .answers([.echo("ab")])),
    .init(
      "no-expect.list-with-another", "9110 10.1.1",
      request("GET / HTTP/1.1", "Expect: 100-continue, another"), .refused([417])),
    .init(
      "no-expect.not-found", "9110 10.1.1",
      request("POST /x HTTP/1.1", "Expect: 100-continue", "Content-Length: 2"),
      .closes([.status(404)])),
    .init(
      "no-expect.no-such-method-here", "9110 10.1.1",
      request("PUT / HTTP/1.1", "Expect: 100-continue", "Transfer-Encoding: chunked"),
      .closes([.status(405).with("allow")])),
    .init(
      "no-expect.no-such-method", "9110 10.1.1",
      request("BREW / HTTP/1.1", "Expect: 100-continue", "Content-Length: 2"),
      .closes([.status(501)])),
    .init(
      "no-expect.options", "9110 10.1.1",
      request("OPTIONS / HTTP/1.1", "Expect: 100-continue", "Content-Length: 2"),
      .closes([.status(204).with("allow")])),
    .init(
      "no-expect.refused-with-content", "9110 10.1.1",
      request(
        "POST /x HTTP/1.1", "Expect: 100-continue", "Connection: close", "Content-Length: 2",
        content: "ab"),
      .closes([.status(404)])),
    .init(
      "no-expect.too-large", "9110 10.1.1",
      request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 9000"), .refused([413])),
  ]

  /// RFC 9112 9.3.2: several requests at once.
  static let pipelines: [ConformanceCase] = [
    .init("pipeline.two", "9112 9.3.2", get + get, .answers([.page, .page])),
    .init(
      "pipeline.mixed", "9112 9.3.2",
      get + post("one") + request("HEAD / HTTP/1.1") + request("GET /x HTTP/1.1") + post("two")
        + request("OPTIONS * HTTP/1.1") + request("PUT / HTTP/1.1") + request("BREW / HTTP/1.1")
        + get,
      .answers([
        .page, .echo("one"), .head, .status(404), .echo("two"), .status(204), .status(405),
        .status(501), .page,
      ])),
    .init(
      "pipeline.100", "9112 9.3.2", (0..<100).map { post("number \($0)") }.joined(),
      .answers((0..<100).map { .echo("number \($0)") })),
    .init(
      "pipeline.chunked-between", "9112 9.3.2",
      post("1")
        + request(
          "POST / HTTP/1.1", "Transfer-Encoding: chunked", content: "1\r\n2\r\n0\r\nX: y\r\n\r\n")
        + post("3"),
      .answers([.echo("1"), .echo("2"), .echo("3")])),
    .init("pipeline.empty-line-between", "9112 2.2", get + "\r\n" + get, .answers([.page, .page])),
    .init(
      "pipeline.empty-line-behind-content", "9112 2.2", post("ab") + "\r\n" + get,
      .answers([.echo("ab"), .page])),
    .init(
      "pipeline.closed-in-between", "9112 9.6",
      post("1") + request("GET / HTTP/1.1", "Connection: close"), behind: post("3"),
      .closes([.echo("1"), .page])),
    .init(
      "pipeline.bad-behind-good", "9112 9.6", get + post("ab") + "BAD\r\n\r\n" + get,
      .closes([.page, .echo("ab"), .status(400).with("connection")])),
    .init(
      "pipeline.content-one-octet-longer", "9112 6.3", post("ab") + "c" + get,
      .answers([.echo("ab"), .status(501)])),
    .init(
      "pipeline.ends-behind", "9112 9.6", get + post("ab"), ends: true,
      .closes([.page, .echo("ab")])),
    .init(
      "pipeline.ends-in-the-last", "9112 8", get + "GET / HT", ends: true,
      .closes([.page, .status(400).with("connection")])),
    .init(
      "pipeline.heads", "9110 9.3.2", String(repeating: request("HEAD / HTTP/1.1"), count: 10),
      .answers([Answer](repeating: .head, count: 10))),
  ]
}
