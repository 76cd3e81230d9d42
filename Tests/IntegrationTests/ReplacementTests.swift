import Foundation
import ServerHarness
import Synchronization
import Testing

/// A module takes the place of another, and no request fails.
struct ReplacementTests {
  /// A server of a module file that the test may change.
  private struct Place {
    let folder: TemporaryFolder
    let path: String

    init() throws {
      folder = try TemporaryFolder()
      path = folder.path + "/module.wasm"
      try put(Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm"))))
    }

    /// In one step, as an installation does it.
    func put(_ bytes: Data) throws {
      try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func serve(_ options: [String]) throws -> ServerProcess {
      try ServerProcess(
        module: path, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0", "REQUEST_TIMEOUT": "60"],
        options: options)
    }
  }

  @Test("Under load, fifty replacements and not one failed request", arguments: [1, 2])
  func underLoad(workers: Int) throws {
    let place = try Place()
    let server = try place.serve(["--workers", "\(workers)"])
    let isOver = Atomic<Bool>(false)
    let answered = Atomic<Int>(0)
    let clients = (0..<8).map { index in
      Background {
        var client: Client?
        var number = 0
        while !isOver.load(ordering: .relaxed) {
          let connection = try client ?? server.client()
          let content = "client \(index), request \(number)"
          // Half of them come anew for each request.
          try connection.post(content, fields: index < 4 ? "" : "Connection: close\r\n")
          let response = try connection.response()
          guard response.status == 200, response.text == "echo: " + content else {
            throw TestFailure("\(content): \(response.status) \(response.text)")
          }
          client = response.closes ? nil : connection
          number += 1
          answered.add(1, ordering: .relaxed)
        }
      }
    }
    for round in 1...50 {
      let before = answered.load(ordering: .relaxed)
      server.program.signal(SIGHUP)
      try eventually("replacement \(round)") { server.timesLogged("is replaced") == round }
      try eventually("requests go on") { answered.load(ordering: .relaxed) > before + 20 }
    }
    isOver.store(true, ordering: .relaxed)
    for client in clients { try client.value() }
    // (A second instance that was replaced before it began has never been one.)
    try eventually("all old instances have gone") {
      server.timesLogged("http_server: listening") - server.timesLogged("http_server: drained")
        == workers
    }
    #expect(server.timesLogged("http_server: drained") >= 50)
    try eventually("the figures have survived") {
      try server.metric("http_requests_total{method=\"POST\",code=\"200\"}")
        == answered.load(ordering: .relaxed)
    }
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  /// `LIFE=500 swift test --filter life` for more of it.
  @Test("A life of traps and replacements under load leaves nothing behind")
  func life() throws {
    let rounds = ProcessInfo.processInfo.environment["LIFE"].flatMap { Int($0) } ?? 30
    let server = try ServerProcess(
      .wasmServe, .faulty, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": "0"],
      options: ["--workers", "2"])
    try eventually("both listen") { server.timesLogged("http_server: listening") == 2 }
    let atRest = try server.usage()
    // What the first rounds make once, for all that follow, is no growth.
    _ = try live(1...10, on: server)
    let before = try usage(of: server, likeAtRest: atRest)
    let (answered, lost) = try live(11...(10 + rounds), on: server)
    let after = try usage(of: server, likeAtRest: atRest)
    #expect(after.resident < before.resident + 8 << 20, "\(before) \(after)")
    print(
      "\(rounds) traps and replacements: \(answered) requests, \(lost) lost to traps; resident "
        + "\(before.resident >> 10) -> \(after.resident >> 10) KiB, descriptors "
        + "\(before.descriptors) -> \(after.descriptors), threads \(after.threads)")
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  /// Traps an instance and replaces the module, so many times, while four clients ask.
  ///
  /// - Returns: how many requests were answered, and how many were lost to traps.
  private func live(
    _ rounds: ClosedRange<Int>, on server: ServerProcess
  ) throws -> (answered: Int, lost: Int) {
    let isOver = Atomic<Bool>(false)
    let clients = (0..<4).map { index in
      Background {
        var (answered, lost) = (0, 0)
        var client: Client?
        while !isOver.load(ordering: .relaxed) {
          do {
            let connection = try client ?? server.client()
            try connection.post("\(index) \(answered)")
            let response = try connection.response()
            guard response.text == "echo: \(index) \(answered)" else {
              throw TestFailure("\(index) \(answered): \(response.text)")
            }
            answered += 1
            client = response.closes ? nil : connection
          } catch is Client.ConnectionEnded {
            lost += 1
            client = nil
          }
        }
        return (answered, lost)
      }
    }
    for number in rounds {
      do { _ = try server.client().get("/trap") } catch is Client.ConnectionEnded {}
      try eventually("trap \(number)") { server.timesLogged("the module trapped") == number }
      server.program.signal(SIGHUP)
      try eventually("replacement \(number)") { server.timesLogged("is replaced") == number }
    }
    isOver.store(true, ordering: .relaxed)
    let results = try clients.map { try $0.value() }
    // One for each trap at the most, and each client.
    #expect(results.allSatisfy { $0.0 > rounds.count && $0.1 <= rounds.count })
    return results.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
  }

  /// What the server holds when the old instances have gone and so have all clients: as many threads
  /// and descriptors as at its start, to the last one. Threads and sockets end some time after what
  /// the log tells, so they are waited for; one that is left behind is waited for in vain.
  private func usage(
    of server: ServerProcess, likeAtRest atRest: ProcessUsage
  ) throws -> ProcessUsage {
    var usage = try server.usage()
    do {
      try eventually("nothing is left behind", seconds: 60) {
        usage = try server.usage()
        return usage.threads == atRest.threads && usage.descriptors == atRest.descriptors
      }
    } catch {
      throw TestFailure("\(error): \(atRest), then \(usage)")
    }
    return usage
  }

  @Test("A module that is no good leaves the old one running, and says so")
  func rejected() throws {
    let place = try Place()
    let server = try place.serve(["--workers", "2"])
    let client = try server.client()
    for (bytes, reason) in [
      (Data("nonsense".utf8), "magic number"), (Data(), "the file is empty"),
      // (module (func (export "_start") unreachable))
      (
        Data([
          0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, 0x5f, 0x73,
          0x74, 0x61, 0x72, 0x74, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b,
        ]), "it trapped"
      ),
      // (module (func (export "_start")))
      (
        Data([
          0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, 0x5f, 0x73,
          0x74, 0x61, 0x72, 0x74, 0, 0, 10, 4, 1, 2, 0, 0x0b,
        ]), "it ended with status 0 before it served"
      ),
    ] {
      try place.put(bytes)
      server.program.signal(SIGHUP)
      try server.program.wait(for: reason)
      #expect(try client.get().status == 200)
    }
    #expect(server.timesLogged("the module is not replaced, the old one goes on") == 4)
    // And the way back is open.
    try place.put(Data(contentsOf: URL(fileURLWithPath: Dist.file("http_server.wasm"))))
    server.program.signal(SIGHUP)
    try server.program.wait(for: "is replaced")
    #expect(try server.client().get().status == 200)
  }

  @Test("With --watch a changed file is enough")
  func watch() throws {
    let place = try Place()
    let server = try place.serve(["--workers", "1", "--watch"])
    #expect(try server.client().get("/version").text == "GET request processed successfully")
    try place.put(Data(contentsOf: URL(fileURLWithPath: Dist.file("faulty.wasm"))))
    try server.program.wait(for: "is replaced")
    try eventually("the new module answers") {
      try server.client().get("/version").text == "first"
    }
  }

  @Test("A client in the middle of a request is answered by the instance it began with")
  func inFlight() throws {
    let place = try Place()
    let server = try place.serve(["--workers", "1"])
    let client = try server.client()
    try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nin ")
    try eventually("the client is accepted") { try server.metric("http_connections_open") == 1 }
    server.program.signal(SIGHUP)
    try server.program.wait(for: "http_server: draining")
    #expect(try server.client().get().status == 200)
    try client.send("flight")
    let response = try client.response()
    #expect(response.text == "echo: in flight")
    #expect(response.closes)
  }

  @Test("An old instance that does not drain in time is ended, the service is not")
  func overdue() throws {
    let place = try Place()
    let server = try ServerProcess(
      module: place.path,
      settings: [
        "REQUEST_TIMEOUT": "60", "DRAIN_TIMEOUT": "60", "ADMIN_PORT": "0", "DRAIN_DELAY": "0",
      ],
      options: ["--workers", "1", "--drain-timeout", "1"])
    let client = try server.client()
    try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nin ")
    try eventually("the client is accepted") { try server.metric("http_connections_open") == 1 }
    server.program.signal(SIGHUP)
    try server.program.wait(for: "has not drained in time and is ended")
    do { _ = try client.response() } catch is Client.ConnectionEnded {}
    #expect(try server.client().get().status == 200)
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("A replaced module that computes without end is ended: no thread of it is left")
  func spinning() throws {
    let place = try Place()
    try place.put(Data(contentsOf: URL(fileURLWithPath: Dist.file("faulty.wasm"))))
    let server = try ServerProcess(
      module: place.path, options: ["--workers", "1", "--drain-timeout", "1"])
    let atRest = try server.usage()
    let client = try server.client()
    try client.send("GET /spin HTTP/1.1\r\nHost: a\r\n\r\n")
    try eventually("it spins") { try server.usage().cpuSeconds > atRest.cpuSeconds + 0.2 }
    server.program.signal(SIGHUP)
    try server.program.wait(for: "has not drained in time and is ended")
    do { _ = try client.response() } catch is Client.ConnectionEnded {}
    try eventually("its thread has ended") { try server.usage().threads == atRest.threads }
    let before = try server.usage().cpuSeconds
    usleep(500_000)
    #expect(try server.usage().cpuSeconds - before < 0.3)
    #expect(try server.client().get("/version").status == 200)
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }
}
