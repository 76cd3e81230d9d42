import Foundation
import SeededRandom
import ServerHarness
import Testing

/// Many clients at once, good ones and bad ones.
struct ConcurrencyTests {
  /// Sends posts with contents of their own over one connection, and checks each answer.
  private static func behave(_ port: UInt16, _ name: String, requests: Int) throws {
    let client = try Client(port: port)
    for number in 0..<requests {
      let content = "\(name), request \(number)"
      try client.post(content)
      let response = try client.response()
      guard response.status == 200, response.text == "echo: " + content else {
        throw TestFailure("\(content) got \(response.status) \(response.text)")
      }
    }
  }

  @Test("Good clients are answered while others hang", arguments: Flavour.available)
  func goodBesideBad(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["REQUEST_TIMEOUT": "600", "WRITE_TIMEOUT": "600"])
    let silent = try (0..<8).map { _ in try server.client() }
    let slow = try (0..<8).map { index in
      let client = try server.client()
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nX-Slow: \(index)")
      return client
    }
    // Much is asked for and nothing read, until the server cannot send any more.
    let content = String(repeating: "r", count: 4000)
    let readers = try (0..<4).map { index in
      let client = try server.client(receiveBuffer: 4096)
      let sending = Background {
        for number in 0..<2000 { try client.post("\(index) \(number) \(content)") }
      }
      return (client, sending)
    }

    let port = server.port
    try inParallel(64) { index in
      try ConcurrencyTests.behave(port, "client \(index)", requests: 20)
      // The slow ones move a little, and are still not done.
      if index < 8 { try slow[index].send("x") }
    }

    for (index, client) in slow.enumerated() {
      try client.send("\r\n\r\ns\(index)ow")
      #expect(try client.response().text == "echo: s\(index)ow")
    }
    try inParallel(4) { index in
      for number in 0..<2000 {
        let text = try readers[index].0.response().text
        guard text == "echo: \(index) \(number) \(content)" else {
          throw TestFailure("slow reader \(index), response \(number): \(text.prefix(40))")
        }
      }
      try readers[index].1.value()
    }
    for client in silent { #expect(try client.get().status == 200) }
  }

  @Test("200 connections at the same time are all answered", arguments: Flavour.available)
  func manyConnections(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let clients = try (0..<200).map { _ in try server.client() }
    for round in 0..<3 {
      for (index, client) in clients.enumerated() { try client.post("\(round) of \(index)") }
      for (index, client) in clients.enumerated() {
        #expect(try client.response().text == "echo: \(round) of \(index)")
      }
    }
  }

  @Test(
    "Connections over MAX_CONNECTIONS wait while all are in use, and are served when there is room",
    arguments: Flavour.available)
  func backpressure(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour,
      settings: [
        "MAX_CONNECTIONS": "4", "KEEP_ALIVE_TIMEOUT": "60s", "REQUEST_TIMEOUT": "600",
        "ADMIN_PORT": "0",
      ])
    let first = try (0..<4).map { _ in try server.client() }
    for client in first {
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfir")
    }
    try eventually("all slots are in use") {
      try server.metric("http_received_bytes_total") > 4 * 40
    }
    let waiting = try (0..<8).map { index in
      let client = try server.client()
      try client.post("waiting \(index)", fields: "Connection: close\r\n")
      return client
    }
    // Nobody of them is served, refused or reset; the admin port is not affected.
    #expect(!waiting[0].hasAnything(inMilliseconds: 200))
    #expect(!waiting[7].hasAnything(inMilliseconds: 0))
    #expect(try server.metric("http_connections_open") == 4)

    for client in first {
      try client.send("s")
      #expect(try client.response().text == "echo: firs")
      client.close()
    }
    for (index, client) in waiting.enumerated() {
      #expect(try client.response().text == "echo: waiting \(index)")
      #expect(try client.readToEnd().isEmpty)
      client.close()
    }
    try eventually("all slots are free") { try server.metric("http_connections_open") == 0 }
  }

  @Test(
    "Two thousand idle clients of one address, on both ports, keep no good one and no probe waiting",
    arguments: Flavour.ours)
  func idleFlood(flavour: Flavour) throws {
    try DescriptorLimit.require(4000)
    let server = try ServerProcess(
      flavour,
      settings: [
        "MAX_CONNECTIONS": "200", "KEEP_ALIVE_TIMEOUT": "1h", "REQUEST_TIMEOUT": "1h",
        "ADMIN_PORT": "0",
      ].mapValues { $0.replacingOccurrences(of: "1h", with: "3600") })
    // Half of them have asked for something before.
    var idle: [Client] = []
    for number in 0..<2000 {
      let client = try server.client()
      if number % 2 == 0, number < 400 { _ = try client.get() }
      idle.append(client)
    }
    idle += try (0..<40).map { _ in try Client(port: server.adminPort) }
    for _ in 0..<20 {
      #expect(try server.client().get().status == 200)
      #expect(try server.admin("/livez").status == 200)
    }
    #expect(try server.metric("http_connections_evicted_total") > 100)
    #expect(try server.metric("http_connections_timed_out_total") == 0)
    for client in idle { client.close() }
  }

  @Test("1000 pipelined requests are answered in their order", arguments: Flavour.available)
  func pipelining(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    var requests = ""
    for number in 0..<1000 {
      let content = "content of request \(number)"
      requests +=
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.utf8.count)\r\n\r\n\(content)"
    }
    let all = Array(requests.utf8)
    let sending = Background { try client.send(all) }
    for number in 0..<1000 {
      #expect(try client.response().text == "echo: content of request \(number)")
    }
    try sending.value()
    client.finishSending()
    #expect(try client.readToEnd().isEmpty)
  }

  @Test(
    "A megabyte comes back whole, in whatever segments it was sent", arguments: Flavour.available)
  func largeContent(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["MAX_REQUEST_SIZE": "2000000"])
    let content = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let client = try server.client()
    for segment in [1_460, 7_919, 65_537, content.count] {
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(content.count)\r\n\r\n"
      let sending = Background {
        try client.send(Array(head.utf8) + content, inSegmentsOf: segment)
      }
      #expect(try client.response().content == Array("echo: ".utf8) + content)
      try sending.value()
    }
    // The same, chunked.
    var chunked = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    for start in stride(from: 0, to: content.count, by: 9973) {
      let chunk = content[start..<min(start + 9973, content.count)]
      chunked += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10]
    }
    chunked += Array("0\r\n\r\n".utf8)
    let message = chunked
    let sending = Background { try client.send(message, inSegmentsOf: 4_999) }
    #expect(try client.response().content == Array("echo: ".utf8) + content)
    try sending.value()
  }

  @Test("Clients that reset their connections harm nobody", arguments: Flavour.available)
  func resets(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let other = try server.client()
    for number in 0..<50 {
      let client = try server.client()
      switch number % 5 {
      case 0: break
      case 1: try client.send("POST / HTTP/1.1\r\nHo")
      case 2: try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
      case 3: try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      default:
        for _ in 0..<200 { try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
      }
      client.reset()
      try other.post("\(number)")
      #expect(try other.response().text == "echo: \(number)")
    }
    #expect(try server.client().get().status == 200)
  }

  @Test("What is not HTTP/1.1 is refused, and the server goes on", arguments: Flavour.available)
  func garbage(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    var random = SplitMix64(seed: 42)
    let tls: [UInt8] =
      [0x16, 0x03, 0x01, 0x00, 0x7f, 0x01, 0x00, 0x00, 0x7b, 0x03, 0x03]
      + (0..<120).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let messages: [[UInt8]] =
      [
        tls, Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array("SSH-2.0-OpenSSH_9.6\r\n".utf8),
        [UInt8](repeating: 0, count: 64), [0xff, 0xfe, 0x0d, 0x0a, 0x0d, 0x0a],
      ]
      + (0..<20).map { _ in
        (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
    for message in messages {
      let client = try server.client()
      try client.send(message)
      client.finishSending()
      let response = try client.response()
      #expect([400, 501, 505].contains(response.status))
      #expect(response.closes)
      #expect(try client.readToEnd().isEmpty)
    }
    #expect(try server.client().get().status == 200)
  }

  @Test("A client that has closed its half is answered", arguments: Flavour.available)
  func halfClose(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    for number in 0..<10 { try client.post("half \(number)") }
    client.finishSending()
    for number in 0..<10 { #expect(try client.response().text == "echo: half \(number)") }
    #expect(try client.readToEnd().isEmpty)

    let unfinished = try server.client()
    try unfinished.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
    unfinished.finishSending()
    #expect(try unfinished.response().status == 400)
    #expect(try unfinished.readToEnd().isEmpty)

    let silent = try server.client()
    silent.finishSending()
    #expect(try silent.readToEnd().isEmpty)
  }
}
