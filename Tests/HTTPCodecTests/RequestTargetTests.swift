import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Request targets")
struct RequestTargetTests {
  private func parsed(_ method: String, _ target: String) -> Outcome {
    parse("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
  }

  @Test(
    "origin-form is a path and perhaps a query",
    arguments: [
      ("/", "/", nil), ("/a/b", "/a/b", nil), ("/a?", "/a", ""), ("/?q", "/", "q"),
      ("/a?b?c", "/a", "b?c"), ("/a?b=/c", "/a", "b=/c"), ("//", "//", nil),
      ("//b/c", "//b/c", nil),
      ("/..", "/..", nil), ("/%41%7e?%41", "/%41%7e", "%41"), ("/%00", "/%00", nil),
      ("/*", "/*", nil), ("/http://b/", "/http://b/", nil), ("/a:b@c;d=e,f", "/a:b@c;d=e,f", nil),
      ("/?a[]={|}^`\\", "/", "a[]={|}^`\\"), ("/?100%", "/", "100%"),
      ("/a|b", "/a|b", nil), ("/[a]", "/[a]", nil), ("/a^b", "/a^b", nil),
      ("/it's", "/it's", nil),
    ] as [(String, String, String?)])
  func originForm(target: String, path: String, query: String?) throws {
    for method in ["GET", "OPTIONS", "PURGE"] {
      let request = try #require(parsed(method, target).requests.first)
      #expect(request.target == target)
      #expect(request.path == path)
      #expect(request.query == query)
    }
  }

  @Test(
    "absolute-form is an http URI; without a path it has the path /",
    arguments: [
      ("http://b", "/", nil), ("http://b/", "/", nil), ("http://b/c/d", "/c/d", nil),
      ("http://b?q", "/", "q"), ("http://b/?q", "/", "q"),
      ("http://b/c?d=http://e/", "/c", "d=http://e/"),
      ("HTTP://b/c", "/c", nil), ("hTTpS://b/c", "/c", nil), ("https://b", "/", nil),
      ("http://b:80/c", "/c", nil), ("http://b:/c", "/c", nil), ("http://[::1]:80/c", "/c", nil),
      ("http://b//c", "//c", nil), ("http://%62/c", "/c", nil), ("http://b?", "/", ""),
    ] as [(String, String, String?)])
  func absoluteForm(target: String, path: String, query: String?) throws {
    let request = try #require(parsed("GET", target).requests.first)
    #expect(request.target == target)
    #expect(request.path == path)
    #expect(request.query == query)
  }

  @Test("asterisk-form is for OPTIONS; a URI without path and query means the same there")
  func asteriskForm() throws {
    for target in ["*", "http://b", "https://b:443"] {
      let request = try #require(parsed("OPTIONS", target).requests.first)
      #expect(request.path == "" && request.query == nil)
      #expect(request.target == target)
    }
    #expect(parsed("OPTIONS", "http://b/").requests.first?.path == "/")
    #expect(parsed("OPTIONS", "http://b?q").requests.first?.query == "q")
  }

  @Test(
    "asterisk-form is for no other method",
    arguments: ["GET", "POST", "CONNECT", "PURGE", "options"])
  func asteriskOtherwise(method: String) {
    #expect(parsed(method, "*").error == .invalidTarget)
  }

  @Test(
    "authority-form is for CONNECT: a host and a port",
    arguments: ["b:1", "b.example:443", "127.0.0.1:65535", "[::1]:80", "b:0080"])
  func authorityForm(target: String) throws {
    let request = try #require(parsed("CONNECT", target).requests.first)
    #expect(request.method == "CONNECT" && request.path == "" && request.query == nil)
    #expect(request.target == target)
    for method in ["GET", "OPTIONS", "PURGE"] {
      #expect(parsed(method, target).error == .invalidTarget)
    }
  }

  @Test(
    "CONNECT takes no other form, nor a port that is none",
    arguments: [
      "/", "/b:80", "http://b:80", "http://b:80/", "b", "b:", "b:0", "b:00", "b:65536", "b:a",
      ":80",
      "b:80/", "b:80?q", "u@b:80", "[::1]", "[::1]:", "[::1:80", "b:80:80", "b:-1", "b:+1",
    ])
  func connectOtherwise(target: String) {
    #expect(parsed("CONNECT", target).error == .invalidTarget)
  }

  @Test(
    "Anything else is no target",
    arguments: [
      "a", "a/b", "?q", "**", "*/", "*?", "b:80", "http:", "http:/", "http://", "http:///",
      "http://?q",
      "http:///c", "https://", "http:/b", "http:b", "ftp://b/", "httpx://b/", "ws://b/", "://b/",
      "http://u@b/", "http://u:p@b/", "http://b:65536/", "http://b:8a/", "http://[::1/",
      "http://[::g]/", "http://:80/", "http://b%/", "http://b%2/", "http://b|c/", "http://[]/",
      "/#", "/a#b", "/?a#b", "http://b/#c", "/a\\b", "\\", "/a\"b", "/<b>", "/?<", "/?\"",
      "/%", "/%4", "/%4g", "/%g4", "/%%41", "/%?", "/{b}", "/a`b", "/100%", "/100%|",
      "/\u{E9}",
      "/?\u{E9}", "/\u{7F}", "/?\u{7F}", "/a\0", "/?\0",
    ])
  func invalid(target: String) {
    #expect(parsed("GET", target).error == .invalidTarget)
  }
}
