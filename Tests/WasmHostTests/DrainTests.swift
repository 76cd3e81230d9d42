import Synchronization
import Testing

@testable import WasmHost

struct DrainTests {
  @Test("A drain is a hang-up on the listener, reported once")
  func reportedOnce() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    #expect(try guest.poll(.read(listener.fd)) == [0])
    guest.drain.begin()
    let events = try guest.pollEvents([.read(listener.fd)], milliseconds: 60_000)
    #expect(
      events == [.init(userdata: 1001, errno: .success, type: 1, hungUp: true, bytes: 0)])
    #expect(try guest.poll(.read(listener.fd)) == [0])
  }

  @Test("Each listener hears of it, connections do not")
  func eachListener() throws {
    let guest = try Guest()
    let (connection, client) = try guest.connection()
    let listeners = try [guest.listen().fd, guest.listen().fd]
    guest.drain.begin()
    let events = try guest.pollEvents(
      [.read(listeners[0]), .read(connection), .read(listeners[1])], milliseconds: 60_000)
    #expect(events.map(\.userdata).sorted() == [1001, 1003])
    #expect(events.allSatisfy { $0.hungUp })
    client.close()
  }

  @Test("A blocked poll is woken")
  func waking() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let drain = guest.drain
    try inBackground {
      pause(milliseconds: 50)
      drain.begin()
    }
    // (Not by the clock, which would be an event.)
    #expect(try guest.poll(.read(listener.fd), milliseconds: 60_000) == [1])
  }

  @Test("A listener that is not subscribed hears of it when it is")
  func later() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    guest.drain.begin()
    for _ in 0..<3 { #expect(try guest.poll() == [0]) }
    func hears(_ fd: UInt32) throws -> Bool {
      try guest.pollEvents([.read(fd)], milliseconds: 60_000).map(\.hungUp) == [true]
    }
    #expect(try hears(listener.fd))
    let another = try guest.listen()
    #expect(try hears(another.fd))
  }

  @Test("Connections that the kernel accepted are handed out still")
  func backlog() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let clients = try (0..<3).map { _ in try Client(port: listener.port) }
    settle()
    guest.drain.begin()
    #expect(try guest.pollEvents([.read(listener.fd)], milliseconds: 60_000).first?.hungUp == true)
    for client in clients {
      let fd = try guest.accept(listener.fd)
      #expect(try guest.send(fd, bytes("ok")).count == 2)
      #expect(client.receiveAll(2) == bytes("ok"))
    }
    #expect(try guest.call("sock_accept", listener.fd, 0) == .again)
    try guest.expect("fd_close", listener.fd)
  }

  @Test("A blocking accept hands out the backlog, then answers INVAL")
  func blockingAccept() throws {
    let guest = try Guest()
    let listener = try guest.listen(nonBlocking: false)
    let client = try Client(port: listener.port)
    let drain = guest.drain
    try inBackground {
      pause(milliseconds: 50)
      drain.begin()
    }
    _ = try guest.accept(listener.fd)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .inval)
    let late = try Client(port: listener.port)
    settle()
    _ = try guest.accept(listener.fd)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .inval)
    client.close()
    late.close()
  }

  @Test("A worker that drains ends, and says how")
  func worker() throws {
    let module = try compile(
      listeningGuest(then: "(call $exit (call $accept (i32.load (i32.const 0)) (i32.const 4)))"))
    var configuration = InstanceConfiguration()
    configuration.grants = Grants([try #require(Grants.Grant("0"))])
    let drain = try Drain()
    let hasEnded = Flag()
    let worker = try Worker(
      module: module, configuration: configuration, drain: drain
    ) { event in
      if case .ended = event { hasEnded.raise() }
    }
    pause(milliseconds: 50)
    #expect(worker.result == nil)
    drain.begin()
    hasEnded.wait()
    guard case .ended(.exited(status: 28)) = worker.result else {
      Issue.record("\(String(describing: worker.result))")
      return
    }
  }
}

/// Raised once, on another thread.
final class Flag: Sendable {
  private let isRaised = Atomic<Bool>(false)

  func raise() { isRaised.store(true, ordering: .releasing) }

  /// For up to a minute.
  func wait() {
    for _ in 0..<6000 where !isRaised.load(ordering: .acquiring) { pause(milliseconds: 10) }
  }
}
