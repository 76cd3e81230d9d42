import Testing

@testable import WasmHost

/// Lists longer than `Poller.shortList` go by an index. What the guest sees must be the same.
struct LongListTests {
  /// A guest with `count` idle connections, whose list has a clock at place 0 and connection i at
  /// place i + 1.
  private struct Crowd {
    let guest: Guest
    let list: PollList
    let fds: [UInt32]
    let clients: [Client]

    init(count: Int = 400) throws {
      guest = try Guest()
      list = PollList(guest: guest)
      let listener = try guest.listen(nonBlocking: false)
      var fds: [UInt32] = []
      var clients: [Client] = []
      for _ in 0..<count {
        clients.append(try Client(port: listener.port))
        fds.append(try guest.accept(listener.fd))
      }
      (self.fds, self.clients) = (fds, clients)
      try list.put(.clock(1, 0, absolute: false), at: 0)
      for (place, fd) in fds.enumerated() { try list.put(.read(fd), at: place + 1) }
    }

    /// The places that had events, for up to a minute of waiting; the clock's only when nothing
    /// else came.
    func poll(milliseconds: UInt64 = 60_000) throws -> [Int] {
      try list.put(.clock(1, milliseconds * 1_000_000, absolute: false), at: 0)
      return try list.poll(count: fds.count + 1).map { Int($0.userdata) - 1000 }.sorted()
    }
  }

  @Test("Whoever has something is reported, each time, and nobody else")
  func readiness() throws {
    let crowd = try Crowd()
    #expect(try crowd.poll(milliseconds: 0) == [0])
    for place in [0, 399, 17] {
      crowd.clients[place].send("x")
      settle()
      for _ in 0..<3 { #expect(try crowd.poll() == [place + 1]) }
      #expect(try crowd.guest.receive(crowd.fds[place]).bytes == bytes("x"))
      #expect(try crowd.poll(milliseconds: 0) == [0])
    }
    for client in crowd.clients { client.send("y") }
    settle()
    #expect(try crowd.poll() == Array(1...400))
  }

  @Test("Subscriptions that moved within the list are found")
  func moved() throws {
    let crowd = try Crowd()
    #expect(try crowd.poll(milliseconds: 0) == [0])
    for (place, fd) in crowd.fds.reversed().enumerated() {
      try crowd.list.put(.read(fd), at: place + 1)
    }
    crowd.clients[0].send("x")
    settle()
    #expect(try crowd.poll() == [400])
    #expect(try crowd.poll() == [400])
  }

  @Test("A subscription changed in place is seen, though nothing shows it")
  func changedInPlace() throws {
    let crowd = try Crowd()
    #expect(try crowd.poll(milliseconds: 0) == [0])
    try crowd.list.put(.write(crowd.fds[5]), at: 6)
    #expect(try crowd.poll() == [6])
    #expect(try crowd.poll() == [6])
    try crowd.list.put(.read(crowd.fds[5]), at: 6)
    #expect(try crowd.poll(milliseconds: 5) == [0])
    try crowd.list.put(.read(0x7fff_ffff), at: 9)
    #expect(try crowd.poll() == [9])
  }

  @Test("A clock that moved is seen")
  func movedClock() throws {
    let crowd = try Crowd()
    #expect(try crowd.poll(milliseconds: 0) == [0])
    let start = Clock.monotonic.now
    try crowd.list.put(.read(crowd.fds[0]), at: 0)
    try crowd.list.put(.clock(1, 20_000_000, absolute: false), at: 200)
    #expect(try crowd.list.poll(count: 401).map(\.userdata) == [1200])
    #expect(Clock.monotonic.now - start >= 19_000_000)
  }

  @Test("What was not subscribed for a while is reported when it is again")
  func paused() throws {
    let crowd = try Crowd()
    crowd.clients[399].send("x")
    settle()
    try crowd.list.put(.clock(1, 1_000_000, absolute: false), at: 0)
    for _ in 0..<5 {
      #expect(try crowd.list.poll(count: 400).map(\.userdata) == [1000], "without the last one")
    }
    #expect(try crowd.poll() == [400])
  }

  @Test("Room for writing is reported when it was waited for")
  func room() throws {
    let crowd = try Crowd()
    let fd = crowd.fds[100]
    var sent = try crowd.guest.fill(fd)
    try crowd.list.put(.write(fd), at: 401)
    try crowd.list.put(.clock(1, 10_000_000, absolute: false), at: 0)
    #expect(try crowd.list.poll(count: 402).map(\.userdata) == [1000])
    while sent > 0 { sent -= crowd.clients[100].receive(1 << 20).count }
    try crowd.list.put(.clock(1, 60_000_000_000, absolute: false), at: 0)
    #expect(try crowd.list.poll(count: 402).map(\.userdata) == [1401])
  }

  @Test("Closed descriptors are BADF events, and their numbers' next owners are heard")
  func closed() throws {
    let crowd = try Crowd()
    #expect(try crowd.poll(milliseconds: 0) == [0])
    try crowd.guest.expect("fd_close", crowd.fds[50])
    let events = try crowd.list.poll(count: 401)
    #expect(events.contains { $0.userdata == 1051 && $0.errno == .badf } || events.count == 1)
    try crowd.list.put(.clock(1, 60_000_000_000, absolute: false), at: 0)
    #expect(try crowd.list.poll(count: 401).map(\.errno) == [.badf])
    let (fd, client) = try crowd.guest.connection()
    #expect(fd == crowd.fds[50] || crowd.fds.contains(fd) == false)
    try crowd.list.put(.read(fd), at: 51)
    client.send("x")
    settle()
    #expect(try crowd.poll() == [51])
  }
}
