import Testing

@testable import WasmHost

struct PollTests {
  @Test("A listener is readable while a connection waits, each time it is asked")
  func listener() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    #expect(try guest.poll(.read(listener.fd)) == [0])
    let clients = try (0..<2).map { _ in try Client(port: listener.port) }
    settle()
    for _ in 0..<3 { #expect(try guest.poll(.read(listener.fd)) == [0, 1]) }
    _ = try guest.accept(listener.fd)
    #expect(try guest.poll(.read(listener.fd)) == [0, 1], "one of \(clients.count) is left")
    _ = try guest.accept(listener.fd)
    #expect(try guest.poll(.read(listener.fd)) == [0])
    #expect(try guest.call("sock_accept", listener.fd, 0) == .again)
    #expect(try guest.poll(.read(listener.fd)) == [0])
  }

  @Test("A connection is readable until all was read", arguments: [1, 5, 6, 100])
  func levelTriggered(count: Int) throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    client.send("abcdef")
    settle()
    for _ in 0..<3 { #expect(try guest.poll(.read(fd)) == [0, 1]) }
    let first = try guest.receive(fd, count)
    #expect(first.bytes.count == min(count, 6))
    #expect(try guest.poll(.read(fd)) == (count < 6 ? [0, 1] : [0]))
    _ = try guest.receive(fd, 6)
    #expect(try guest.poll(.read(fd)) == [0])
    client.send("more")
    #expect(try guest.poll(.read(fd), milliseconds: 60_000) == [1])
  }

  @Test("Data that arrived before the first poll is seen, and before the first receive as well")
  func earlyData() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.send("early")
    settle()
    #expect(try guest.receive(fd).bytes == bytes("early"))
    #expect(try guest.receive(fd).errno == .again)
    client.send("again")
    settle()
    #expect(try guest.poll(.read(fd)) == [0, 1])
  }

  @Test("A guest that never polls gets its bytes all the same")
  func neverPolling() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    #expect(try guest.receive(fd).errno == .again)
    client.send("x")
    settle()
    #expect(
      try guest.receive(fd).bytes == bytes("x"), "the second call without a poll asks the kernel")
  }

  @Test("Both directions of one descriptor")
  func bothDirections() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd), .write(fd)) == [0, 2])
    client.send("x")
    settle()
    #expect(try guest.poll(.read(fd), .write(fd)) == [0, 1, 2])
    #expect(try guest.poll(.write(fd), .read(fd)) == [0, 1, 2])
    for _ in 0..<3 { #expect(try guest.poll(.write(fd)) == [0, 1]) }
  }

  @Test("A peer that sends no more is readable for good, whatever was read")
  func halfClose() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    client.send("last")
    client.finishSending()
    settle()
    #expect(try guest.pollEvents([.read(fd)])[1].hungUp == false)
    #expect(try guest.receive(fd).bytes == bytes("last"))
    for _ in 0..<3 {
      #expect(try guest.poll(.read(fd)) == [0, 1])
      #expect(try guest.receive(fd) == (.success, []))
    }
    #expect(try guest.send(fd, bytes("reply")).count == 5)
    #expect(client.receiveAll(5) == bytes("reply"))
  }

  @Test("A full hang-up is flagged on either subscription")
  func hangUp() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    client.reset()
    settle()
    let events = try guest.pollEvents([.read(fd), .write(fd)])
    #expect(events.count == 3)
    #expect(events.dropFirst().allSatisfy { $0.hungUp && $0.errno == .success })
  }

  @Test("An event has the subscription's userdata and type; nbytes is 1, as on WasmEdge")
  func eventRecord() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.send("abc")
    settle()
    let events = try guest.pollEvents([.write(fd), .read(fd)])
    #expect(events.count == 3)
    for event in events {
      let (type, bytes): (UInt8, UInt64) =
        switch event.userdata {
        case 1000: (0, 0)
        case 1001: (2, 1)
        default: (1, 1)
        }
      #expect(event.type == type)
      #expect(event.bytes == bytes)
      #expect(event.errno == .success)
    }
  }

  @Test("A bad descriptor is an event, and the others are answered beside it")
  func badDescriptor() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    client.send("x")
    settle()
    let list = PollList(guest: guest)
    try list.put(.read(777), at: 0)
    try list.put(.read(fd), at: 1)
    try list.put(.raw(tag: 9, fd: 0), at: 2)
    let events = try list.poll(count: 3).sorted { $0.userdata < $1.userdata }
    #expect(events.map(\.errno) == [.badf, .success, .inval])
    try guest.expect("fd_close", fd)
    #expect(try list.poll(count: 2).map(\.errno) == [.badf, .badf])
  }

  @Test("Clocks: relative and absolute, monotonic and realtime")
  func clocks() throws {
    let guest = try Guest()
    let list = PollList(guest: guest)
    for (id, clock) in [(0, Clock.realtime), (1, Clock.monotonic)] as [(UInt32, Clock)] {
      for isAbsolute in [false, true] {
        let start = clock.now
        let timeout: UInt64 = 30_000_000
        try list.put(
          .clock(id, isAbsolute ? start + timeout : timeout, absolute: isAbsolute), at: 0)
        let events = try list.poll(count: 1)
        #expect(events.map(\.userdata) == [1000])
        #expect(clock.now - start >= timeout - 1_000_000)
        try list.put(.clock(id, isAbsolute ? start : 0, absolute: isAbsolute), at: 0)
        #expect(try list.poll(count: 1).count == 1, "over already")
      }
    }
    for id in [2, 3, 77] as [UInt32] {
      try list.put(.clock(id, 1, absolute: false), at: 0)
      #expect(try list.poll(count: 1).map(\.errno) == [.inval])
    }
    try list.put(.clock(1, .max, absolute: false), at: 0)
    try list.put(.clock(1, 1_000_000, absolute: false), at: 1)
    #expect(try list.poll(count: 2).map(\.userdata) == [1001], "the first of two")
  }

  @Test("A blocked poll wakes when something arrives")
  func waking() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    let clientFD = client.fd
    try inBackground {
      pause(milliseconds: 50)
      sendByte(clientFD)
    }
    // (Not by the clock, which would be an event.)
    #expect(try guest.poll(.read(fd), milliseconds: 60_000) == [1])
  }

  @Test("No subscriptions is INVAL; bad and misaligned lists are refused")
  func badLists() throws {
    let guest = try Guest()
    #expect(try guest.call("poll_oneoff", 1024, 2048, 0, 128) == .inval)
    #expect(try guest.call("poll_oneoff", 0xffff_fff8, 2048, 1, 128) == .fault)
    #expect(try guest.call("poll_oneoff", 1024, 0xffff_fff8, 1, 128) == .fault)
    #expect(try guest.call("poll_oneoff", 1024, 2048, 1, 0xffff_fffc) == .fault)
    #expect(try guest.call("poll_oneoff", 1028, 2048, 1, 128) == .inval)
    #expect(try guest.call("poll_oneoff", 1024, 2052, 1, 128) == .inval)
    #expect(try guest.call("poll_oneoff", 1024, 2048, 0x1000_0000, 128) == .fault)
  }

  @Test("epoll_oneoff is the same function")
  func otherName() throws {
    let guest = try Guest()
    let list = PollList(guest: guest)
    try list.put(.clock(1, 0, absolute: false), at: 0)
    #expect(try list.poll(count: 1, function: "epoll_oneoff").count == 1)
  }

  @Test("A number used again does not inherit the old one's readiness")
  func reuse() throws {
    let guest = try Guest()
    let listener = try guest.listen()
    let first = try Client(port: listener.port)
    settle()
    let fd = try guest.accept(listener.fd)
    first.send("for the first")
    settle()
    #expect(try guest.poll(.read(fd)) == [0, 1])
    try guest.expect("fd_close", fd)
    let second = try Client(port: listener.port)
    #expect(try guest.poll(.read(listener.fd), milliseconds: 60_000) == [1])
    #expect(try guest.accept(listener.fd) == fd)
    #expect(try guest.poll(.read(fd)) == [0])
    second.send("x")
    settle()
    #expect(try guest.pollEvents([.read(fd)]).count == 2)
  }

  @Test("A socket polled before it listens becomes an ordinary listener")
  func polledTooEarly() throws {
    let guest = try Guest()
    let fd = try guest.open()
    try guest.setNonBlocking(fd)
    _ = try guest.poll(.read(fd))
    try guest.expect("sock_bind", fd, try guest.address([127, 0, 0, 1]), 0)
    try guest.expect("sock_listen", fd, 10)
    #expect(try guest.poll(.read(fd)) == [0])
    _ = try Client(port: try guest.localPort(fd))
    settle()
    #expect(try guest.poll(.read(fd)) == [0, 1])
  }
}
