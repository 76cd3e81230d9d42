import Foundation
import ServerHarness
import Synchronization
import Testing
import WasmHost

/// What fails around the server: it goes on, or ends with one clear line.
struct FaultTests {
  private func expectService(
    _ port: UInt16, location: SourceLocation = #_sourceLocation
  ) throws {
    let client = try Client(port: port)
    try client.post("still here")
    #expect(try client.response().text == "echo: still here", sourceLocation: location)
  }

  // MARK: Descriptors and memory

  @Test(
    "Without a free descriptor clients wait, and are served when there is one",
    arguments: Flavour.ours)
  func noDescriptors(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["KEEP_ALIVE_TIMEOUT": "60"], through: "ulimit -n 40; exec \"$@\"")
    let clients = try (0..<60).map { _ in try server.client() }
    for client in clients { try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
    try server.program.wait(for: "accepting pauses: no descriptors or no memory")
    // Each that is done makes room for another.
    for client in clients {
      #expect(try client.response().status == 200)
      client.close()
    }
    try expectService(server.port)
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("A guest without memory for a request closes that connection and serves the others")
  func noMemory() throws {
    let server = try ServerProcess(
      settings: [
        "MAX_REQUEST_SIZE": "1000000", "MAX_CONNECTIONS": "64", "ADMIN_PORT": "0",
        "REQUEST_TIMEOUT": "60",
      ],
      options: ["--memory", "4M"])
    let greedy = try (0..<30).map { _ in
      let client = try server.client()
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n")
      return client
    }
    for client in greedy {
      // Those that are closed meanwhile say so.
      do { try client.send([UInt8](repeating: 0x61, count: 800_000)) } catch is Client
        .ConnectionEnded
      {}
    }
    try server.program.wait(for: "connections are closed, accepting pauses: no memory")
    try eventually("the server goes on") {
      try server.metric("http_connections_out_of_memory_total") > 0
    }
    try expectService(server.port)
    for client in greedy { client.close() }
    try eventually("all memory has come back") {
      let client = try server.client()
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n")
      do {
        try client.send([UInt8](repeating: 0x61, count: 900_000))
        return try client.response().content.count == 900_006
      } catch is Client.ConnectionEnded { return false }
    }
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test("A host that has nothing to wait with ends the server with one line", arguments: [48, 52])
  func noWaiting(error: UInt32) throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("poll_oneoff") { call in
        calls.add(1, ordering: .relaxed).oldValue < 3 ? call.forward() : error
      }
    ])
    for _ in 0..<3 { _ = try? server.client().get() }
    #expect(try server.status() == 1)
    #expect(server.logText.contains("http_server: cannot wait for sockets: "))
  }

  // MARK: Clocks

  @Test(
    "The wall clock jumps by years, back and forth: only Date shows it",
    arguments: [false, true])
  func wallClock(isBackwards: Bool) throws {
    let shift = Shift()
    let server = try GuestServer(shadows: [clock(0, shiftedBy: shift)])
    let client = try server.client()
    #expect(try client.get().status == 200)
    /// How many years the Date of a response is off. (As "Sun, 06 Nov 1994 08:49:37 GMT".)
    func yearsOff() throws -> Int? {
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = .gmt
      let year = try client.get()["date"]?.split(separator: " ").dropFirst(3).first
      return year.flatMap { Int($0) }.map { $0 - calendar.component(.year, from: Date()) }
    }
    let years: Int64 = 20 * 365 * 86_400 * 1_000_000_000
    shift.nanoseconds = isBackwards ? -years : years
    let expected = isBackwards ? -21 ... -19 : 19...20
    try eventually("the Date of responses jumps") {
      try yearsOff().map(expected.contains) == true
    }
    shift.nanoseconds = 0
    try eventually("and comes back") { try yearsOff().map { abs($0) <= 1 } == true }
    try server.stop()
  }

  @Test("The monotonic clock goes back an hour: nothing breaks, and time goes on from there")
  func monotonicClock() throws {
    // It begins an hour ahead: the clock of a machine that has just started cannot go back so far.
    let shift = Shift()
    let hour: Int64 = 3_600_000_000_000
    shift.nanoseconds = hour
    let server = try GuestServer(
      environment: ["HOST": "127.0.0.1", "PORT": "0", "REQUEST_TIMEOUT": "300ms"],
      shadows: [clock(1, shiftedBy: shift)])
    let client = try server.client()
    #expect(try client.get().status == 200)
    shift.nanoseconds = 0
    for _ in 0..<100 { #expect(try client.get().status == 200) }
    shift.nanoseconds = hour
    let slow = try server.client()
    try slow.send("GET / HTTP/1.1\r\n")
    #expect(try slow.response().status == 408)
    #expect(try client.get().status == 200)
    try server.stop()
  }

  private func clock(_ number: UInt32, shiftedBy shift: Shift) -> Shadow {
    shadow("clock_time_get") { call in
      let (clock, address) = (call.arguments[0], call.arguments[2])
      let errno = call.forward()
      guard clock == number, errno == 0 else { return errno }
      let time = try call.memory.read(UInt64.self, at: address)
      try call.memory.write(time &+ UInt64(bitPattern: shift.nanoseconds), at: address)
      return 0
    }
  }

  // MARK: Signals

  @Test("A server that is stopped and continued loses nothing", arguments: Flavour.ours)
  func stopped(flavour: Flavour) throws {
    let server = try ServerProcess(flavour)
    let client = try server.client()
    for number in 0..<20 {
      server.program.signal(SIGSTOP)
      try client.post("number \(number)")
      server.program.signal(SIGCONT)
      #expect(try client.response().text == "echo: number \(number)")
    }
  }

  // MARK: The log

  @Test(
    "A log that nobody reads, or nobody can read, holds up no request and no drain",
    arguments: Flavour.ours, [false, true])
  func unreadLog(flavour: Flavour, isClosed: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/log"
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    let (port, adminPort) = (try TakenPort.freePort(), try TakenPort.freePort())
    let server = try ServerProcess.start(
      flavour,
      settings: [
        "PORT": "\(port)", "ADMIN_PORT": "\(adminPort)", "DRAIN_DELAY": "0", "ACCESS_LOG": "on",
      ],
      through: "exec \"$@\" >\(path) 2>&1")
    try eventually("the server listens") { (try? Client(port: adminPort).get("/livez")) != nil }
    if isClosed { close(reader) }
    let client = try Client(port: port)
    // Two bufferfuls: the pipe's, and the server's own.
    let target = "/" + String(repeating: "x", count: 200)
    for _ in 0..<1000 { #expect(try client.get(target).status == 200) }
    #expect(try Client(port: port).exchange("nonsense\r\n\r\n").status == 400)
    if !isClosed {
      try eventually("lost lines are counted") {
        try !Client(port: adminPort).get("/metrics").text.contains("_lines_lost_total 0\n")
      }
      close(reader)
    }
    client.close()
    server.signal(SIGTERM)
    #expect(try server.finish().status == 0)
  }

  @Test(
    "Without any standard stream the log goes nowhere, and not to a client", arguments: Flavour.ours
  )
  func closedStreams(flavour: Flavour) throws {
    let port = try TakenPort.freePort()
    let server = try ServerProcess.start(
      flavour, settings: ["PORT": "\(port)", "ACCESS_LOG": "on"],
      through: "exec \"$@\" <&- >&- 2>&-")
    try eventually("the server listens") { (try? Client(port: port)) != nil }
    let clients = try (0..<4).map { _ in try Client(port: port) }
    for client in clients {
      #expect(try client.get().status == 200)
      try client.send("nonsense\r\n\r\n")
    }
    for client in clients {
      #expect(try client.response().status == 400)
      #expect(try client.readToEnd().isEmpty)
    }
    server.signal(SIGTERM)
    #expect(try server.finish().status == 0)
  }

  // MARK: The network

  @Test("A machine without a network is a place to start all the same", arguments: Flavour.ours)
  func noInterface(flavour: Flavour) throws {
    // A network namespace of its own, whose only interface, lo, is down.
    let server = try ServerProcess(
      flavour, settings: ["HOST": "0.0.0.0"],
      through: "exec unshare --net --map-root-user \"$@\"")
    server.program.signal(SIGTERM)
    #expect(try server.program.finish().status == 0)
  }

  @Test(
    "An address that this machine does not have is one line, and the exit status 1",
    arguments: Flavour.ours, ["192.0.2.1", "2001:db8::1"])
  func noAddress(flavour: Flavour, host: String) throws {
    let result = try ServerProcess.start(flavour, settings: ["HOST": host]).finish()
    #expect(result.status == 1)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("cannot listen on "))
    #expect(result.errors.contains("(PORT): no such address on this machine"))
  }
}

/// How far a clock is off.
private final class Shift: Sendable {
  private let atomic = Atomic<Int64>(0)

  var nanoseconds: Int64 {
    get { atomic.load(ordering: .relaxed) }
    set { atomic.store(newValue, ordering: .relaxed) }
  }
}
