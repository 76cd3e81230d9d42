import Foundation
import ServerHarness
import Testing

/// Guests that are not ours in kind: small C programs on the same ABI (Tests/Fixtures/Guests). Each
/// runs on wasm-serve, and on WasmEdge where there is one.
struct GuestTests {
  enum Host: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case wasmServe = "wasm-serve"
    case wasmEdge = "wasmedge"

    var testDescription: String { rawValue }

    static let available = allCases.filter { $0 == .wasmServe || findOnPath("wasmedge") != nil }
  }

  /// - Parameter options: of wasm-serve.
  private func start(
    _ name: String, _ arguments: [String], on host: Host = .wasmServe, options: [String] = []
  ) throws -> Program {
    let module = try Dist.file("guests/\(name).wasm")
    switch host {
    case .wasmServe:
      return try Program(
        Dist.file("wasm-serve"),
        ["--no-cache", "--workers", "1"] + options + [module, "--"] + arguments)
    case .wasmEdge:
      return try Program(#require(findOnPath("wasmedge")), [module] + arguments)
    }
  }

  /// A server that has begun to listen, on a port of the system's choice.
  private func serve(
    _ name: String, on host: Host = .wasmServe, options: [String] = []
  ) throws -> (program: Program, port: UInt16) {
    let program = try start(
      name, ["0"], on: host, options: ["--listen", "127.0.0.1:0"] + options)
    let port = try program.wait(in: .output, for: "port") { text in
      text.wholeMatch(of: /listening on port (\d+)\n/).flatMap { UInt16($0.1) }
    }
    return (program, port)
  }

  private func ask(
    _ host: String, _ port: UInt16, line: String = "hello", on runtime: Host = .wasmServe,
    options: [String] = []
  ) throws -> Program.Result {
    try start("client", [host, "\(port)", line], on: runtime, options: ["--quiet"] + options)
      .finish()
  }

  private func expectEcho(_ client: Client, _ text: String) throws {
    try client.send(text)
    #expect(String(decoding: try client.read(text.utf8.count), as: UTF8.self) == text)
  }

  /// Containers often have no ::1.
  static let hasInet6Loopback =
    (try? String(contentsOfFile: "/proc/net/if_inet6", encoding: .ascii))?
    .contains("00000000000000000000000000000001 ") ?? false

  // MARK: Serving

  @Test("A server that blocks serves one connection after the other", arguments: Host.available)
  func blocking(host: Host) throws {
    let (program, port) = try serve("echo_blocking", on: host)
    let first = try Client(port: port, of: program)
    try expectEcho(first, "one")
    let second = try Client(port: port, of: program)
    try second.send("two")
    #expect(!second.hasAnything(inMilliseconds: 100))
    try expectEcho(first, "three")
    first.close()
    #expect(String(decoding: try second.read(3), as: UTF8.self) == "two")
    // One that resets is no more than one that is gone.
    second.reset()
    try expectEcho(Client(port: port, of: program), "four")
  }

  @Test("A server that waits in a call for longer than --handler-timeout is not ended for it")
  func waiting() throws {
    let (program, port) = try serve("echo_blocking", options: ["--handler-timeout", "1"])
    usleep(1_500_000)  // in accept
    let client = try Client(port: port, of: program)
    try expectEcho(client, "one")
    usleep(1_500_000)  // in recv
    try expectEcho(client, "two")
    client.close()
    program.signal(SIGTERM)
    let result = try program.finish()
    #expect(result.status == 0)
    #expect(!result.errors.contains("trapped"))
  }

  @Test("A server on poll_oneoff serves many at once", arguments: Host.available)
  func polling(host: Host) throws {
    let (program, port) = try serve("echo_poll", on: host)
    let clients = try (0..<100).map { _ in try Client(port: port, of: program) }
    for round in 0..<3 {
      for (index, client) in clients.enumerated() { try client.send("\(round) of \(index)") }
      for (index, client) in clients.enumerated().reversed() {
        let expected = "\(round) of \(index)"
        #expect(String(decoding: try client.read(expected.utf8.count), as: UTF8.self) == expected)
      }
    }
    for client in clients[..<50] { client.reset() }
    for client in clients[50...] { try expectEcho(client, "still here") }
  }

  @Test("Megabytes come back whole, from both servers", arguments: Host.available)
  func large(host: Host) throws {
    let content = (0..<4 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    for name in ["echo_blocking", "echo_poll"] {
      let (program, port) = try serve(name, on: host)
      let client = try Client(port: port, of: program)
      let sending = Background { try client.send(content) }
      #expect(try client.read(content.count) == content, "\(name)")
      try sending.value()
      client.finishSending()
      #expect(try client.readToEnd().isEmpty)
    }
  }

  @Test(
    "SIGTERM drains them: what is served is finished, then they end by themselves",
    arguments: ["echo_blocking", "echo_poll"])
  func draining(name: String) throws {
    let idle = try serve(name)
    idle.program.signal(SIGTERM)
    let result = try idle.program.finish()
    #expect(result.status == 0)
    #expect(result.output.hasSuffix("drained\n"))

    let (program, port) = try serve(name)
    let client = try Client(port: port, of: program)
    try expectEcho(client, "before")
    program.signal(SIGTERM)
    try program.wait(for: "draining")
    try expectEcho(client, "after")
    client.finishSending()
    #expect(try client.readToEnd().isEmpty)
    #expect(try program.finish().status == 0)
  }

  @Test("Beyond --max-connections clients wait, and are served when there is room")
  func connectionLimit() throws {
    let (program, port) = try serve("echo_poll", options: ["--max-connections", "2"])
    let clients = try (0..<3).map { _ in try Client(port: port, of: program) }
    try expectEcho(clients[0], "one")
    try expectEcho(clients[1], "two")
    try clients[2].send("three")
    try program.wait(for: "as many connections as it may have call=sock_accept limit=2")
    #expect(!clients[2].hasAnything(inMilliseconds: 100))
    clients[0].close()
    #expect(String(decoding: try clients[2].read(5), as: UTF8.self) == "three")
  }

  @Test("So it is with our own server")
  func ownConnectionLimit() throws {
    let server = try ServerProcess(
      settings: ["REQUEST_TIMEOUT": "600"], options: ["--max-connections", "2"])
    let clients = try (0..<3).map { _ in try server.client() }
    // (Idle ones would make room, and those that keep their head back.)
    for client in clients.prefix(2) {
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
    }
    try clients[2].post("waiting")
    try server.program.wait(for: "as many connections as it may have")
    #expect(!clients[2].hasAnything(inMilliseconds: 100))
    clients[0].close()
    #expect(try clients[2].response().text == "echo: waiting")
  }

  // MARK: Connecting

  @Test("A client finds a host by its name, and asks it", arguments: Host.available)
  func client(host: Host) throws {
    let (program, port) = try serve("echo_poll")
    for name in ["localhost", "127.0.0.1"] {
      let result = try ask(
        name, port, line: "hello, \(name)", on: host,
        options: ["--allow-connect", "\(name):\(port)"])
      #expect(result.status == 0, "\(name): \(result.errors)")
      #expect(result.output == "hello, \(name)\n")
      #expect(result.errors == "")
    }
    program.signal(SIGKILL)
  }

  @Test("Without a grant it is NOTCAPABLE, and one line says what was refused and what granted")
  func notGranted() throws {
    let (program, port) = try serve("echo_poll")
    let byName = try ask("localhost", port)
    #expect(byName.status == 76)
    #expect(byName.errorLines.count == 2)
    #expect(byName.errorLines.first?.contains("refused") == true)
    #expect(
      byName.errorLines.first?.contains("address=localhost call=sock_getaddrinfo granted=nothing")
        == true)
    #expect(byName.errorLines.last == "sock_getaddrinfo: errno 76")

    let grant = "127.0.0.1:\(port ^ 1)"
    let byNumber = try ask("127.0.0.1", port, options: ["--allow-connect", grant])
    #expect(byNumber.status == 76)
    #expect(byNumber.errorLines.count == 2)
    #expect(
      byNumber.errorLines.first?
        .contains("address=127.0.0.1:\(port) call=sock_connect granted=\(grant)") == true)

    // The name is granted, another port of it.
    let otherPort = try ask(
      "localhost", port, options: ["--allow-connect", "localhost:\(port ^ 1)"])
    #expect(otherPort.status == 76)
    #expect(otherPort.errorLines.last == "sock_connect: errno 76")
    program.signal(SIGKILL)
  }

  @Test("Where nobody listens it is CONNREFUSED", arguments: Host.available)
  func connectionRefused(host: Host) throws {
    let port = try TakenPort.freePort()
    let result = try ask("127.0.0.1", port, on: host, options: ["--allow-connect", "*:*"])
    #expect(result.status == 14)
    #expect(result.errors == "sock_connect: errno 14\n")
  }

  @Test(
    "A server on [::] answers both families",
    .enabled(if: GuestTests.hasInet6Loopback, "the machine has no ::1"))
  func dualStack() throws {
    let server = try ServerProcess(settings: ["HOST": "::"], options: ["--listen", "[::]:0"])
    #expect(try server.client().get().status == 200)
    for host in ["::1", "127.0.0.1"] {
      let grant = host == "::1" ? "[::1]:\(server.port)" : "\(host):\(server.port)"
      let result = try ask(
        host, server.port, line: "GET / HTTP/1.0\r\n\r", options: ["--allow-connect", grant])
      #expect(result.status == 0, "\(host): \(result.errors)")
      #expect(result.output.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(host)")
    }
  }

  @Test("A module that waits for long, and never listens, costs nothing meanwhile")
  func neverListening() throws {
    // Connections are made there, and never accepted.
    let silent = try TakenPort()
    let client = try start(
      "client", ["127.0.0.1", "\(silent.port)", "hello"],
      options: ["--allow-connect", "127.0.0.1:*"])
    // Longer than a new module has to listen.
    sleep(11)
    #expect(try ProcessUsage(of: client.identifier).cpuSeconds < 2)
    client.signal(SIGKILL)
  }

  @Test("A guest that takes all it can get, and 1,000 hostile clients, stay below the printed sum")
  func hog() throws {
    try DescriptorLimit.require(4000)
    let (program, port) = try serve(
      "hog",
      options: ["--memory", "64M", "--max-connections", "1000", "--socket-memory", "64K"])
    let crowd = try Crowd(port: port)
    let octets = [UInt8](repeating: 0x78, count: 1 << 20)
    // They send a megabyte, and never read.
    crowd.join(Tally("sends and never reads"), count: 1000) { _ in
      ReluctantReader(octets, readsEveryMilliseconds: nil)
    }
    let total = try program.memoryTotal()
    let queues = try KernelQueues.whenFull(port: port, count: 1000)
    let held = queues.reduce(0) { $0 + $1.total }
    let usage = try ProcessUsage(of: program.identifier)
    // It has all its memory, and connections as many as it may.
    #expect(usage.anonymous > 60 << 20)
    #expect(held > 1000 * 32 << 10)
    #expect(usage.resident + held <= total)
    // (A send that there is some room for may go beyond its part, by a segment.)
    #expect(try #require(queues.map(\.total).max()) <= 128 << 10)
    program.signal(SIGTERM)
    try program.wait(for: "draining")
    program.signal(SIGTERM)
    #expect(try program.finish().status == 143)
  }
}
