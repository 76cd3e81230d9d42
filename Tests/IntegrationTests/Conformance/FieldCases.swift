extension ConformanceCase {
  private static func get(_ field: String) -> String { request("GET / HTTP/1.1", field) }

  /// RFC 9110 5 and RFC 9112 5: field lines.
  static let fields: [ConformanceCase] =
    [
      "X: y", "X:y", "X:\t y \t", "X:", "X: ", "x-Y-z: 1", "!#$%&'*+-.^_`|~09azAZ: all", "X: a\tb",
      "X: \u{80}\u{e9}\u{ff}", "X: \"quoted, string\"", "X: ;=(),/:?@[]{}<>\\", "X: a\r\nX: b",
      "Content-Type: whatever", "Cookie: a=b; c=d", "Accept: */*\r\nAccept-Encoding: gzip",
      "Transfer_Encoding: chunked", "Content_Length: 5", "X-Content-Length: 5",
    ].map { field in
      .init("field.\(field.debugDescription)", "9112 5", get(field), .answers([.page]))
    }
    + [
      "X : y", "X\t: y", " X: y", "\tX: y", ": y", "X", "X y", "X y: z", "X(: y", "X@: y", "X[: y",
      "X/: y",
      "X=: y", "X\": y", "X,: y", "X;: y", "X{: y", "X\u{0}: y", "X\u{7f}: y", "X\u{e9}: y",
      "X\u{1}: y",
    ].map { field in
      .init("field.invalid-name.\(field.debugDescription)", "9112 5.1", get(field), .refused([400]))
    }
    + [
      "X: a\u{0}b", "X: a\u{1}b", "X: a\u{8}b", "X: a\u{b}b", "X: a\u{1f}b", "X: a\u{7f}b",
      "X: \u{0}",
      "X: y\u{0}", "X: a\rb", "X: a\r\rb", "X: a\nb", "X: a\nContent-Length: 5", "X: a\r",
    ].map { field in
      .init(
        "field.invalid-value.\(field.debugDescription)", "9110 5.5", get(field), .refused([400]))
    }
    + [
      "X: a\r\n b", "X: a\r\n\tb", "X: a\r\n ", "X:\r\n b", "X: a\r\n b\r\n c",
    ].map { field in
      .init("field.folded.\(field.debugDescription)", "9112 5.2", get(field), .refused([400]))
    }
    + [
      .init(
        "field.whitespace-before-first", "9112 2.2",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n", .refused([400])),
      .init(
        "field.empty-line-of-space", "9112 2.2", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n",
        .refused([400])),
      .init(
        "field.section-ends-in-lf", "9112 2.2", "GET / HTTP/1.1\r\nHost: a\r\n\n", .refused([400])),
      .init(
        "field.section-ends-in-cr-cr", "9112 2.2", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n",
        .refused([400])),
      .init(
        "field.line-ends-in-lf", "9112 2.2", "GET / HTTP/1.1\r\nHost: a\n\r\n", .refused([400])),
      .init(
        "field.line-ends-in-cr", "9112 2.2", "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
        .refused([400])),
      .init(
        "field.ends-in-name", "9112 8", "GET / HTTP/1.1\r\nHost: a\r\nX", ends: true,
        .refused([400])),
      .init(
        "field.ends-before-empty-line", "9112 8", "GET / HTTP/1.1\r\nHost: a\r\n", ends: true,
        .refused([400])),
      .init(
        "field.ends-in-empty-line", "9112 8", "GET / HTTP/1.1\r\nHost: a\r\n\r", ends: true,
        .refused([400])),
      .init(
        "field.many", "9110 5.4", get((0..<300).map { "X-\($0): \($0)" }.joined(separator: "\r\n")),
        .answers([.page])),
      .init(
        "field.large", "9110 5.4", get("X: \(String(repeating: "x", count: 8000))"),
        .answers([.page])),
      .init(
        "field.too-large", "6585 5", get("X: \(String(repeating: "x", count: 8200))"),
        .refused([431])),
      .init(
        "field.name-without-end", "6585 5",
        "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "x", count: 9000))", .refused([431])),
      .init(
        "field.too-many", "6585 5",
        get((0..<1200).map { "X-\($0): \($0)" }.joined(separator: "\r\n")), .refused([431])),
    ]

  /// RFC 9112 3.2 and RFC 9110 7.2: the Host field.
  static let hosts: [ConformanceCase] =
    [
      "a", "a.example", "A-b_c.example", "a:80", "a:", "127.0.0.1", "127.0.0.1:8080", "[::1]",
      "[::1]:80",
      "[2001:db8::ff00:42:8329]", "[::ffff:192.0.2.1]", "a%20b", "a!$&'()*+;=~b", "[v1.x]",
    ].map { host in
      .init(
        "host.\(host)", "9110 7.2", "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", .answers([.page]))
    }
    + [
      "", "a b", "a/", "a/b", "/", "u@a", "u:p@a", "a:x", "a:-1", "a:65536", "a:80:80", "a:8 0",
      "::1", "[::1",
      "::1]", "[]", "[::g]", "[::1]x", "[1:2:3:4:5:6:7]", "[1::2::3]", "[fe80::1%eth0]", "a?b",
      "a#b",
      "a\\b", "a\"b", "a<b", "a%zz", "a%4", "http://a", "a\tb", "\u{e9}", ":80", "a,b@c",
    ].map { host in
      .init(
        "host.invalid.\(host.debugDescription)", "9112 3.2",
        "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", .refused([400]))
    }
    + [
      .init("host.missing", "9112 3.2", "GET / HTTP/1.1\r\n\r\n", .refused([400])),
      .init(
        "host.missing-with-others", "9112 3.2", "GET / HTTP/1.1\r\nX: y\r\n\r\n", .refused([400])),
      .init("host.missing-in-1.2", "9112 3.2", "GET / HTTP/1.2\r\n\r\n", .refused([400])),
      .init("host.missing-in-1.0", "9112 3.2", "GET / HTTP/1.0\r\n\r\n", .closes([.page])),
      .init(
        "host.name-in-any-case", "9110 5.1", "GET / HTTP/1.1\r\nhOsT: a\r\n\r\n", .answers([.page])),
      .init("host.two", "9112 3.2", request("GET / HTTP/1.1", "Host: b"), .refused([400])),
      .init("host.two-the-same", "9112 3.2", request("GET / HTTP/1.1", "Host: a"), .refused([400])),
      .init("host.two-in-1.0", "9112 3.2", request("GET / HTTP/1.0", "Host: a"), .refused([400])),
      .init(
        "host.missing-with-expectation", "9112 3.2",
        "GET / HTTP/1.1\r\nExpect: x\r\n\r\n", .refused([400])),
      .init(
        "host.missing-with-coding", "9112 3.2",
        "GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .refused([400])),
      .init(
        "host.missing-with-large-length", "9112 3.2",
        "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", .refused([400])),
      .init(
        "host.second-behind-coding", "9112 3.2",
        request("GET / HTTP/1.1", "Transfer-Encoding: gzip, chunked", "Host: b"), .refused([400])),
      .init(
        "host.missing-with-content", "9112 3.2",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", .refused([400])),
    ]
}
