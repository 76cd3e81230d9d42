extension ConformanceCase {
  /// RFC 9112 3, 2.2, 2.3 and RFC 9110 9: methods, versions, and the line that they are on.
  static let requestLines: [ConformanceCase] =
    [
      .init("line.get", "9112 3", request("GET / HTTP/1.1"), .answers([.page])),
      .init("line.head", "9110 9.3.2", request("HEAD / HTTP/1.1"), .answers([.head])),
      .init(
        "line.post", "9110 9.3.3", request("POST / HTTP/1.1", "Content-Length: 2", content: "ab"),
        .answers([.echo("ab")])),
      .init("line.not-found", "9110 15.5.5", request("GET /x HTTP/1.1"), .answers([.status(404)])),
      .init(
        "line.options", "9110 9.3.7", request("OPTIONS / HTTP/1.1"),
        .answers([.status(204).with("allow")])),
      .init(
        "line.options-asterisk", "9112 3.2.4", request("OPTIONS * HTTP/1.1"),
        .answers([.status(204).with("allow")])),
      .init(
        "line.connect", "9110 9.3.6", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        .closes([.status(405).with("allow")])),
      .init(
        "line.method-is-case-sensitive", "9110 9.1", request("get / HTTP/1.1"),
        .answers([.status(501)])),
      .init(
        "line.unknown-method", "9110 9.1", request("BREW / HTTP/1.1"), .answers([.status(501)])),
      .init(
        "line.unknown-method-of-all-token-octets", "9110 5.6.2",
        request("!#$%&'*+-.^_`|~ / HTTP/1.1"), .answers([.status(501)])),
      .init(
        "line.long-method", "9112 3", request("\(String(repeating: "M", count: 40)) / HTTP/1.1"),
        .answers([.status(501)])),
      .init(
        "line.long-method-without-host", "9112 3.2",
        "\(String(repeating: "M", count: 40)) / HTTP/1.1\r\n\r\n", .refused([400])),
      .init(
        "line.method-too-long", "9112 3",
        request("\(String(repeating: "M", count: 9000)) / HTTP/1.1"), .refused([501])),
      .init(
        "line.empty-line-before", "9112 2.2", "\r\n" + request("GET / HTTP/1.1"), .answers([.page])),
      .init(
        "line.empty-lines-before", "9112 2.2", "\r\n\r\n\r\n" + request("GET / HTTP/1.1"),
        .refused([400])),
      .init("line.lf-before", "9112 2.2", "\n" + request("GET / HTTP/1.1"), .refused([400])),
      .init("line.cr-before", "9112 2.2", "\r" + request("GET / HTTP/1.1"), .refused([400])),
      .init("line.http-1.0", "9112 9.3", "GET / HTTP/1.0\r\n\r\n", .closes([.page])),
      .init("line.http-1.2", "9110 2.5", request("GET / HTTP/1.2"), .answers([.page])),
      .init("line.http-1.9", "9110 2.5", request("GET / HTTP/1.9"), .answers([.page])),
      .init("line.lf-only", "9112 2.2", "GET / HTTP/1.1\nHost: a\n\n", .refused([400])),
      .init("line.lf-ends-line", "9112 2.2", "GET / HTTP/1.1\nHost: a\r\n\r\n", .refused([400])),
      .init("line.cr-ends-line", "9112 2.2", "GET / HTTP/1.1\rHost: a\r\n\r\n", .refused([400])),
      .init("line.cr-cr-lf", "9112 2.2", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .refused([400])),
      .init("line.ends-in-method", "9112 8", "GE", ends: true, .refused([400])),
      .init("line.ends-in-line", "9112 8", "GET / HTTP/1.1", ends: true, .refused([400])),
      .init("line.nothing", "9112 8", "", ends: true, .closes([])),
      .init("line.only-an-empty-line", "9112 2.2", "\r\n", ends: true, .closes([])),
      .init(
        "line.http-2-preface", "9112 2.3", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused([505])),
      .init(
        "line.proxy-protocol-1", "9112 3",
        "PROXY TCP4 192.0.2.1 192.0.2.2 51234 80\r\n" + request("GET / HTTP/1.1"), .refused([400])),
      .init(
        "line.proxy-protocol-1-unknown", "9112 3", "PROXY UNKNOWN\r\n" + request("GET / HTTP/1.1"),
        .refused([400])),
      .init(
        "line.proxy-protocol-2", "9112 3",
        "\r\n\r\n\u{0}\r\nQUIT\n\u{21}\u{11}\u{0}\u{c}abcdefghijkl" + request("GET / HTTP/1.1"),
        .refused([400])),
      .init(
        "line.tls", "9112 3", "\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\u{0}\u{0}\u{1}\u{0}", .refused([400])
      ),
    ]
    // Methods that are known, for a resource that has none of them.
    + ["PUT", "DELETE", "PATCH", "TRACE"].map { method in
      .init(
        "line.known-method.\(method)", "9110 15.5.6", request("\(method) / HTTP/1.1"),
        .answers([.status(405).with("allow")]))
    }
    + [
      ("0.9", [400, 505]), ("2.0", [505]), ("3.0", [505]), ("9.9", [505]), ("1.10", [400]),
      ("1.", [400]), ("1", [400]), (".1", [400]), ("01.1", [400]), ("A.1", [400]), ("1,1", [400]),
      ("1.1 ", [400]), ("1.1\t", [400]), ("1.1 x", [400]), (" 1.1", [400]), ("", [400]),
      ("-1.1", [400]),
      ("1.\u{b9}", [400]),
    ].map { version, statuses in
      .init(
        "line.version.\(version)", "9112 2.3", request("GET / HTTP/\(version)"),
        .refused(statuses))
    }
    + ["http/1.1", "Http/1.1", "HTTPS/1.1", "HTTP1.1", "HTTP 1.1", "ICY/1.1", "HTTP\\1.1"].map {
      name in
      .init("line.name.\(name)", "9112 2.3", request("GET / \(name)"), .refused([400]))
    }
    + [
      "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1", " GET / HTTP/1.1",
      "\tGET / HTTP/1.1", "/ HTTP/1.1", " / HTTP/1.1", "GET HTTP/1.1", "GET /", "GET", "GET ",
      "GET / / HTTP/1.1", "GET /\u{b}HTTP/1.1", "GET /\u{0}HTTP/1.1", "GET\u{a0}/ HTTP/1.1",
    ].map { line in
      .init("line.\(line.debugDescription)", "9112 3", request(line), .refused([400]))
    }
    + [
      "G(T", "G@T", "G:T", "G,T", "G/T", "G[T", "G{T", "G\"T", "G\u{0}T", "G\u{7f}T", "G\u{e9}T",
      "G=T",
      "G;T",
    ].map { method in
      .init(
        "line.method.\(method.debugDescription)", "9110 5.6.2", request("\(method) / HTTP/1.1"),
        .refused([400]))
    }
}
