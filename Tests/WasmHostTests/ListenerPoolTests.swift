import CLinux
import Glibc
import Testing

@testable import WasmHost

/// Listening sockets that outlive the instances that use them.
struct ListenerPoolTests {
  private func guest(
    _ pool: ListenerPool, worker: Int = 0, generation: Int = 0, ports: [UInt16] = [0]
  ) throws -> Guest {
    let grants = try ports.map { try #require(Grants.Grant("\($0)")) }
    return try Guest {
      $0.grants = Grants(grants)
      $0.listeners = pool
      $0.user.worker = worker
      $0.user.generation = generation
    }
  }

  @Test("Who waits in the queue of an instance that ends is accepted by the next one")
  func succession() throws {
    let pool = ListenerPool(sharesPorts: false)
    var first: Guest? = try guest(pool)
    let port = try #require(first).listen().port
    let client = try Client(port: port)
    client.send("hello")
    first = nil
    let second = try guest(pool)
    let listener = try second.listen()
    #expect(listener.port == port)
    let connection = try second.accept(listener.fd)
    #expect(try second.receive(connection).bytes == bytes("hello"))
  }

  @Test("What asks for port 0 twice gets two ports, the same two as its predecessor, in order")
  func portsOfTheKernelsChoice() throws {
    let pool = ListenerPool(sharesPorts: false)
    let first = try guest(pool)
    let ports = try [first.listen().port, first.listen().port]
    #expect(ports[0] != ports[1])
    let second = try guest(pool)
    #expect(try [second.listen().port, second.listen().port] == ports)
  }

  @Test("Workers have a socket each for one port, and connections go to both")
  func sharing() throws {
    let pool = ListenerPool(sharesPorts: true)
    let guests = try (0..<2).map { try guest(pool, worker: $0) }
    let listeners = try guests.map { try $0.listen() }
    #expect(listeners[0].port == listeners[1].port)
    let clients = try (0..<64).map { _ in try Client(port: listeners[0].port) }
    settle()
    var accepted = [0, 0]
    for (place, guest) in guests.enumerated() {
      while try guest.call("sock_accept", listeners[place].fd, 0) == .success {
        accepted[place] += 1
      }
    }
    #expect(accepted.reduce(0, +) == clients.count)
    #expect(accepted.allSatisfy { $0 > 0 })
  }

  @Test("A port that another process listens on is in use, even if both would share it")
  func taken() throws {
    let other = try guest(ListenerPool(sharesPorts: true))
    let port = try other.listen().port
    let late = try guest(ListenerPool(sharesPorts: true), ports: [port])
    let fd = try late.open()
    let errno = try late.call("sock_bind", fd, try late.address([127, 0, 0, 1]), UInt32(port))
    #expect(errno == .addrinuse)
  }

  @Test("One instance cannot have a port twice, unless it has closed the first socket")
  func twice() throws {
    let free = try Guest().listen().port
    let guest = try guest(ListenerPool(sharesPorts: true), ports: [free])
    func bind(_ fd: UInt32) throws -> Errno? {
      try guest.call("sock_bind", fd, try guest.address([127, 0, 0, 1]), UInt32(free))
    }
    let sockets = try (0..<2).map { _ in try guest.open() }
    #expect(try bind(sockets[0]) == .success)
    #expect(try bind(sockets[1]) == .addrinuse)
    try guest.expect("fd_close", sockets[0])
    #expect(try bind(sockets[1]) == .success)
  }

  @Test("Sockets that systemd has opened are given to who asks for their address")
  func inherited() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let anywhere = SocketAddress(host: [0, 0, 0, 0], port: 0)
    try #require(anywhere.withSocketAddress { bind(descriptor, $0, $1) } == 0)
    try #require(listen(descriptor, 16) == 0)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    let pool = ListenerPool(
      sharesPorts: false, inherited: [try InheritedSocket(descriptor: descriptor, name: "")])
    let port = try #require(localAddress(of: descriptor)).port
    let guest = try guest(pool, ports: [port])
    let client = try Client(port: port)
    let fd = try guest.open()
    try guest.expect("sock_bind", fd, try guest.address([127, 0, 0, 1]), UInt32(port))
    try guest.expect("sock_listen", fd, 128)
    try guest.setNonBlocking(fd)
    client.send("by systemd")
    let connection = try guest.accept(fd)
    #expect(try guest.receive(connection).bytes == bytes("by systemd"))
  }

  @Test("What a new module does not open is drained by the old instances, and closed with them")
  func abandoned() throws {
    let pool = ListenerPool(sharesPorts: false)
    var old: Guest? = try guest(pool)
    let ports = try #require(old).listenTwice()
    let waiting = try Client(port: ports[1].port)
    let new = try guest(pool, generation: 1)
    _ = try new.listen()
    pool.release(generation: 0)
    let instance = try #require(old)
    instance.drain.begin(.handOver)
    #expect(try instance.call("sock_accept", ports[0].fd, 0) == .again)
    let connection = try instance.accept(ports[1].fd)
    waiting.send("in time")
    settle()
    #expect(try instance.receive(connection).bytes == bytes("in time"))
    // The drain's word is not refused on it either.
    try instance.store(0, at: 512)
    try instance.expect("sock_setsockopt", ports[1].fd, 0, 13, 512, 4)
    _ = try Client(port: ports[0].port)
    old = nil
  }

  @Test("A socket that no generation has any more refuses its clients")
  func released() throws {
    let pool = ListenerPool(sharesPorts: false)
    var old: Guest? = try guest(pool)
    let ports = try #require(old).listenTwice().map(\.port)
    let new = try guest(pool, generation: 1)
    _ = try new.listen()
    pool.release(generation: 0)
    old = nil
    _ = try Client(port: ports[0])
    #expect(throws: TestFailure.self) { try Client(port: ports[1]) }
  }

  @Test("What the successor of an instance that trapped does not open is closed when it waits")
  func notOpenedAgain() throws {
    let pool = ListenerPool(sharesPorts: false)
    var first: Guest? = try guest(pool)
    let ports = try #require(first).listenTwice().map(\.port)
    first = nil
    let second = try guest(pool)
    let listener = try second.listen()
    _ = try Client(port: ports[1])
    #expect(try second.call("sock_accept", listener.fd, 0) == .again)
    #expect(throws: TestFailure.self) { try Client(port: ports[1]) }
    _ = try Client(port: ports[0])
  }

  @Test("A pool that is closed keeps nothing: the port is free when its guest is done")
  func closed() throws {
    let pool = ListenerPool(sharesPorts: false)
    let guest = try guest(pool)
    let listener = try guest.listen()
    pool.close()
    _ = try Client(port: listener.port)
    try guest.expect("fd_close", listener.fd)
    #expect(throws: TestFailure.self) { try Client(port: listener.port) }
  }

  @Test("Instances that hand over find an empty queue, whoever waits there")
  func handingOver() throws {
    let pool = ListenerPool(sharesPorts: false)
    let old = try guest(pool)
    let listener = try old.listen()
    let client = try Client(port: listener.port)
    let new = try guest(pool, generation: 1)
    let successor = try new.listen().fd
    pool.release(generation: 0)
    old.drain.begin(.handOver)
    #expect(try old.call("sock_accept", listener.fd, 0) == .again)
    try old.store(0, at: 512)
    #expect(try old.call("sock_setsockopt", listener.fd, 0, 13, 512, 4) == .noprotoopt)
    let connection = try new.accept(successor)
    client.send("x")
    settle()
    #expect(try new.receive(connection).bytes == bytes("x"))
  }
}

extension Guest {
  /// Two sockets, on ports of the kernel's choice.
  fileprivate func listenTwice() throws -> [(fd: UInt32, port: UInt16)] {
    try (0..<2).map { _ in
      let listener = try listen()
      return (listener.fd, listener.port)
    }
  }
}
