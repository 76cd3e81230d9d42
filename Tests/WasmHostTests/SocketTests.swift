import Testing

@testable import WasmHost

struct SocketTests {
  @Test("Open, bind, listen, accept, receive, send, close")
  func conversation() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    #expect(try guest.call("sock_accept", listener.fd, 0) == .again)
    let client = try Client(port: listener.port)
    settle()
    let fd = try guest.accept(listener.fd)
    #expect(try guest.receive(fd).errno == .again)
    client.send("hello")
    settle()
    #expect(try guest.receive(fd).bytes == bytes("hello"))
    #expect(try guest.receive(fd).errno == .again)
    #expect(try guest.send(fd, bytes("world")).count == 5)
    #expect(client.receiveAll(5) == bytes("world"))
    client.finishSending()
    settle()
    #expect(try guest.receive(fd) == (.success, []))
    try guest.expect("fd_close", fd)
    #expect(client.receive().isEmpty)
  }

  @Test("A family or type that is unknown is INVAL; UNIX sockets are not offered")
  func opening() throws {
    let guest = try Guest()
    for (family, type) in [(0, 2), (1, 0), (4, 2), (1, 3), (0xffff_ffff, 2)] as [(UInt32, UInt32)] {
      #expect(try guest.call("sock_open", family, type, 0) == .inval)
    }
    #expect(try guest.call("sock_open", 3, 2, 0) == .afnosupport)
    #expect(try guest.call("sock_open", 1, 2, 0xffff_ffff) == .fault)
    #expect(try guest.call("sock_open", 1, 2, 2) == .inval, "misaligned")
  }

  @Test("Both forms of accept, the standard one with its flag")
  func acceptForms() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let clients = try (0..<3).map { _ in try Client(port: listener.port) }
    settle()
    try guest.expect("sock_accept", listener.fd, 0)
    try guest.expect("fd_fdstat_get", try guest.load(0), 128)
    #expect(try guest.read(130, 1) == [0])
    try guest.expect("sock_accept_3", listener.fd, 4, 0)
    let nonBlocking = try guest.load(0)
    try guest.expect("fd_fdstat_get", nonBlocking, 128)
    #expect(try guest.read(130, 1) == [4])
    #expect(try guest.receive(nonBlocking).errno == .again)
    #expect(try guest.call("sock_accept_3", listener.fd, 1, 0) == .inval)
    #expect(try guest.call("sock_accept", listener.fd, 0xffff_fffc + 3) == .fault)
    try guest.expect("sock_accept_3", listener.fd, 0, 0)
    #expect(clients.count == 3)
  }

  @Test("A bad result pointer does not cost the connection")
  func acceptKeepsConnection() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let client = try Client(port: listener.port)
    settle()
    #expect(try guest.call("sock_accept", listener.fd, 0xffff_ffff) == .fault)
    let fd = try guest.accept(listener.fd)
    client.send("x")
    settle()
    try guest.vector(at: 64, to: 1024, count: 10)
    #expect(try guest.call("sock_recv", fd, 64, 1, 0, 0xffff_fff0, 76) == .fault)
    #expect(try guest.call("sock_recv", fd, 64, 1, 0, 72, 0xffff_ffff) == .fault)
    #expect(try guest.receive(fd).bytes == bytes("x"))
  }

  @Test("Addresses of both ends, in bytes and host order")
  func addresses() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let client = try Client(port: listener.port)
    settle()
    let fd = try guest.accept(listener.fd)
    let record = try guest.address([UInt8](repeating: 9, count: 16))
    try guest.expect("sock_getpeeraddr", fd, record, 48, 52)
    #expect(try guest.read(24, 5) == [127, 0, 0, 1, 9])
    #expect(try guest.load(48) == 4)
    #expect(try guest.load(52) > 0)
    try guest.expect("sock_getlocaladdr", fd, record, 48, 52)
    #expect(try guest.load(52) == UInt32(listener.port))
    #expect(try guest.call("sock_getpeeraddr", listener.fd, record, 48, 52) == .notconn)
    try guest.store(5, at: 20)
    #expect(try guest.call("sock_getlocaladdr", fd, record, 48, 52) == .inval)
    try guest.store(0xffff_ffff, at: 20)
    #expect(try guest.call("sock_getlocaladdr", fd, record, 48, 52) == .fault)
    #expect(try guest.call("sock_getlocaladdr", fd, 17, 48, 52) == .inval, "misaligned")
    client.close()
  }

  @Test("[::] listens for both families")
  func dualStack() throws {
    let guest = try Guest()
    let fd = try guest.open(family: 2)
    try guest.expect("sock_bind", fd, try guest.address([UInt8](repeating: 0, count: 16)), 0)
    try guest.expect("sock_listen", fd, 10)
    let record = try guest.address([UInt8](repeating: 1, count: 16))
    try guest.expect("sock_getlocaladdr", fd, record, 48, 52)
    #expect(try guest.load(48) == 6)
    _ = try Client(port: UInt16(try guest.load(52)))
    _ = try guest.accept(fd)
  }

  @Test("A port in use is ADDRINUSE, also within the host")
  func addressInUse() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let grant = try #require(Grants.Grant("\(listener.port)"))
    let other = try Guest { $0.grants = Grants([grant]) }
    let fd = try other.open()
    try other.store(1, at: 128)
    try other.expect("sock_setsockopt", fd, 0, 0, 128, 4)
    #expect(
      try other.call("sock_bind", fd, try other.address([127, 0, 0, 1]), UInt32(listener.port))
        == .addrinuse)
  }

  @Test("Scattered buffers are filled in order, gathered ones sent in order")
  func vectors() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.send("abcdefgh")
    settle()
    try guest.vector(at: 64, to: 1024, count: 3)
    try guest.vector(at: 72, to: 2048, count: 0)
    try guest.vector(at: 80, to: 3072, count: 100)
    try guest.expect("sock_recv", fd, 64, 3, 0, 128, 132)
    #expect(try guest.load(128) == 8)
    #expect(try guest.read(1024, 3) + guest.read(3072, 5) == bytes("abcdefgh"))
    try guest.store(5, at: 84)
    try guest.expect("sock_send", fd, 64, 3, 0, 128)
    #expect(client.receiveAll(8) == bytes("abcdefgh"))
  }

  @Test("1024 vectors are taken, 1025 are INVAL")
  func vectorLimit() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    for place in 0..<1025 as Range<UInt32> {
      try guest.vector(at: 0x1000 + place * 8, to: 0x8000 + place, count: 1)
      try guest.write([UInt8(truncatingIfNeeded: place)], at: 0x8000 + place)
    }
    try guest.expect("sock_send", fd, 0x1000, 1024, 0, 128)
    #expect(try guest.load(128) == 1024)
    #expect(client.receiveAll(1024).count == 1024)
    #expect(try guest.call("sock_send", fd, 0x1000, 1025, 0, 128) == .inval)
    #expect(try guest.call("sock_recv", fd, 0x1000, 0xffff_ffff, 0, 128, 132) == .inval)
    #expect(try guest.call("fd_write", 1, 0x1000, 1025, 128) == .inval)
  }

  @Test("A vector or its buffer outside the memory is FAULT; a misaligned one INVAL")
  func badVectors() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.send("x")
    settle()
    for (start, count) in [(0xffff_ffff, 1), (1024, 0xffff_ffff), (0, 0x10_0001)]
      as [(UInt32, UInt32)]
    {
      try guest.vector(at: 64, to: start, count: count)
      #expect(try guest.call("sock_recv", fd, 64, 1, 0, 72, 76) == .fault)
      #expect(try guest.call("sock_send", fd, 64, 1, 0, 72) == .fault)
      #expect(try guest.call("fd_write", 1, 64, 1, 72) == .fault)
      #expect(try guest.call("fd_read", 0, 64, 1, 72) == .fault)
    }
    #expect(try guest.call("sock_recv", fd, 0xffff_fff8, 2, 0, 72, 76) == .fault)
    #expect(try guest.call("sock_recv", fd, 66, 1, 0, 72, 76) == .inval)
    #expect(try guest.receive(fd).bytes == bytes("x"), "nothing was lost")
  }

  @Test("Peeking leaves the bytes; unknown flags are INVAL")
  func flags() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.send("abc")
    settle()
    try guest.vector(at: 64, to: 1024, count: 10)
    try guest.expect("sock_recv", fd, 64, 1, 1, 72, 76)
    try guest.expect("sock_recv", fd, 64, 1, 1, 72, 76)
    #expect(try guest.load(72) == 3)
    #expect(try guest.receive(fd).bytes == bytes("abc"))
    #expect(try guest.call("sock_recv", fd, 64, 1, 4, 72, 76) == .inval)
    #expect(try guest.call("sock_send", fd, 64, 1, 1, 72) == .inval)
  }

  @Test("A client that resets is CONNRESET, then PIPE: never the end of the host")
  func reset() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.reset()
    settle()
    #expect(try guest.receive(fd).errno == .connreset)
    #expect(try guest.send(fd, bytes("x")).errno == .pipe)
    try guest.expect("fd_close", fd)
  }

  @Test("Shutting down one direction or both")
  func shuttingDown() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    try guest.expect("sock_shutdown", fd, 2)
    #expect(client.receive().isEmpty)
    client.send("still")
    settle()
    #expect(try guest.receive(fd).bytes == bytes("still"))
    #expect(try guest.call("sock_shutdown", fd, 0) == .inval)
    #expect(try guest.call("sock_shutdown", fd, 4) == .inval)
    try guest.expect("sock_shutdown", fd, 3)
    #expect(try guest.receive(fd) == (.success, []))
    #expect(try guest.call("sock_shutdown", try guest.open(), 3) == .notconn)
  }

  @Test("A full buffer is a short count, then AGAIN, then room again")
  func backpressure() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    let sent = try guest.fill(fd)
    #expect(try guest.send(fd, [1]).errno == .again)
    #expect(try guest.poll(.write(fd)) == [0])
    var received = 0
    while received < sent {
      let part = client.receive(1 << 20)
      guard !part.isEmpty else { break }
      received += part.count
    }
    #expect(received == sent)
    #expect(try guest.poll(.write(fd), milliseconds: 60_000) == [1])
    #expect(try guest.send(fd, [1]).count == 1)
  }

  @Test("A datagram arrives with its sender; sending one is not granted")
  func datagrams() throws {
    let guest = try Guest()
    let fd = try guest.open(type: 1)
    try guest.setNonBlocking(fd)
    let record = try guest.address([127, 0, 0, 1])
    try guest.expect("sock_bind", fd, record, 0)
    try guest.vector(at: 64, to: 1024, count: 2)
    #expect(try guest.call("sock_recv_from", fd, 64, 1, record, 0, 72, 76) == .again)
    #expect(try guest.call("sock_send_to", fd, 64, 1, record, 53, 0, 72) == .notcapable)
  }
}
