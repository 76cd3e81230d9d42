import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Request parsers")
struct RequestParserTests {
  private struct State {
    var hasBegun: Bool
    var method: HTTPCodec.Method
    var awaitsContinue: Bool
  }

  /// What a parser says that has been given some octets, in one piece.
  private func parser(after message: String) -> State {
    var parser = RequestParser(limits: .ample)
    let memory = PoisonedOctets(octets(message))
    var message = memory.mutableOctets()
    _ = try? parser.parse(&message)
    return State(
      hasBegun: parser.hasBegun, method: parser.method, awaitsContinue: parser.awaitsContinue)
  }

  private func progress(_ message: String) throws -> RequestParser.Progress {
    var parser = RequestParser(limits: .ample)
    let memory = PoisonedOctets(octets(message))
    var message = memory.mutableOctets()
    return try parser.parse(&message)
  }

  private let post = "POST / HTTP/1.1\r\nHost: a\r\n"

  @Test("A request has its parts as they were sent")
  func parts() throws {
    let head = "POST /a/b?c=d HTTP/1.1\r\nHost: a.example\r\nX-N:  v \r\nContent-Length: 4\r\n\r\n"
    let message = head + "\0\r\n\u{FF}"
    #expect(
      try request(message)
        == ParsedRequest(
          method: "POST", target: "/a/b?c=d", path: "/a/b", query: "c=d",
          fields: [
            .init(name: "Host", value: "a.example"), .init(name: "X-N", value: "v"),
            .init(name: "Content-Length", value: "4"),
          ],
          content: [0, 13, 10, 255], isHTTP11: true, keepsAlive: true, next: octets(message).count))
  }

  @Test("Messages behind one another in one buffer are read one by one")
  func pipelining() {
    let messages = [
      get("Host: a", target: "/1"), "\r\n" + get("Host: a", target: "/2"),
      chunked("3\r\nabc\r\n1\r\nd\r\n0\r\nA: b\r\n\r\n"), get(target: "/3", version: "HTTP/1.0"),
      "PUT /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\r\n", chunked("0\r\n\r\n"),
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    ]
    let outcome = parse(messages.joined())
    var end = 0
    #expect(outcome.error == nil && !outcome.isIncomplete)
    #expect(
      outcome.requests.map(\.next)
        == messages.map {
          end += octets($0).count
          return end
        })
    #expect(outcome.requests.map(\.path) == ["/1", "/2", "/", "/3", "/4", "/", ""])
    #expect(outcome.requests.map { text($0.content) } == ["", "", "abcd", "", "\r\n", "", ""])
  }

  @Test("The messages before one that is refused are not touched by it")
  func errorBehind() {
    let outcome = parse(get("Host: a") + chunked("1\r\nx\r\n0\r\n\r\n") + "BAD\r\n")
    #expect(outcome.requests.count == 2)
    #expect(outcome.error == .invalidMethod)
  }

  @Test("Content that looks like a request is content")
  func contentIsNoRequest() {
    let inner = get("Host: b", target: "/inner")
    let message = post + "Content-Length: \(octets(inner).count)\r\n\r\n" + inner
    #expect(parse(message + get("Host: a")).requests.map(\.path) == ["/", "/"])
  }

  @Test("Of a head and of counted content everything is retained")
  func retained() throws {
    for message in [
      "G", "\r\n", "GET / HT", post, post + "Content-Length: 5\r\n\r\n",
      post + "Content-Length: 5\r\n\r\nabc",
    ] {
      #expect(try progress(message) == .incomplete(retained: octets(message).count))
    }
  }

  @Test("Of chunked content only the content is retained, without its sizes")
  func retainedChunks() throws {
    let head = octets(chunked("")).count
    for (chunks, size) in [
      ("", 0), ("5", 0), ("5;a=b\r\n", 0), ("5\r\nabc", 3), ("5\r\nabcde\r\n", 5),
      ("5\r\nabcde\r\n3;x\r\nfg", 7), ("5\r\nabcde\r\n0\r\nA: b\r\n", 5),
    ] {
      #expect(try progress(chunked(chunks)) == .incomplete(retained: head + size))
    }
  }

  @Test("Nothing is needed of octets that are not there yet, and no octets change nothing")
  func noOctets() throws {
    var parser = RequestParser(limits: .ample)
    let memory = PoisonedOctets(octets(get("Host: a")))
    func parse(_ count: Int) throws -> RequestParser.Progress {
      var message = memory.mutableOctets(to: count)
      return try parser.parse(&message)
    }
    #expect(try parse(0) == .incomplete(retained: 0))
    let hasBegun = parser.hasBegun
    #expect(!hasBegun)
    #expect(try parse(5) == .incomplete(retained: 5))
    #expect(try parse(5) == .incomplete(retained: 5))
    #expect(try parse(memory.count) == .complete(next: memory.count))
  }

  @Test("A request begins with its first octet, and an empty line is none of it")
  func hasBegun() {
    for message in ["", "\r", "\r\n"] { #expect(!parser(after: message).hasBegun) }
    for message in ["G", "\r\nG", "\r\n\r", "GET /", post, chunked("3\r\n")] {
      #expect(parser(after: message).hasBegun)
    }
  }

  @Test("The method is known as soon as it has been read, even of a request that is refused")
  func method() {
    #expect(parser(after: "HEA").method == .unknown)
    #expect(parser(after: "HEAD ").method == .head)
    #expect(parser(after: "HEAD / HTTP/1.1\r\nHost: ?\r\n\r\n").method == .head)
    #expect(parser(after: "\r\nPUT /").method == .put)
  }

  @Test("A client waits for 100 (Continue) from its head's end to its content's first octet")
  func awaitsContinue() {
    let counted = post + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    let chunked = post + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    for head in [counted, chunked] {
      #expect(parser(after: head).awaitsContinue)
      #expect(!parser(after: String(head.dropLast())).awaitsContinue)
    }
    #expect(!parser(after: counted + "a").awaitsContinue)
    #expect(!parser(after: counted + "abcd").awaitsContinue)
    #expect(!parser(after: chunked + "5\r\na").awaitsContinue)
  }

  @Test(
    "A client that has sent a chunk's size does not wait",
    arguments: ["5", "5\r\n", "5;a", "0\r\n", "0\r\nA: b\r\n"])
  func awaitsContinueChunked(chunks: String) {
    let head = post + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    let awaitsContinue = parser(after: head + chunks).awaitsContinue
    #expect(!awaitsContinue)
  }

  @Test("A client that expects nothing, sends nothing or speaks HTTP/1.0 does not wait")
  func awaitsNothing() {
    #expect(!parser(after: post + "Content-Length: 5\r\n\r\n").awaitsContinue)
    #expect(!parser(after: post + "Expect: 100-continue\r\n\r\n").awaitsContinue)
    #expect(
      !parser(after: post + "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n").awaitsContinue)
    let http10 = "POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    #expect(!parser(after: http10).awaitsContinue)
  }

  @Test("Where several things are wrong, what comes first in the message is named")
  func precedence() {
    #expect(refusal("GE(T * HTTP/3.0\r\n : \r\n\r\n") == .invalidMethod)
    #expect(refusal("GET * HTTP/1.1\r\n : \r\n\r\n") == .invalidTarget)
    #expect(refusal(get("N : v", "Content-Length: x")) == .invalidFieldName)
    #expect(refusal(get("Content-Length: x", "N : v")) == .invalidFieldName)
    #expect(refusal(get("Content-Length: 99999999999", "Host: ")) == .invalidHost)
  }
}
