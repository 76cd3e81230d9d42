import Testing

@testable import ScriptedNetwork

/// TCP has no message boundaries: wherever the network cuts a request, the answer is the same.
struct SegmentationTests {
  static let messages: [(name: String, text: String)] = [
    ("GET", request("GET", "/a?b=c", ["Accept: */*", "X-Empty:"])),
    ("empty line and GET", "\r\n" + request("GET")),
    ("HEAD and GET", request("HEAD") + request("GET", "/octets?100")),
    ("POST", request("POST", content: "hello, world")),
    ("chunked", chunkedRequest(["hello", ", ", "world"])),
    (
      "chunked with extensions and trailers",
      request("POST", "/", ["Transfer-Encoding: chunked"])
        + "5;a=b;c=\"d;\\\"e\";f\r\nhello\r\n0A ; x\r\n, 89 world\r\n"
        + "000;last\r\nX-Trailer: 1\r\nX-Other:2\r\n\r\n"
    ),
    ("two POST", request("POST", content: "first") + request("POST", content: "second")),
    (
      "chunked before and behind others",
      request("POST", content: "1") + chunkedRequest(["22", "333"], trailers: "A: b\r\n")
        + request("GET") + chunkedRequest(["4444"])
    ),
    ("CR LF in content", request("POST", content: "\r\n\r\n") + chunkedRequest(["\r\n0\r\n\r\n"])),
    (
      "the last request", request("POST", content: "a") + request("GET", "/", ["Connection: close"])
    ),
    ("HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
    ("malformed chunk size", chunkedRequest(["hello"]).replacing("0\r\n\r\n", with: "x\r\n\r\n")),
    ("malformed behind a GET", request("GET") + request("GET", "no-path")),
    ("two Content-Length", request("POST", "/", ["Content-Length: 1"], content: "a")),
    ("unknown expectation", request("POST", "/", ["Expect: something"], content: "a")),
  ]

  /// What a client gets that sends these segments.
  private func responses(
    _ segments: [ArraySlice<UInt8>], pausing: Bool, bufferSize: Int = 2048
  ) throws -> String {
    let server = try TestServer {
      $0.bufferSize = bufferSize
      $0.maxConnections = 1
    }
    let client = server.connect()
    for segment in segments {
      client.send(segment)
      if pausing { server.run() }
    }
    server.run()
    return client.text
  }

  /// What is decoded in place leaves little of it behind: the room for the next octets must not
  /// shrink to that.
  @Test("A request that comes in one piece is taken in few", arguments: ["chunks", "trailers"])
  func fewReads(kind: String) throws {
    let server = try TestServer { $0.maxConnections = 1 }
    let client = server.connect()
    let chunks = kind == "chunks" ? [String](repeating: "x", count: 1000) : []
    let trailers = kind == "chunks" ? "" : String(repeating: "X-Trailer: x\r\n", count: 500)
    let message = Array(chunkedRequest(chunks, trailers: trailers).utf8)
    try #require(message.count > 6000 && message.count < 8192)
    client.send(message[...])
    server.run()
    #expect(client.text.hasPrefix("HTTP/1.1 200"))
    #expect(client.takenCount <= 8)
  }

  @Test("The answer is the same for any cut in two", arguments: messages.map(\.name))
  func cuts(name: String) throws {
    let message = try #require(Self.messages.first { $0.name == name })
    let octets = Array(message.text.utf8)
    let whole = try responses([octets[...]], pausing: false)
    #expect(
      !WireReply.split(Array(whole.utf8), methods: [name.hasPrefix("HEAD") ? "HEAD" : ""]).isEmpty)
    for cut in 1..<octets.count {
      for pausing in [false, true] {
        let cuts = [octets[..<cut], octets[cut...]]
        #expect(try responses(cuts, pausing: pausing) == whole, "cut at \(cut)")
      }
    }
  }

  @Test(
    "The answer is the same octet by octet, and for any size of segment",
    arguments: messages.map(\.name))
  func octetByOctet(name: String) throws {
    let message = try #require(Self.messages.first { $0.name == name })
    let octets = Array(message.text.utf8)
    let whole = try responses([octets[...]], pausing: false)
    for size in [1, 2, 3, 5, 7, 16, 61] {
      let segments = stride(from: 0, to: octets.count, by: size).map {
        octets[$0..<min($0 + size, octets.count)]
      }
      #expect(try responses(segments, pausing: true) == whole, "segments of \(size)")
    }
  }

  @Test("The answer is the same for any BUFFER_SIZE", arguments: messages.map(\.name))
  func bufferSizes(name: String) throws {
    let message = try #require(Self.messages.first { $0.name == name })
    let octets = Array(message.text.utf8)
    let whole = try responses([octets[...]], pausing: false)
    for size in [1, 2, 3, 10, 100, 255, 256, 257] {
      let answer = try responses([octets[...]], pausing: false, bufferSize: size)
      #expect(answer == whole, "BUFFER_SIZE \(size)")
    }
  }

  @Test("A request of MAX_REQUEST_SIZE is taken, one octet more is not", arguments: [1, 100, 2048])
  func largest(bufferSize: Int) throws {
    let head = request("POST", "/", ["Content-Length: 8000"]).utf8.count
    for (size, status) in [(head + 8000, 200), (head + 7999, 413)] {
      let server = try TestServer {
        $0.maxRequestSize = size
        $0.bufferSize = bufferSize
      }
      let content = String(repeating: "x", count: 8000)
      let client = server.connect(sending: request("POST", content: content))
      #expect(client.reply().status == status)
      if status == 200 { #expect(client.reply().text == "echo: " + content) }
    }
  }

  @Test("Chunks may be many and small, framing octets do not count for MAX_REQUEST_SIZE")
  func manyChunks() throws {
    let server = try TestServer()
    let count = 7000
    let client = server.connect(
      sending: chunkedRequest([String](repeating: "x", count: count)))
    #expect(client.reply().content.count == count + 6)
  }
}
