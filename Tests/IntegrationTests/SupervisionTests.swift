import Foundation
import ServerHarness
import Testing

/// What wasm-serve does for a module that fails, or is several instances: on the module of
/// Tests/Fixtures/FaultyService.
struct SupervisionTests {
  private func server(_ options: [String]) throws -> ServerProcess {
    try ServerProcess(
      .wasmServe, .faulty, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"], options: options)
  }

  private func post(_ text: String, to server: ServerProcess) throws -> String {
    let client = try server.client()
    try client.post(text, fields: "Connection: close\r\n")
    return try client.response().text
  }

  /// Sends a request of which the server dies, in a way.
  private func provoke(_ target: String, _ server: ServerProcess) throws {
    let client = try server.client()
    do {
      let response = try client.get(target)
      throw TestFailure("\(target) was answered with \(response.status)")
    } catch is Client.ConnectionEnded {}
  }

  // MARK: Workers

  @Test("Connections are spread over all workers, and figures are those of all")
  func workers() throws {
    let server = try server(["--workers", "4"])
    try eventually("four instances listen") { server.timesLogged("http_server: listening") == 4 }
    #expect(try server.metric("http_server_instances_started_total") == 4)
    #expect(try server.metric("http_server_instances") == 4)
    // Each client is one worker's for good.
    let clients = try (0..<64).map { _ in try server.client() }
    for (number, client) in clients.enumerated() {
      try client.post("\(number)")
      #expect(try client.response().text == "echo: \(number)")
    }
    try eventually("the figures are those of all") {
      let open = try server.metric("http_connections_open")
      let requests = try server.metric("http_requests_total{method=\"POST\",code=\"200\"}")
      return open == 64 && requests == 64
    }
    for client in clients { client.close() }
    try eventually("all have gone") { try server.metric("http_connections_open") == 0 }
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("All workers have the two ports that the kernel chose for the first")
  func chosenPorts() throws {
    // (They once began when the first had one of its ports, and some chose another second one.)
    for _ in 0..<10 {
      let server = try server(["--workers", "4"])
      try eventually("four instances listen") { server.timesLogged("admin port") == 4 }
      for line in ["http_server: listening", "http_server: admin port"] {
        let addresses = server.program.text(of: .errors).split(separator: "\n")
          .filter { $0.contains(line) }
          .compactMap { $0.split(separator: " ").first { $0.hasPrefix("address=") } }
        #expect(addresses.count == 4)
        #expect(Set(addresses).count == 1, "\(line): \(addresses)")
      }
      server.program.signal(SIGTERM)
      #expect(try server.program.finish().status == 0)
    }
  }

  @Test("One /drain drains all workers, and none of them says that it is ready")
  func drainOfAll() throws {
    let server = try ServerProcess(
      .wasmServe, .faulty,
      settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "60", "DRAIN_TIMEOUT": "2"],
      options: ["--workers", "3"])
    try eventually("three instances listen") { server.timesLogged("http_server: listening") == 3 }
    #expect(try server.requestDrain() == 200)
    try eventually("all three drain") { server.timesLogged("http_server: draining") == 3 }
    for _ in 0..<20 { #expect(try server.admin("/readyz").status == 503) }
    #expect(try server.program.finish().status == 0)
  }

  @Test("A port in use is in use for several workers as well")
  func portInUse() throws {
    let taken = try TakenPort()
    let result = try ServerProcess.start(
      .wasmServe, .faulty, settings: ["PORT": "\(taken.port)"], options: ["--workers", "2"]
    ).finish()
    #expect(result.status == 1)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("address already in use"))
  }

  // MARK: Traps

  @Test(
    "An instance that traps is succeeded at once by another, and counters go on",
    arguments: [
      ("/trap", "unreachable", "at closure #1 in static FaultyService.main()"),
      ("/overflow", "call stack exhausted", "at static FaultyService.recurse(_:)"),
    ])
  func trap(target: String, reason: String, function: String) throws {
    let server = try server(["--workers", "1"])
    for round in 1...3 {
      #expect(try post("before \(round)", to: server) == "echo: before \(round)")
      // (A crash loses the counts of the last tenth of a second, unless /metrics was read after them.)
      _ = try server.admin("/metrics")
      try provoke(target, server)
      #expect(try post("after \(round)", to: server) == "echo: after \(round)")
    }
    #expect(try server.metric("http_requests_total{method=\"POST\",code=\"200\"}") == 6)
    try eventually("the log says so") { server.timesLogged("the module trapped") == 3 }
    let log = server.program.text(of: .errors)
    // The module has no names: they are in the file beside it.
    #expect(log.contains(reason) && log.contains("backtrace=\"\(function)"))
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("A length that a client makes up ends the instance, and brings no other client's request")
  func madeUpLength() throws {
    let server = try server(["--workers", "1"])
    // It lies in the memory that the next request is read into.
    let secret = String(repeating: "password ", count: 200)
    let other = try server.client()
    try other.post(secret, "/slice?\(secret.utf8.count)")
    #expect(try other.response().text == secret)

    let client = try server.client()
    for count in [0, 5, 11] {
      try client.post("Hello World", "/slice?\(count)")
      #expect(try client.response().text == "Hello World".prefix(count))
    }
    // The instance traps before an octet is sent, and its connections end with it.
    try client.post("Hello World", "/slice?5000", fields: "Connection: close\r\n")
    do {
      #expect(try client.readToEnd().isEmpty)
    } catch let end as Client.ConnectionEnded {
      #expect(end.unread.isEmpty)
    }
    try eventually("the log says so") { server.timesLogged("the module trapped") == 1 }
    #expect(try post("still here", to: server) == "echo: still here")
    #expect(try server.metric("http_server_instances_started_total") == 2)
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("An instance that traps at its first request has been counted")
  func startsCounted() throws {
    let server = try server(["--workers", "1"])
    #expect(try server.metric("http_server_instances_started_total") == 1)
    let start = try server.metric("process_start_time_seconds")
    for _ in 0..<6 { try provoke("/trap", server) }
    #expect(try server.metric("http_server_instances_started_total") == 7)
    #expect(try server.metric("http_server_instances") == 1)
    #expect(try server.metric("process_start_time_seconds") == start)
  }

  @Test("Who waits while an instance traps is served by the next one")
  func queueOverTrap() throws {
    let server = try server(["--workers", "1"])
    let doomed = try server.client()
    server.program.signal(SIGSTOP)
    try doomed.send("GET /trap HTTP/1.1\r\nHost: a\r\n\r\n")
    let waiting = try (0..<20).map { number in
      let client = try server.client()
      try client.post("waiting \(number)")
      return client
    }
    server.program.signal(SIGCONT)
    // They had not been accepted, or were accepted by the instance that trapped.
    var served = 0
    for (number, client) in waiting.enumerated() {
      do {
        #expect(try client.response().text == "echo: waiting \(number)")
        served += 1
      } catch is Client.ConnectionEnded {}
    }
    if served == 0 {
      try eventually("it has trapped") { server.timesLogged("the module trapped") == 1 }
    }
    #expect(try post("after", to: server) == "echo: after")
  }

  @Test("The siblings of an instance that traps notice nothing")
  func siblings() throws {
    let server = try server(["--workers", "2"])
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    let clients = try (0..<32).map { _ in try server.client() }
    for client in clients { #expect(try client.get("/version").status == 200) }
    try provoke("/trap", server)
    var alive = 0
    for client in clients {
      do {
        if try client.get("/version").status == 200 { alive += 1 }
      } catch is Client.ConnectionEnded {}
    }
    // One worker's connections are gone, the other's are not.
    #expect(alive > 0 && alive < clients.count)
    try eventually("the log says so") { server.timesLogged("the module trapped") == 1 }
  }

  @Test("A module that traps again and again ends the process with status 69")
  func crashLoop() throws {
    let server = try server(["--workers", "1"])
    let watch = Stopwatch()
    while watch.seconds < 60, let client = try? server.client() {
      try? client.send("GET /trap HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = try? client.readToEnd()
    }
    let result = try server.program.finish()
    #expect(result.status == 69)
    #expect(result.errors.contains("the module crashed too often"))
    #expect(server.timesLogged("another instance takes its place") == 12)
  }

  @Test("A handler that never returns is ended after --handler-timeout, and others are served")
  func handlerTimeout() throws {
    let server = try server(["--workers", "2", "--handler-timeout", "2"])
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    let bystanders = try (0..<32).map { _ in try server.client() }
    for client in bystanders { #expect(try client.get("/version").status == 200) }
    try provoke("/spin", server)
    #expect(try post("after", to: server) == "echo: after")
    try server.program.wait(for: "longer than --handler-timeout")
    // A long life between requests is no long request.
    usleep(2_500_000)
    #expect(try post("later", to: server) == "echo: later")
    #expect(server.timesLogged("the module trapped") == 1)
  }
}
