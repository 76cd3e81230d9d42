extension ConformanceCase {
  /// RFC 9112 3.2: the four forms of a request target.
  static let targets: [ConformanceCase] =
    // The page, by other names.
    [
      "/?", "/?query", "/?a=b&c=/d?e", "/?%20%41", "/?a|[b]={^`}\\'", "/?100%", "http://a/",
      "http://a", "http://a?x",
      "HTTP://a/",
      "https://a/", "http://a:80/", "http://[::1]/", "http://other.example/",
    ].map { target in
      .init(
        "target.page.\(target)", "9112 3.2", request("GET \(target) HTTP/1.1"), .answers([.page]))
    }
    // Valid, but not the page: a path is neither decoded nor normalised.
    + [
      "/x", "//", "/.", "/..", "/%2e", "/%00", "/%2F", "/a/b/c/", "/!$&'()*+,;=:@-._~", "/%e9",
      "/*", "/a|b", "/[a]", "/a^b", "/it's",
      "http://a/x", "http://a//",
    ].map { target in
      .init(
        "target.other.\(target)", "9112 3.2", request("GET \(target) HTTP/1.1"),
        .answers([.status(404)]))
    }
    // No target at all.
    + [
      "x", "*", "*/", "a:80", "/#fragment", "/?q#fragment", "/a\"b", "/a<b", "/a>b", "/a\\b",
      "/a`b", "/a{b", "/a}b", "/a\u{7f}b", "/a\u{e9}b", "/a\u{1}b", "/?a\u{e9}", "/?a\u{0}",
      "/?a\"b", "/%", "/%4", "/%zz", "/%4z", "ftp://a/", "http:/a", "http:a", "http://", "http:///",
      "http://u@a/", "http://a:x/", "http://a:65536/", "http://[::1/", "http://[::g]/", "?x",
    ].map { target in
      .init(
        "target.invalid.\(target.debugDescription)", "9112 3.2",
        request("GET \(target) HTTP/1.1"), .refused([400]))
    }
    + ["/", "a", "a:", "a:0", "a:65536", "a:x", "http://a:80", "*", ":80", "u@a:80"].map { target in
      .init(
        "target.connect.\(target)", "9112 3.2.3",
        "CONNECT \(target) HTTP/1.1\r\nHost: a:80\r\n\r\n", .refused([400]))
    }
    + [
      .init(
        "target.options-absolute", "9112 3.2.4", request("OPTIONS http://a HTTP/1.1"),
        .answers([.status(204).with("allow")])),
      .init("target.post-asterisk", "9112 3.2.4", request("POST * HTTP/1.1"), .refused([400])),
      .init(
        "target.absolute-over-host", "9112 3.2.2",
        "GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", .answers([.page])),
      .init(
        "target.absolute-without-host", "9112 3.2", "GET http://b.example/ HTTP/1.1\r\n\r\n",
        .refused([400])),
      .init(
        "target.long", "9112 3", request("GET /\(String(repeating: "x", count: 7900)) HTTP/1.1"),
        .answers([.status(404)])),
      .init(
        "target.too-long", "9110 15.5.15",
        request("GET /\(String(repeating: "x", count: 8200)) HTTP/1.1"), .refused([414])),
      .init(
        "target.without-end", "9110 15.5.15", "GET /\(String(repeating: "x", count: 9000))",
        .refused([414])),
      .init(
        "target.ends-in-it", "9112 8", "GET /half", ends: true, .refused([400])),
    ]
}
