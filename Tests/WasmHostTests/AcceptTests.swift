import Glibc
import Testing

@testable import WasmHost

/// `sock_accept` asks the kernel only when a connection is likely. None is missed all the same.
struct AcceptTests {
  /// A guest that has polled its listener, for which connections wait.
  private func guest(
    clients count: Int
  ) throws -> (guest: Guest, listener: UInt32, port: UInt16, clients: [Client]) {
    let guest = try Guest()
    let listener = try guest.listen()
    #expect(try guest.poll(.read(listener.fd)) == [0])
    let clients = try (0..<count).map { _ in try Client(port: listener.port) }
    settle()
    return (guest, listener.fd, listener.port, clients)
  }

  @Test("After one connection the guest is told AGAIN, and the next poll reports the others")
  func paced() throws {
    let (guest, listener, _, clients) = try guest(clients: 3)
    #expect(try guest.poll(.read(listener)) == [0, 1])
    try guest.expect("sock_accept", listener, 0)
    #expect(try guest.call("sock_accept", listener, 0) == .again, "without a system call")
    #expect(try guest.poll(.read(listener)) == [0, 1])
    var accepted = 1
    while try guest.poll(.read(listener)) == [0, 1] {
      while try guest.call("sock_accept", listener, 0) == .success { accepted += 1 }
    }
    #expect(accepted == clients.count)
  }

  @Test("A guest that does not poll in between gets its connections")
  func withoutPoll() throws {
    let (guest, listener, _, _) = try guest(clients: 2)
    #expect(try guest.poll(.read(listener)) == [0, 1])
    try guest.expect("sock_accept", listener, 0)
    #expect(try guest.call("sock_accept", listener, 0) == .again)
    try guest.expect("sock_accept", listener, 0)
  }

  @Test(
    "A guest that is about to close its listener gets all that have come since",
    arguments: [false, true])
  func ending(byDrain: Bool) throws {
    let (guest, listener, port, clients) = try guest(clients: 2)
    #expect(try guest.poll(.read(listener)) == [0, 1])
    try guest.expect("sock_accept", listener, 0)
    let late = try Client(port: port)
    settle()
    if byDrain {
      guest.drain.begin()
    } else {
      try guest.store(0, at: 512)
      try guest.expect("sock_setsockopt", listener, 0, 13, 512, 4)
    }
    for _ in clients { try guest.expect("sock_accept", listener, 0) }
    #expect(try guest.call("sock_accept", listener, 0) == .again, "\(late.fd) was the last one")
  }

  @Test("A listener that is not waited for ends no wait, and is reported when it is again")
  func unwatched() throws {
    let (guest, listener, _, clients) = try guest(clients: 1)
    let (fd, client) = try guest.connection()
    for _ in 0..<2 {
      let start = Clock.monotonic.now
      #expect(try guest.poll(.read(fd), milliseconds: 30) == [0])
      #expect(Clock.monotonic.now - start >= 29_000_000)
    }
    client.send("x")
    settle()
    #expect(try guest.poll(.read(fd), .read(listener)) == [0, 1, 2], "\(clients.count) waits")
    try guest.expect("sock_accept", listener, 0)
    #expect(try guest.poll(.read(listener)) == [0])
  }

  @Test("In a drain whose connections are for others, the listener ends no wait for long")
  func handOver() throws {
    let pool = ListenerPool(sharesPorts: false)
    func make(generation: Int) throws -> Guest {
      try Guest {
        $0.listeners = pool
        $0.user.generation = generation
      }
    }
    let old = try make(generation: 0)
    let listener = try old.listen()
    #expect(try old.poll(.read(listener.fd)) == [0])
    let new = try make(generation: 1)
    let successor = try new.listen()
    let client = try Client(port: listener.port)
    settle()
    old.drain.begin(.handOver)
    #expect(try old.poll(.read(listener.fd)) == [0, 1])
    #expect(try old.call("sock_accept", listener.fd, 0) == .again)
    // (Its edge comes as well.)
    if try old.poll(.read(listener.fd)) == [0, 1] {
      #expect(try old.call("sock_accept", listener.fd, 0) == .again)
    }
    let start = Clock.monotonic.now
    #expect(try old.poll(.read(listener.fd), milliseconds: 30) == [0])
    #expect(Clock.monotonic.now - start >= 29_000_000)
    try old.expect("fd_close", listener.fd)
    #expect(successor.port == listener.port)
    client.send("hello")
    #expect(try new.receive(try new.accept(successor.fd)).bytes == bytes("hello"))
  }

  @Test("A listener that is closed and lives on in the host ends no wait")
  func closed() throws {
    let pool = ListenerPool(sharesPorts: false)
    let guest = try Guest { $0.listeners = pool }
    let listener = try guest.listen()
    #expect(try guest.poll(.read(listener.fd)) == [0])
    try guest.expect("fd_close", listener.fd)
    let client = try Client(port: listener.port)
    settle()
    let start = Clock.monotonic.now
    let list = PollList(guest: guest)
    try list.put(.clock(1, 30_000_000, absolute: false), at: 0)
    #expect(try list.poll(count: 1).count == 1, "\(client.fd) waits for a successor")
    #expect(Clock.monotonic.now - start >= 29_000_000)
  }

  @Test("Connections have TCP_NODELAY, of the listener")
  func sendsAtOnce() throws {
    let (guest, listener, _, _) = try guest(clients: 1)
    #expect(try guest.poll(.read(listener)) == [0, 1])
    let fd = try guest.accept(listener)
    #expect(try isSentAtOnce(guest.instance.descriptors.socket(fd).pointee.hostFD))
  }

  @Test(
    "A socket of another process gets TCP_NODELAY until it is given back", arguments: [false, true])
  func inherited(openersChoice: Bool) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let own = dup(descriptor)
    defer { close(own) }
    try #require(listen(descriptor, 1) == 0)
    setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, openersChoice ? 1 : 0)
    let inherited = try InheritedSocket(descriptor: descriptor, name: "")
    #expect(isSentAtOnce(own))
    inherited.giveBack()
    #expect(isSentAtOnce(own) == openersChoice)
  }

  private func isSentAtOnce(_ hostFD: Int32) -> Bool {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(hostFD, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0 && value == 1
  }

  @Test("The pace grows while more come, and shrinks to what came")
  func pace() {
    var pace = AcceptPace()
    func accept(inPoll poll: UInt32, upTo most: Int) -> Int {
      for number in 1...most where !pace.mayGoOn(inPoll: poll) { return number }
      pace.foundNone()
      return most
    }
    #expect((1...6).map { accept(inPoll: $0, upTo: 100) } == [1, 1, 1, 2, 4, 8])
    #expect(accept(inPoll: 9, upTo: 100) == 8, "the poll after that had none")
    #expect(accept(inPoll: 20, upTo: 3) == 3)
    #expect(accept(inPoll: 30, upTo: 100) == 3)
    #expect(accept(inPoll: 40, upTo: 1) == 1)
    #expect(accept(inPoll: 50, upTo: 100) == 1)
  }
}
