import Foundation
import ServerHarness
import Testing

/// How the server ends: no request that it accepted is lost.
struct DrainTests {
  /// A client of whose request the server has the first part.
  private func unfinishedRequest(_ server: ServerProcess) throws -> Client {
    let open = try server.metric("http_connections_open")
    let client = try server.client()
    try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nin ")
    try eventually("the server has accepted the client") {
      try server.metric("http_connections_open") == open + 1
    }
    return client
  }

  @Test(
    "What is in flight is answered, and the status is 0", arguments: Flavour.ours,
    DrainCause.allCases)
  func inFlight(flavour: Flavour, cause: DrainCause) throws {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0", "REQUEST_TIMEOUT": "60"])
    let idle = try server.client()
    #expect(try idle.get().status == 200)
    let client = try unfinishedRequest(server)

    try cause.begin(on: server)
    try server.program.wait(for: "info http_server: draining")
    try client.send("flight")
    let response = try client.response()
    #expect(response.status == 200)
    #expect(response.text == "echo: in flight")
    #expect(response.closes)
    #expect(try client.readToEnd().isEmpty)
    client.close()
    #expect(try idle.readToEnd().isEmpty)
    let result = try server.program.finish()
    #expect(result.status == 0)
    #expect(result.errors.contains("http_server: drained"))
  }

  @Test(
    "A signal is enough without an admin port", arguments: Flavour.ours, [SIGTERM, SIGINT])
  func withoutAdminPort(flavour: Flavour, signal: Int32) throws {
    // (A busy machine may use up the second in which such a request is taken: then once more.)
    for _ in 0..<20 {
      let server = try ServerProcess(flavour)
      let client = try server.client()
      #expect(try client.get().status == 200)
      let watch = Stopwatch()
      server.program.signal(signal)
      try server.program.wait(for: "info http_server: draining")
      // A request that was on its way to an idle connection is answered still.
      do {
        let response = try client.get()
        #expect(response.status == 200)
        #expect(response.closes)
      } catch is Client.ConnectionEnded where watch.seconds > 0.9 { continue }
      client.close()
      #expect(try server.program.finish().status == 0)
      return
    }
    Issue.record("never within a second")
  }

  @Test(
    "Readiness fails at once, while connections are still accepted", arguments: Flavour.available)
  func readinessFirst(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "600", "DRAIN_TIMEOUT": "600"])
    #expect(try server.admin("/readyz").status == 200)
    #expect(try server.metric("http_server_ready") == 1)
    #expect(try server.requestDrain() == 200)
    #expect(try server.admin("/readyz").status == 503)
    #expect(try server.admin("/livez").status == 200)
    #expect(try server.metric("http_server_ready") == 0)
    // A balancer that has not seen it yet.
    let response = try server.client().get()
    #expect(response.status == 200)
    #expect(response.closes)
    // A second time makes no difference.
    #expect(try server.requestDrain() == 200)
    #expect(try server.admin("/livez").status == 200)
  }

  @Test("Readiness fails for the very next request", arguments: Flavour.available)
  func readinessAtOnce(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["ADMIN_PORT": "0", "DRAIN_TIMEOUT": "2"])
    let client = try Client(port: server.adminPort, of: server)
    try client.send(
      ["GET /drain", "GET /readyz"].map {
        "\($0) HTTP/1.1\r\nHost: 127.0.0.1\r\nDrain: now\r\n\r\n"
      }.joined())
    #expect(try client.response().status == 200)
    // It may also be that the response to /drain was the last one of the connection.
    let rest = String(decoding: try client.readToEnd(), as: UTF8.self)
    #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 503 "), "\(rest)")
  }

  @Test("GET begins a drain with a field of our own only, PUT does not", arguments: Flavour.ours)
  func methods(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"])
    let client = try Client(port: server.adminPort, of: server)
    let put = try client.exchange("PUT /drain HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    #expect(put.status == 405)
    #expect(put.list("allow").isSuperset(of: ["GET", "POST"]))
    #expect(try client.get("/drain").status == 403)
    #expect(try client.get("/readyz").status == 200)
    #expect(try client.get("/drain", fields: "Drain: now\r\n").status == 200)
    #expect(try server.program.finish().status == 0)
  }

  @Test("A client that never finishes is waited for until DRAIN_TIMEOUT", arguments: Flavour.ours)
  func timeout(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour,
      settings: [
        "ADMIN_PORT": "0", "DRAIN_DELAY": "0", "DRAIN_TIMEOUT": "700ms", "REQUEST_TIMEOUT": "60",
      ])
    let client = try unfinishedRequest(server)
    let watch = Stopwatch()
    server.program.signal(SIGTERM)
    let result = try server.program.finish()
    #expect(watch.seconds >= 0.6)
    #expect(result.status == 0)
    #expect(result.errors.contains("drain timed out"))
    client.close()
  }

  @Test("wasm-serve ends a module that takes longer than --drain-timeout: status 75")
  func hostTimeout() throws {
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0", "REQUEST_TIMEOUT": "60", "DRAIN_TIMEOUT": "60"],
      options: ["--drain-timeout", "1"])
    let client = try unfinishedRequest(server)
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 75)
    client.close()
  }

  @Test("A signal behind /drain, which Kubernetes sends, hurries nothing", arguments: Flavour.ours)
  func signalBehindDrain(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0", "REQUEST_TIMEOUT": "60"])
    let client = try unfinishedRequest(server)
    #expect(try server.requestDrain() == 200)
    try server.program.wait(
      for: flavour == .wasmServe ? "wasm-serve: draining" : "server: draining")
    server.program.signal(SIGTERM)
    // Time for a signal to do harm.
    Thread.sleep(forTimeInterval: 0.2)
    try client.send("flight")
    #expect(try client.response().text == "echo: in flight")
    client.close()
    #expect(try server.program.finish().status == 0)
  }

  @Test("A second signal ends wasm-serve at once", arguments: [SIGTERM, SIGINT])
  func secondSignal(signal: Int32) throws {
    let server = try ServerProcess(settings: ["ADMIN_PORT": "0", "REQUEST_TIMEOUT": "60"])
    let client = try unfinishedRequest(server)
    server.program.signal(SIGTERM)
    try server.program.wait(for: "wasm-serve: draining")
    server.program.signal(signal)
    #expect(try server.program.finish().status == 128 + signal)
    client.close()
  }

  // MARK: Under load

  @Test("No request that was accepted fails", arguments: Flavour.ours, DrainCause.allCases)
  func underLoad(flavour: Flavour, cause: DrainCause) throws {
    expectNothingLost(
      in: try DrainRound(flavour, cause: cause, delay: "100ms").run("\(flavour), \(cause)"))
  }

  @Test(
    "Nor in 64 drains, some of them side by side", arguments: [DrainCause.admin, .terminate],
    ["0", "50ms"])
  func many(cause: DrainCause, delay: String) throws {
    let outcomes = try inParallel(4) { place in
      try (0..<4).map { number in
        try DrainRound(cause: cause, delay: delay, warmUp: 300).run("drain \(place).\(number)")
      }
    }
    let sum = outcomes.joined().reduce(.none, +)
    #expect(sum.rounds == 16)
    expectNothingLost(in: sum)
  }

  private func expectNothingLost(in outcome: DrainRound.Outcome) {
    #expect(outcome.failures == [])
    #expect(outcome.missing == 0, "answers that the server has logged and no client has got")
    #expect(outcome.cutOff == 0, "connections that were made and ended without an answer")
  }
}
