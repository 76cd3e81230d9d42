import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct MetricsTests {
  private func server(_ change: (inout Configuration) -> Void = { _ in }) throws -> TestServer {
    try TestServer {
      $0.adminPort = TestServer.adminPort
      change(&$0)
    }
  }

  /// The samples by name and labels, those with a fraction left out.
  private func samples(_ server: TestServer) throws -> [String: Int] {
    let reply = server.adminAnswer(request("GET", "/metrics"))
    var samples: [String: Int] = [:]
    for line in reply.text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: " ")
      try #require(parts.count == 2)
      let isNumber = parts[1].wholeMatch(of: /[0-9]+(\.[0-9]*[1-9])?/) != nil
      #expect(isNumber, "\(line)")
      if parts[1].contains(".") { continue }
      #expect(samples.updateValue(try #require(Int(parts[1])), forKey: String(parts[0])) == nil)
    }
    return samples
  }

  @Test("The format is Prometheus' text format")
  func format() throws {
    let server = try server()
    _ = server.answer(request("GET"))
    let reply = server.adminAnswer(request("GET", "/metrics"))
    #expect(reply["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(reply.text.hasSuffix("\n"))
    var described = ""
    var isHistogram = false
    for line in reply.text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# HELP ") {
        described = String(words[2])
        #expect(words.count > 3)
      } else if line.hasPrefix("# TYPE ") {
        #expect(words[2] == described)
        isHistogram = words[3] == "histogram"
        #expect(isHistogram || words[3] == (described.hasSuffix("_total") ? "counter" : "gauge"))
      } else {
        let name = words[0].split(separator: "{")[0]
        let parts = isHistogram ? ["_bucket", "_sum", "_count"] : [""]
        #expect(parts.contains { name == described + $0 }, "\(line)")
      }
    }
  }

  @Test("Requests are counted by method and status, those of the admin port are not")
  func requests() throws {
    let server = try server()
    for _ in 0..<3 { _ = server.answer(request("GET")) }
    _ = server.answer(request("HEAD"), method: "HEAD")
    _ = server.answer(request("POST", content: "x"))
    _ = server.answer(request("DELETE"))
    _ = server.answer(request("FOO"))
    _ = server.answer("nonsense\r\n")
    _ = server.answer("GET nowhere HTTP/1.1\r\n")
    let samples = try samples(server)
    let counted = samples.filter { $0.key.hasPrefix("http_requests_total") }
    #expect(
      counted == [
        "http_requests_total{method=\"GET\",code=\"200\"}": 3,
        "http_requests_total{method=\"HEAD\",code=\"200\"}": 1,
        "http_requests_total{method=\"POST\",code=\"200\"}": 1,
        "http_requests_total{method=\"DELETE\",code=\"405\"}": 1,
        "http_requests_total{method=\"other\",code=\"501\"}": 1,
        "http_requests_total{method=\"other\",code=\"400\"}": 1,
        "http_requests_total{method=\"GET\",code=\"400\"}": 1,
      ])
  }

  @Test("What no handler has seen is counted by its reason as well")
  func rejections() throws {
    let server = try server()
    for text in [
      "nonsense\r\n", "GET nowhere HTTP/1.1\r\n", "GET / HTTP/3.0\r\n",
      request("POST", "/", ["Content-Length: 99999"]), request("GET", "/", ["Expect: more"]),
      request("POST", "/", ["Transfer-Encoding: gzip, chunked"]),
      "GET /" + String(repeating: "x", count: 9000),
      "GET / HTTP/1.1\r\nA: "
        + String(repeating: "x", count: 9000),
    ] { _ = server.answer(text) }
    _ = server.answer(request("DELETE"))
    let samples = try samples(server).filter { $0.key.contains("rejected") }
    #expect(
      samples == [
        "http_requests_rejected_total{reason=\"timeout\"}": 0,
        "http_requests_rejected_total{reason=\"malformed\"}": 2,
        "http_requests_rejected_total{reason=\"unsupported_version\"}": 1,
        "http_requests_rejected_total{reason=\"request_too_large\"}": 1,
        "http_requests_rejected_total{reason=\"unsupported_expectation\"}": 1,
        "http_requests_rejected_total{reason=\"not_implemented\"}": 1,
        "http_requests_rejected_total{reason=\"target_too_long\"}": 1,
        "http_requests_rejected_total{reason=\"fields_too_large\"}": 1,
      ])
  }

  @Test("A request that runs out of time is counted once, as a 408 and as timed out")
  func timedOut() throws {
    let server = try server()
    let client = server.connect(sending: "GET / HTTP/1.1\r\n")
    server.run(for: .seconds(10))
    client.finish()
    server.run()
    let samples = try samples(server)
    #expect(samples["http_requests_total{method=\"GET\",code=\"408\"}"] == 1)
    #expect(samples["http_connections_timed_out_total"] == 1)
    #expect(samples["http_requests_rejected_total{reason=\"timeout\"}"] == 1)
  }

  @Test("Connections are counted as they come, go and are lost")
  func connections() throws {
    let server = try server()
    let clients = (0..<3).map { _ in server.connect() }
    server.publicListener.queue.append(nil)
    server.run()
    #expect(try samples(server)["http_connections_open"] == 3)
    #expect(try samples(server)["http_connections_lost_total"] == 1)
    clients[0].reset()
    server.run()
    #expect(try samples(server)["http_connections_open"] == 2)
  }

  @Test("Each time that accepting waits counts once")
  func pauses() throws {
    let server = try server { $0.maxConnections = 1 }
    let client = server.connect()
    server.run()
    #expect(try samples(server)["http_accept_pauses_total"] == 1)
    client.finish()
    server.run()
    #expect(try samples(server)["http_accept_pauses_total"] == 1)
    server.publicListener.exhaustedUntil = server.now + 50_000_000
    _ = server.connect()
    server.run()
    server.run(for: .milliseconds(120))
    #expect(try samples(server)["http_accept_pauses_total"] == 3)
  }

  @Test("Octets are counted, those of refused requests as well")
  func octetCounts() throws {
    let server = try server()
    let texts = [request("GET"), request("POST", content: "abc"), "nonsense\r\n", "G"]
    var sent = 0
    for text in texts {
      let client = server.connect(sending: text)
      client.send("what comes too late")
      server.run()
      sent += client.received.count
    }
    let received = texts.reduce(0) { $0 + $1.utf8.count + "what comes too late".utf8.count }
    #expect(server.loop.context.journal.metrics.octetsReceived == received)
    #expect(server.loop.context.journal.metrics.octetsSent == sent)
    // Those of probes and scrapes are not.
    _ = server.adminAnswer(request("GET", "/metrics"))
    #expect(server.loop.context.journal.metrics.octetsReceived == received)
    #expect(server.loop.context.journal.metrics.octetsSent == sent)
  }

  @Test("Octets are counted when they are taken, not when they are ready to be sent")
  func pendingOctets() throws {
    let server = try TestServer()
    let client = server.connect()
    client.room = 50
    client.send(request("GET"))
    server.run()
    #expect(server.loop.context.journal.metrics.octetsSent == 50)
    client.read(10)
    server.run()
    #expect(server.loop.context.journal.metrics.octetsSent == 60)
  }

  @Test("The time since the start and the readiness are told")
  func gauges() throws {
    let server = try server()
    let start = try #require(try samples(server)["process_start_time_seconds"])
    #expect(start > 0)
    server.run(for: .seconds(3661))
    #expect(try samples(server)["process_start_time_seconds"] == start)
    let page = server.adminAnswer(request("GET", "/")).text
    #expect(page.contains("Seconds since the start<td>3661\n"))
    #expect(try samples(server)["http_connections_limit"] == 8)
    #expect(try samples(server)["http_server_ready"] == 1)
    server.network.drainRequested = true
    server.run()
    #expect(try samples(server)["http_server_ready"] == 0)
  }

  @Test("Siblings of another version are told apart: a changed layout has another number")
  func layout() {
    // What changes here is a new layout: raise `Metrics.layoutVersion`, then the text.
    let offsets: [(String, Int?)] = [
      ("startTime", MemoryLayout<Metrics>.offset(of: \.startTime)),
      ("durations", MemoryLayout<Metrics>.offset(of: \.durations)),
      ("connectionsAccepted", MemoryLayout<Metrics>.offset(of: \.connectionsAccepted)),
      ("connectionsLost", MemoryLayout<Metrics>.offset(of: \.connectionsLost)),
      ("acceptPauses", MemoryLayout<Metrics>.offset(of: \.acceptPauses)),
      ("connectionsTimedOut", MemoryLayout<Metrics>.offset(of: \.connectionsTimedOut)),
      ("connectionsEvicted", MemoryLayout<Metrics>.offset(of: \.connectionsEvicted)),
      ("connectionsOverLimit", MemoryLayout<Metrics>.offset(of: \.connectionsOverLimit)),
      ("connectionsOutOfMemory", MemoryLayout<Metrics>.offset(of: \.connectionsOutOfMemory)),
      ("octetsReceived", MemoryLayout<Metrics>.offset(of: \.octetsReceived)),
      ("octetsSent", MemoryLayout<Metrics>.offset(of: \.octetsSent)),
      ("logLinesLost", MemoryLayout<Metrics>.offset(of: \.logLinesLost)),
      ("instancesStarted", MemoryLayout<Metrics>.offset(of: \.instancesStarted)),
      ("gauges", MemoryLayout<Metrics>.offset(of: \.gauges)),
    ]
    let text = offsets.map { "\($0.0) \($0.1 ?? -1)" }.joined(separator: ", ")
    #expect(
      "\(Metrics.layoutVersion): \(text)"
        == """
        4: startTime 8, durations 3824, connectionsAccepted 3944, connectionsLost 3952, \
        acceptPauses 3960, connectionsTimedOut 3968, connectionsEvicted 3976, \
        connectionsOverLimit 3984, connectionsOutOfMemory 3992, octetsReceived 4000, \
        octetsSent 4008, logLinesLost 4016, instancesStarted 4024, gauges 4032
        """)
    // They are words and nothing else, and fit behind the host's words on a page of the board.
    #expect(MemoryLayout<Metrics>.size % 8 == 0)
    #expect(MemoryLayout<Metrics>.size <= 4096 - 24)
  }

  @Test("All figures together fit into a response")
  func size() throws {
    let server = try server { $0.maxRequestSize = 200 }
    for method in 0..<UInt8(Method.count) {
      for status in 0..<UInt8(Status.namedCount) {
        for _ in 0..<3 {
          server.loop.context.journal.metrics.countRequest(
            Method(rawValue: method)!, Status(place: status))
        }
      }
    }
    for error in RequestError.allCases {
      server.loop.context.journal.metrics.countRejection(.get, error.status)
    }
    #expect(server.adminAnswer(request("GET", "/metrics")).status == 200)
    let others = 8 + 16 + 17  // reasons, the histogram's, figures of their own
    #expect(try samples(server).count == 400 + others)
  }
}
