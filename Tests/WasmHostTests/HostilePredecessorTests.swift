import CLinux
import Glibc
import Synchronization
import Testing

@testable import WasmHost

/// What an instance does to sockets that the next one will have, or has already.
struct HostilePredecessorTests {
  private func guest(
    _ pool: ListenerPool, generation: Int = 0, grants: [String] = ["0"],
    configure: (inout InstanceConfiguration) -> Void = { _ in }
  ) throws -> Guest {
    let grants = try grants.map { try #require(Grants.Grant($0)) }
    return try Guest {
      $0.grants = Grants(grants)
      $0.listeners = pool
      $0.user.generation = generation
      configure(&$0)
    }
  }

  private func option(_ guest: Guest, _ fd: UInt32, _ name: UInt32, _ value: [UInt8]) throws
    -> Errno?
  {
    try guest.write(value, at: 128)
    return try guest.call("sock_setsockopt", fd, 0, name, 128, UInt32(value.count))
  }

  /// What the kernel has of a guest's socket.
  private func read<Value: BitwiseCopyable>(
    _ guest: Guest, _ fd: UInt32, _ option: Int32, _ value: Value
  ) throws -> Value {
    var value = value
    var size = socklen_t(MemoryLayout<Value>.size)
    let hostFD = try guest.instance.descriptors.socket(fd).pointee.hostFD
    #expect(getsockopt(hostFD, SOL_SOCKET, option, &value, &size) == 0)
    return value
  }

  @Test("Nobody shuts down a listening socket of the service, in any direction")
  func shutdown() throws {
    let pool = ListenerPool(sharesPorts: false)
    let first = try guest(pool)
    let (fd, port) = try first.listen()
    let second = try guest(pool, generation: 1)
    let kept = try second.open()
    try second.expect("sock_bind", kept, try second.address([127, 0, 0, 1]), 0)
    for direction in [2, 3] as [UInt32] {
      #expect(try first.call("sock_shutdown", fd, direction) == .notcapable)
      // Bound to the kept socket, and not listening itself yet.
      #expect(try second.call("sock_shutdown", kept, direction) == .notcapable)
    }
    #expect(try second.call("sock_shutdown", kept, 1) == .notcapable)
    try second.expect("sock_listen", kept, 8)
    let client = try Client(port: port)
    client.send("hello")
    try second.setNonBlocking(kept)
    let connection = try second.accept(kept)
    #expect(try second.receive(connection).bytes == bytes("hello"))
  }

  @Test("Options that an instance has set are not its successor's")
  func scrubbed() throws {
    let pool = ListenerPool(sharesPorts: false)
    var first: Guest? = try guest(pool)
    do {
      let first = try #require(first)
      let fd = try first.open()
      // All that can be set before it binds.
      #expect(try option(first, fd, 10, [0xe8, 3, 0, 0]) == .success, "RCVLOWAT 1000")
      #expect(try option(first, fd, 9, [1, 0, 0, 0, 0, 0, 0, 0]) == .success, "LINGER 0: reset")
      #expect(try option(first, fd, 7, [1, 0, 0, 0]) == .success, "KEEPALIVE")
      let second = [UInt8](repeating: 0, count: 8) + [1, 0, 0, 0, 0, 0, 0, 0]
      #expect(try option(first, fd, 11, second) == .success, "RCVTIMEO 1 us")
      #expect(try option(first, fd, 5, [1, 0, 0, 0]) == .success, "SNDBUF")
      #expect(try option(first, fd, 6, [1, 0, 0, 0]) == .success, "RCVBUF")
      try first.expect("sock_bind", fd, try first.address([127, 0, 0, 1]), 0)
      try first.expect("sock_listen", fd, 8)
    }
    first = nil
    let fresh = try guest(ListenerPool(sharesPorts: false))
    let expected = try fresh.listen().fd
    let successor = try guest(pool)
    let fd = try successor.listen().fd
    for option in [SO_RCVLOWAT, SO_KEEPALIVE, SO_SNDBUF, SO_RCVBUF] {
      #expect(
        try read(successor, fd, option, Int32(0)) == read(fresh, expected, option, Int32(0)),
        "option \(option)")
    }
    let lingers = try read(successor, fd, SO_LINGER, linger())
    #expect(lingers.l_onoff == 0)
    let patience = try read(successor, fd, SO_RCVTIMEO, timeval())
    #expect(patience.tv_sec == 0 && patience.tv_usec == 0)
  }

  @Test(
    "While a successor has the socket, its predecessor sets nothing on it and shortens no queue")
  func retiring() throws {
    let pool = ListenerPool(sharesPorts: false)
    let first = try guest(pool)
    let (fd, port) = try first.listen()
    let second = try guest(pool, generation: 1)
    let listener = try second.listen().fd
    for (name, value) in [
      (0, [1, 0, 0, 0]), (5, [1, 0, 0, 0]), (6, [1, 0, 0, 0]), (7, [1, 0, 0, 0]),
      (9, [1, 0, 0, 0, 0, 0, 0, 0]), (10, [0, 1, 0, 0]),
      (11, [UInt8](repeating: 1, count: 16)), (12, [UInt8](repeating: 1, count: 16)),
    ] as [(UInt32, [UInt8])] {
      #expect(try option(first, fd, name, value) == .noprotoopt, "\(name)")
      #expect(try option(second, listener, name, value) == .noprotoopt, "\(name)")
    }
    // Again on the same socket, and on another one that takes the same place.
    try first.expect("sock_listen", fd, 0)
    try first.expect("fd_close", fd)
    let again = try first.open()
    try first.expect("sock_bind", again, try first.address([127, 0, 0, 1]), 0)
    try first.expect("sock_listen", again, 0)
    let clients = try (0..<6).map { _ in try Client(port: port) }
    settle()
    for _ in clients { _ = try second.accept(listener) }
  }

  @Test("Of listening sockets so many are kept and no more, for as many addresses as there are")
  func keptListeners() throws {
    let free = try Guest().listen().port
    let pool = ListenerPool(sharesPorts: false)
    let guest = try guest(pool, grants: ["*:\(free)"])
    var answers: [Errno?] = []
    for number in 1...(ListenerPool.mostPerWorker + 10) {
      let fd = try guest.open()
      try guest.expect(
        "sock_bind", fd, try guest.address([127, 0, 1, UInt8(number)]), UInt32(free))
      answers.append(try guest.call("sock_listen", fd, 1))
      if answers.last == .success { try guest.expect("fd_close", fd) }
    }
    #expect(answers.count { $0 == .success } == ListenerPool.mostPerWorker)
    #expect(answers.last == .mfile)
    // What is refused does not listen.
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    let last = UInt8(ListenerPool.mostPerWorker + 10)
    let address = SocketAddress(host: [127, 0, 1, last], port: free)
    #expect(address.withSocketAddress { connect(client, $0, $1) } == -1)
  }

  @Test("All queues of a worker together have so many places")
  func queues() throws {
    let request = { (port: UInt16) in
      ListenerPool.Request(host: [127, 0, 0, 1], port: port, ordinal: 0)
    }
    let pool = ListenerPool(sharesPorts: false)
    let user = ListenerPool.User()
    var total: Int32 = 0
    for port in 1...10 as ClosedRange<UInt16> {
      let backlog = try pool.backlog(.max, of: request(port), user: user)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      try pool.keep(descriptor, backlog: backlog, for: request(port), user: user)
      total += backlog
    }
    #expect(total == ListenerPool.mostWaiting)
  }

  @Test("Sockets that are only opened count where connections are limited")
  func opened() throws {
    let guest = try guest(ListenerPool(sharesPorts: false)) { $0.maxConnections = 10 }
    var count = 0
    while count < 1000, try guest.call("sock_open", 1, 1, 0) == .success { count += 1 }
    #expect(count == 10 + ListenerPool.mostPerWorker)
  }

  @Test("An instance that takes all descriptors leaves some to the host, and to its successor")
  func descriptors() throws {
    let budget = DescriptorBudget(descriptors: 64 + 2 * 24 + 40, instances: 2)
    let pool = ListenerPool(sharesPorts: false)
    let first = try guest(pool) { $0.descriptors = budget }
    let port = try first.listen().port
    var count = 1
    while try first.call("sock_open", 1, 2, 0) == .success { count += 1 }
    #expect(count == 40)
    #expect(try first.call("sock_open", 1, 2, 0) == .mfile)
    let second = try guest(pool, generation: 1) { $0.descriptors = budget }
    let listener = try second.listen()
    #expect(listener.port == port)
    let client = try Client(port: port)
    client.send("hello")
    let connection = try second.accept(listener.fd)
    #expect(try second.receive(connection).bytes == bytes("hello"))
    // What is closed counts no more.
    for number in 4..<20 as Range<UInt32> { _ = try first.call("fd_close", number) }
    #expect(try first.call("sock_open", 1, 2, 0) == .success)
  }

  @Test("What only a guest of an earlier process can have left on a passed socket is taken off")
  func passedOn() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let address = SocketAddress(host: [127, 0, 0, 1], port: 0)
    try #require(address.withSocketAddress { bind(descriptor, $0, $1) } == 0)
    try #require(listen(descriptor, 8) == 0)
    var low: Int32 = 1000
    setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &low, 4)
    var reset = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, 8)
    _ = try InheritedSocket(descriptor: descriptor, name: "")
    var size = socklen_t(4)
    getsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &low, &size)
    #expect(low == 1)
    size = 8
    getsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, &size)
    #expect(reset.l_onoff == 0)
  }

  @Test("However often it asks, the service is told once of a drain, and of so many sockets")
  func reports() throws {
    final class Told: Sendable {
      let events = Mutex<[String]>([])
    }
    let told = Told()
    let guest = try guest(ListenerPool(sharesPorts: false)) {
      $0.report = { event in told.events.withLock { $0.append("\(event)") } }
    }
    let (fd, _) = try guest.listen()
    for _ in 0..<1000 { try guest.expect("sock_shutdown", fd, 1) }
    #expect(told.events.withLock { $0.count { $0 == "drainRequested" } } == 1)
    for _ in 0..<1000 {
      let fd = try guest.open()
      try guest.expect("sock_bind", fd, try guest.address([127, 0, 0, 1]), 0)
      _ = try guest.call("sock_listen", fd, 1)
      try guest.expect("fd_close", fd)
    }
    #expect(told.events.withLock { $0.count } <= ListenerPool.mostPerWorker + 1)
  }
}
