import Testing

@testable import WasmHost

/// Guests that connect; the other end is a listener of their own.
struct ConnectTests {
  private static let loopback: [UInt8] = [127, 0, 0, 1]

  private func guest(_ grants: String...) throws -> Guest {
    let grants = try grants.map { try #require(ConnectGrants.Grant($0)) }
    return try Guest { $0.connectGrants = ConnectGrants(grants) }
  }

  private func connect(_ guest: Guest, _ fd: UInt32, port: UInt16) throws -> Errno? {
    try guest.call("sock_connect", fd, try guest.address(Self.loopback), UInt32(port))
  }

  private func socketError(_ guest: Guest, _ fd: UInt32) throws -> UInt32 {
    try guest.store(4, at: 516)
    try guest.expect("sock_getsockopt", fd, 0, 2, 512, 516)
    return try guest.load(512)
  }

  /// A port that refuses connections: a socket of the guest is bound to it and does not listen, so no other program can
  /// take it during the test.
  private func closedPort(_ guest: Guest) throws -> UInt16 {
    let fd = try guest.open()
    try guest.expect("sock_bind", fd, try guest.address([127, 0, 0, 1]), 0)
    return try guest.localPort(fd)
  }

  /// A listener whose port answers nobody: a connection to it stays on its way.
  private func silentPort(_ guest: Guest) throws -> UInt16 {
    let listener = try guest.listen()
    try guest.store(0, at: 512)
    try guest.expect("sock_setsockopt", listener.fd, 0, 13, 512, 4)
    return listener.port
  }

  private func setSendTimeout(_ guest: Guest, _ fd: UInt32, milliseconds: UInt64) throws {
    try guest.memory.write(milliseconds / 1000, at: 512)
    try guest.memory.write(milliseconds % 1000 * 1000, at: 520)
    try guest.expect("sock_setsockopt", fd, 0, 12, 512, 16)
  }

  @Test("A blocking guest connects, and bytes go both ways")
  func blocking() throws {
    let guest = try guest("127.0.0.1:*")
    let listener = try guest.listen()
    let fd = try guest.open()
    #expect(try connect(guest, fd, port: listener.port) == .success)
    let other = try guest.accept(listener.fd, nonBlocking: false)
    #expect(try guest.send(fd, bytes("ping")).count == 4)
    #expect(try guest.receive(other).bytes == bytes("ping"))
    #expect(try guest.send(other, bytes("pong")).count == 4)
    #expect(try guest.receive(fd).bytes == bytes("pong"))
    #expect(try connect(guest, fd, port: listener.port) == .isconn)
  }

  @Test(
    "A non-blocking one is told INPROGRESS; the socket is writable when it is connected",
    arguments: [false, true])
  func nonBlocking(isPolledBefore: Bool) throws {
    let guest = try guest("127.0.0.1:*")
    let listener = try guest.listen()
    let fd = try guest.open()
    try guest.setNonBlocking(fd)
    // A socket that is neither connected nor connecting has hung up, as epoll sees it.
    if isPolledBefore { #expect(try guest.poll(.read(fd), .write(fd)).isEmpty == false) }
    #expect(try connect(guest, fd, port: listener.port) == .inprogress)
    let events = try guest.pollEvents([.read(fd), .write(fd)], milliseconds: 60_000)
    #expect(events.map(\.userdata) == [1002])
    #expect(events.allSatisfy { !$0.hungUp })
    #expect(try socketError(guest, fd) == 0)
    #expect(try guest.receive(fd).errno == .again)
    let other = try guest.accept(listener.fd)
    #expect(try guest.send(fd, bytes("ping")).count == 4)
    settle()
    #expect(try guest.receive(other).bytes == bytes("ping"))
    #expect(try guest.send(other, bytes("pong")).count == 4)
    #expect(try guest.poll(.read(fd), milliseconds: 60_000) == [1])
    #expect(try guest.receive(fd).bytes == bytes("pong"))
  }

  @Test("Nobody listens: CONNREFUSED at once, or from SO_ERROR")
  func refusedByPeer() throws {
    let guest = try guest("127.0.0.1:*")
    let port = try closedPort(guest)
    #expect(try connect(guest, try guest.open(), port: port) == .connrefused)
    let fd = try guest.open()
    try guest.setNonBlocking(fd)
    #expect(try connect(guest, fd, port: port) == .inprogress)
    #expect(try guest.poll(.write(fd), milliseconds: 60_000) == [1])
    #expect(try socketError(guest, fd) == UInt32(Errno.connrefused.rawValue))
  }

  @Test("A connection that stays on its way is INPROGRESS after SNDTIMEO, then ALREADY")
  func slow() throws {
    let guest = try guest("127.0.0.1:*")
    let port = try silentPort(guest)
    let fd = try guest.open()
    try setSendTimeout(guest, fd, milliseconds: 50)
    #expect(try connect(guest, fd, port: port) == .inprogress)
    #expect(try connect(guest, fd, port: port) == .inprogress, "waited again")
    try guest.setNonBlocking(fd)
    #expect(try connect(guest, fd, port: port) == .already)
    #expect(try guest.poll(.write(fd)) == [0])
  }

  @Test("A drain interrupts a wait for a connection, once")
  func drain() throws {
    let guest = try guest("127.0.0.1:*")
    let port = try silentPort(guest)
    let fd = try guest.open()
    try setSendTimeout(guest, fd, milliseconds: 60_000)
    let drain = guest.drain
    try inBackground {
      pause(milliseconds: 50)
      drain.begin()
    }
    #expect(try connect(guest, fd, port: port) == .intr)
    try setSendTimeout(guest, fd, milliseconds: 50)
    #expect(try connect(guest, fd, port: port) == .inprogress)
    // What a drain finishes may need a connection yet.
    let listener = try guest.listen()
    #expect(try connect(guest, try guest.open(), port: listener.port) == .success)
  }

  @Test("IPv6", .enabled(if: hasInet6Loopback, "the machine has no ::1"))
  func inet6() throws {
    let guest = try guest("[::1]:*")
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    let listener = try guest.open(family: 2)
    try guest.expect("sock_bind", listener, try guest.address(loopback), 0)
    try guest.expect("sock_listen", listener, 1)
    let record = try guest.address([UInt8](repeating: 0, count: 16))
    try guest.expect("sock_getlocaladdr", listener, record, 48, 52)
    let port = try guest.load(52)
    let fd = try guest.open(family: 2)
    try guest.expect("sock_connect", fd, try guest.address(loopback), port)
    _ = try guest.accept(listener)
    // A socket of the one family and an address of the other.
    let other = try guest.open(family: 1)
    #expect(
      try guest.call("sock_connect", other, try guest.address(loopback), port) == .afnosupport)
  }

  @Test("What was not granted is NOTCAPABLE, whatever the socket")
  func notGranted() throws {
    let guest = try guest("127.0.0.1:1", "10.0.0.1:*")
    let listener = try guest.listen()
    #expect(try connect(guest, try guest.open(), port: listener.port) == .notcapable)
    #expect(try connect(guest, try guest.open(type: 1), port: listener.port) == .notcapable)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .again, "nothing was sent")
  }

  @Test("Bad descriptors and addresses")
  func invalid() throws {
    let guest = try guest("*:*")
    let fd = try guest.open()
    let record = try guest.address(Self.loopback)
    #expect(try guest.call("sock_connect", 99, record, 80) == .badf)
    #expect(try guest.call("sock_connect", 1, record, 80) == .notsock)
    #expect(try guest.call("sock_connect", fd, record, 65536) == .inval)
    #expect(try guest.call("sock_connect", fd, record + 1, 80) == .inval, "misaligned")
    #expect(try guest.call("sock_connect", fd, 0xffff_fffc, 80) == .fault)
    #expect(try guest.call("sock_connect", fd, try guest.address([1, 2, 3]), 80) == .inval)
    try guest.store(4, at: 20)
    try guest.store(0xffff_fffe, at: 16)
    #expect(try guest.call("sock_connect", fd, 16, 80) == .fault)
  }

  // MARK: Datagrams

  @Test("A datagram goes where it may, and nowhere else")
  func datagrams() throws {
    let guest = try guest("127.0.0.1:*/udp")
    let receiver = try guest.open(type: 1)
    try guest.setNonBlocking(receiver)
    try guest.expect("sock_bind", receiver, try guest.address(Self.loopback), 0)
    let port = UInt32(try guest.localPort(receiver))
    let sender = try guest.open(type: 1)
    try guest.write(bytes("hello"), at: 1024)
    try guest.vector(at: 64, to: 1024, count: 5)
    let record = try guest.address(Self.loopback)
    try guest.expect("sock_send_to", sender, 64, 1, record, port, 0, 72)
    #expect(try guest.load(72) == 5)
    settle()
    #expect(try guest.receive(receiver).bytes == bytes("hello"))

    // Connected, it needs no address; and takes none that was not granted.
    try guest.vector(at: 64, to: 1024, count: 5)
    try guest.expect("sock_connect", sender, record, port)
    try guest.expect("sock_send", sender, 64, 1, 0, 72)
    settle()
    #expect(try guest.receive(receiver).bytes.count == 5)
    let elsewhere = try guest.address([127, 0, 0, 2])
    #expect(try guest.call("sock_send_to", sender, 64, 1, elsewhere, port, 0, 72) == .notcapable)
    #expect(try guest.call("sock_connect", sender, elsewhere, port) == .notcapable)
  }

  // MARK: The log

  @Test("Each refused address is one line, which says what was granted; sixteen are enough")
  func refusals() throws {
    let log = CapturedLog()
    let grant = try #require(ConnectGrants.Grant("db:5432"))
    let guest = try Guest {
      $0.logger = log.logger
      $0.connectGrants = ConnectGrants([grant])
    }
    let fd = try guest.open()
    for _ in 0..<3 { #expect(try connect(guest, fd, port: 80) == .notcapable) }
    #expect(try connect(guest, fd, port: 81) == .notcapable)
    #expect(
      try guest.call("sock_bind", fd, try guest.address(Self.loopback), 80) == .notcapable)
    #expect(
      log.lines == [
        "refused: the guest was not granted this address "
          + "address=127.0.0.1:80 call=sock_connect granted=db:5432",
        "refused: the guest was not granted this address "
          + "address=127.0.0.1:81 call=sock_connect granted=db:5432",
        "refused: the guest was not granted this address "
          + "address=127.0.0.1:80 call=sock_bind granted=*:0,*:0/udp",
      ])
    for port in 1000..<1100 as Range<UInt16> { _ = try connect(guest, fd, port: port) }
    #expect(log.lines.count == 16)
  }
}
