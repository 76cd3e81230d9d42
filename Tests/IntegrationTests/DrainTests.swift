import Foundation
import ServerHarness
import Synchronization
import Testing

/// How the server ends: no request that it accepted is lost.
struct DrainTests {
  /// What begins a drain.
  enum Cause: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case admin = "GET /drain"
    case terminate = "SIGTERM"
    case interrupt = "SIGINT"

    var testDescription: String { rawValue }

    func begin(on server: ServerProcess) throws {
      switch self {
      case .admin: try #require(try server.admin("/drain").status == 200)
      case .terminate: server.program.signal(SIGTERM)
      case .interrupt: server.program.signal(SIGINT)
      }
    }
  }

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
    "What is in flight is answered, and the status is 0", arguments: Flavour.ours, Cause.allCases)
  func inFlight(flavour: Flavour, cause: Cause) throws {
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
    let server = try ServerProcess(flavour)
    let client = try server.client()
    #expect(try client.get().status == 200)
    server.program.signal(signal)
    try server.program.wait(for: "info http_server: draining")
    // A request that was on its way to an idle connection is answered still.
    let response = try client.get()
    #expect(response.status == 200)
    #expect(response.closes)
    client.close()
    #expect(try server.program.finish().status == 0)
  }

  @Test(
    "Readiness fails at once, while connections are still accepted", arguments: Flavour.available)
  func readinessFirst(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "60", "DRAIN_TIMEOUT": "2"])
    #expect(try server.admin("/readyz").status == 200)
    #expect(try server.metric("http_server_ready") == 1)
    #expect(try server.admin("/drain").status == 200)
    #expect(try server.admin("/readyz").status == 503)
    #expect(try server.admin("/livez").status == 200)
    #expect(try server.metric("http_server_ready") == 0)
    // A balancer that has not seen it yet.
    let response = try server.client().get()
    #expect(response.status == 200)
    #expect(response.closes)
    // A second time makes no difference.
    #expect(try server.admin("/drain").status == 200)
    #expect(try server.program.finish().status == 0)
  }

  @Test("Readiness fails for the very next request", arguments: Flavour.available)
  func readinessAtOnce(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["ADMIN_PORT": "0", "DRAIN_TIMEOUT": "2"])
    let client = try Client(port: server.adminPort, of: server)
    try client.send(request("GET /drain HTTP/1.1") + request("GET /readyz HTTP/1.1"))
    #expect(try client.response().status == 200)
    // It may also be that the response to /drain was the last one of the connection.
    let rest = String(decoding: try client.readToEnd(), as: UTF8.self)
    #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 503 "), "\(rest)")
  }

  @Test("POST begins a drain too, PUT does not")
  func methods() throws {
    let server = try ServerProcess(settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"])
    let put = try Client(port: server.adminPort).exchange("PUT /drain HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(put.status == 405)
    #expect(put.list("allow").isSuperset(of: ["GET", "POST"]))
    #expect(try server.admin("/readyz").status == 200)
    let client = try Client(port: server.adminPort)
    try client.post("", "/drain")
    #expect(try client.response().status == 200)
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

  @Test("No request that was accepted fails", arguments: Flavour.ours, Cause.allCases)
  func underLoad(flavour: Flavour, cause: Cause) throws {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "100ms", "ACCESS_LOG": "on"])
    let load = Load(port: server.port)
    let clients = (0..<20).map { index in
      Background { try load.run(client: index, keepsAlive: index < 16) }
    }
    try eventually("the load is running") { load.answered >= 400 }
    try cause.begin(on: server)
    for client in clients { try client.value() }
    let result = try server.program.finish()
    #expect(result.status == 0)
    // What the server has answered has reached its client.
    let logged = result.output.split(separator: "\n").count { $0.contains("target=/load") }
    #expect(logged == load.answered)
  }
}

/// Clients that send requests until no connection is accepted any more.
private final class Load: Sendable {
  private let port: UInt16
  private let count = Atomic<Int>(0)

  init(port: UInt16) { self.port = port }

  var answered: Int { count.load(ordering: .relaxed) }

  /// - Throws: when a request fails that the server has accepted.
  func run(client index: Int, keepsAlive: Bool) throws {
    while let client = try connect() {
      guard try use(client, index, keepsAlive: keepsAlive) else {
        guard try connect() == nil else {
          throw TestFailure("client \(index): a connection was reset, and the next one accepted")
        }
        return
      }
    }
  }

  /// Sends requests until the server says that one was the last.
  ///
  /// - Returns: false when the system took the connection, but the server had closed its listening
  ///   socket before it could: as good as refused, as long as the next one is.
  private func use(_ client: Client, _ index: Int, keepsAlive: Bool) throws -> Bool {
    var number = 0
    while true {
      let content = "\(index), request \(number)"
      let response: HTTPResponse
      do {
        try client.post(content, "/load", fields: keepsAlive ? "" : "Connection: close\r\n")
        response = try client.response()
      } catch let error as Client.ConnectionEnded where number == 0 && error.byReset {
        return false
      }
      guard response.status == 200, response.text == "echo: " + content else {
        throw TestFailure("client \(index) got \(response.status) \(response.text)")
      }
      count.add(1, ordering: .relaxed)
      if response.closes { return true }
      number += 1
    }
  }

  private func connect() throws -> Client? {
    do { return try Client(port: port) } catch is Client.ConnectionRefused { return nil }
  }
}
