import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Limits")
struct LimitTests {
  private func limits(request: Int, head: Int) -> RequestParser.Limits {
    .init(request: request, head: head)
  }

  @Test("The head is never larger than the request")
  func initialiser() {
    #expect(limits(request: 10, head: 20).head == 10)
    #expect(limits(request: 20, head: 10).head == 10)
  }

  @Test("A head may be as large as its limit, and no octet larger")
  func head() {
    let head = get("Host: a", "N: 0123456789")
    let size = octets(head).count
    #expect(refusal(head, limits: limits(request: 1000, head: size)) == nil)
    #expect(refusal(head, limits: limits(request: size, head: 1000)) == nil)
    for missing in 1...15 {
      let tight = limits(request: 1000, head: size - missing)
      #expect(refusal(head, limits: tight) == .headerSectionTooLarge)
    }
  }

  @Test("A limit is answered when its last octet has come, not when one more has")
  func atOnce() {
    let head = octets(get("Host: a", "N: 0123456789"))
    let tight = limits(request: 1000, head: 40)
    #expect(parse(Array(head[..<39]), limits: tight).isIncomplete)
    #expect(parse(Array(head[..<40]), limits: tight).error == .headerSectionTooLarge)
    #expect(parse(Array(head[..<41]), limits: tight).error == .headerSectionTooLarge)
  }

  @Test("The octets behind the limit change nothing")
  func behindTheLimit() {
    for limit in 1..<40 {
      for end in [get("Host: a"), "\0\0\0", "\n\n\n", "   "] {
        let message =
          octets("GET /aaaaaaaaaaaaaaa HTTP/1.1\r\nHost: aaaaaaaaaa\r\n")[..<limit] + octets(end)
        let error = parse(Array(message), limits: limits(request: 1000, head: limit)).error
        #expect(error == .targetTooLong || error == .headerSectionTooLarge)
      }
    }
  }

  @Test("A target that does not fit is 414, any other part of the head 431")
  func target() {
    let tight = limits(request: 1000, head: 100)
    let long = String(repeating: "a", count: 100)
    #expect(refusal(get("Host: a", target: "/\(long)"), limits: tight) == .targetTooLong)
    #expect(refusal(get("Host: a", target: "/?\(long)"), limits: tight) == .targetTooLong)
    #expect(refusal(get("Host: a", target: "http://\(long)/"), limits: tight) == .targetTooLong)
    #expect(refusal("GET /\(long)\(long)", limits: tight) == .targetTooLong)
    #expect(refusal(get("Host: \(long)"), limits: tight) == .headerSectionTooLarge)
    #expect(refusal(get("\(long): a"), limits: tight) == .headerSectionTooLarge)
    #expect(refusal(get("Host: a", "N: \(long)"), limits: tight) == .headerSectionTooLarge)
    let many = String(repeating: "N: v\r\n", count: 20)
    #expect(refusal("GET / HTTP/1.1\r\n\(many)\r\n", limits: tight) == .headerSectionTooLarge)
  }

  @Test("Head and content together may be as large as the limit, and no octet larger")
  func request() {
    let message = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"
    let size = octets(message).count
    #expect(refusal(message, limits: limits(request: size, head: size)) == nil)
    #expect(refusal(message, limits: limits(request: size - 1, head: size)) == .requestTooLarge)
    #expect(refusal(message, limits: limits(request: size - 10, head: size)) == .requestTooLarge)
    #expect(
      refusal(message, limits: limits(request: size - 11, head: size)) == .headerSectionTooLarge)
  }

  @Test("Content that will not fit is refused before any of it has come")
  func beforeContent() {
    let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n"
    let size = octets(head).count
    #expect(parse(head, limits: limits(request: size + 10, head: size)).isIncomplete)
    #expect(refusal(head, limits: limits(request: size + 9, head: size)) == .requestTooLarge)
  }

  @Test("Chunked content may fill the limit; a chunk that passes it is refused by its size")
  func chunkedContent() {
    let size = octets(chunked("")).count
    let tight = limits(request: size + 5, head: size)
    #expect(refusal(chunked("5\r\nabcde\r\n0\r\n\r\n"), limits: tight) == nil)
    #expect(refusal(chunked("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"), limits: tight) == nil)
    #expect(refusal(chunked("6"), limits: tight) == .requestTooLarge)
    #expect(refusal(chunked("2\r\nab\r\n4"), limits: tight) == .requestTooLarge)
    #expect(refusal(chunked("5\r\nabcde\r\n1"), limits: tight) == .requestTooLarge)
    #expect(refusal(chunked("05"), limits: tight) == nil)
    #expect(refusal(chunked("10"), limits: tight) == .requestTooLarge)
    let full = limits(request: size, head: size)
    #expect(refusal(chunked("0\r\n\r\n"), limits: full) == nil)
    #expect(refusal(chunked("1"), limits: full) == .requestTooLarge)
  }

  @Test("Size lines, extensions and trailers are no content")
  func overhead() {
    let size = octets(chunked("")).count
    let tight = limits(request: size + 5, head: size)
    let chunks = "1;a=b\r\nx\r\n".repeated(5) + "0;c\r\nA: b\r\nC: d\r\n\r\n"
    #expect(refusal(chunked(chunks), limits: tight) == nil)
  }

  @Test("A trailer section may be as large as a head may")
  func trailers() {
    let trailers =
      "N: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n"
    let size = octets(trailers).count
    let message = chunked("0\r\n" + trailers)
    #expect(refusal(message, limits: limits(request: 1000, head: size)) == nil)
    for head in [size - 1, size - 2, size - 3, size - 10] {
      #expect(
        refusal(message, limits: limits(request: 1000, head: head)) == .trailerSectionTooLarge)
    }
    let flood = "0\r\n" + "A: b\r\n".repeated(1000)
    #expect(
      refusal(chunked(flood), limits: limits(request: 1000, head: 100)) == .trailerSectionTooLarge)
  }

  @Test("Each message of a connection has the limits for itself")
  func pipelined() {
    let message = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789"
    let size = octets(message).count
    let outcome = parse(message.repeated(20), limits: limits(request: size, head: size - 10))
    #expect(outcome.requests.count == 20 && outcome.error == nil)
  }

  @Test(
    "A size does not overflow, however large a request may be",
    arguments: [1 << 31, 1 << 40, 1 << 58, .max])
  func hugeLimits(request: Int) {
    let huge = limits(request: request, head: 1000)
    for size in [
      "8000000000000000", "ffffffffffffffff", "10000000000000003", "fffffffffffffffffffff",
    ] {
      #expect(refusal(chunked("\(size)\r\n"), limits: huge) == .requestTooLarge)
    }
    let length = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775813\r\n\r\n"
    #expect(refusal(length, limits: huge) == .requestTooLarge)
  }

  @Test("With next to no room everything is refused, and nothing worse", arguments: 0..<4)
  func noRoom(size: Int) {
    #expect(
      refusal(get("Host: a"), limits: limits(request: size, head: size)) == .headerSectionTooLarge)
  }
}
