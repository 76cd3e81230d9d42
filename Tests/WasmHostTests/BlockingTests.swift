import CLinux
import Glibc
import Testing

@testable import WasmHost

/// Sockets block until the guest says otherwise.
struct BlockingTests {
  @Test("Accept waits for a connection")
  func accepting() throws {
    let guest = try Guest()
    let listener = try guest.listen(nonBlocking: false)
    let port = listener.port
    let start = Clock.monotonic.now
    try inBackground {
      pause(milliseconds: 50)
      let client = try? Client(port: port)
      pause(milliseconds: 200)
      client?.close()
    }
    _ = try guest.accept(listener.fd)
    #expect(Clock.monotonic.now - start > 49_000_000)
  }

  @Test("Receiving waits for bytes, also after a poll that found none")
  func receiving() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    let clientFD = client.fd
    for _ in 0..<2 {
      #expect(try guest.poll(.read(fd)) == [0])
      try inBackground {
        pause(milliseconds: 50)
        sendByte(clientFD)
      }
      #expect(try guest.receive(fd).bytes == bytes("x"))
    }
  }

  @Test("WAITALL collects until the buffer is full, or the peer ends")
  func waitingForAll() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    let clientFD = client.fd
    try guest.vector(at: 64, to: 1024, count: 2)
    try guest.vector(at: 72, to: 2048, count: 1)
    try inBackground {
      for _ in 0..<3 {
        pause(milliseconds: 30)
        sendByte(clientFD)
      }
    }
    try guest.expect("sock_recv", fd, 64, 2, 2, 128, 132)
    #expect(try guest.load(128) == 3)
    client.send("y")
    client.finishSending()
    try guest.expect("sock_recv", fd, 64, 2, 2, 128, 132)
    #expect(try guest.load(128) == 1)
  }

  @Test("WAITALL gives what has come when the time that RCVTIMEO sets is over")
  func waitingForAllInTime() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    try guest.write([0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0xc3, 0, 0, 0, 0, 0, 0], at: 128)
    try guest.expect("sock_setsockopt", fd, 0, 11, 128, 16)
    client.send("half")
    settle()
    try guest.vector(at: 64, to: 1024, count: 8)
    try guest.expect("sock_recv", fd, 64, 1, 2, 128, 132)
    #expect(try guest.read(1024, Int(guest.load(128))) == bytes("half"))
    #expect(try guest.receive(fd).errno == .again)
  }

  @Test("WAITALL does not put datagrams together")
  func waitingForDatagrams() throws {
    let guest = try Guest()
    let fd = try guest.open(type: 1)
    try guest.expect("sock_bind", fd, try guest.address([127, 0, 0, 1]), 0)
    let port = try guest.localPort(fd)
    let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(sender) }
    for text in ["one", "two"] {
      let octets = bytes(text)
      let sent = SocketAddress(host: [127, 0, 0, 1], port: port).withSocketAddress { name, size in
        sendto(sender, octets, octets.count, 0, name, size)
      }
      #expect(sent == 3)
    }
    settle()
    for text in ["one", "two"] {
      try guest.vector(at: 64, to: 1024, count: 100)
      try guest.expect("sock_recv", fd, 64, 1, 2, 128, 132)
      #expect(try guest.read(1024, Int(guest.load(128))) == bytes(text))
    }
  }

  @Test("RCVTIMEO ends the wait with AGAIN")
  func timeout() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    try guest.write([0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0xc3, 0, 0, 0, 0, 0, 0], at: 128)
    try guest.expect("sock_setsockopt", fd, 0, 11, 128, 16)
    let start = Clock.monotonic.now
    #expect(try guest.receive(fd).errno == .again)
    #expect(Clock.monotonic.now - start >= 49_000_000)
    client.close()
    let listener = try guest.listen(nonBlocking: false)
    try guest.write([0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0xc3, 0, 0, 0, 0, 0, 0], at: 128)
    try guest.expect("sock_setsockopt", listener.fd, 0, 11, 128, 16)
    #expect(try guest.call("sock_accept", listener.fd, 0) == .again)
  }

  @Test("A timeout of any size is taken")
  func hugeTimeout() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    for byte in [0x7f, 0x0f, 0x01] as [UInt8] {
      try guest.write([UInt8](repeating: 0xff, count: 7) + [byte], at: 128)
      try guest.write([UInt8](repeating: 0, count: 8), at: 136)
      try guest.expect("sock_setsockopt", fd, 0, 11, 128, 16)
      let clientFD = client.fd
      try inBackground {
        pause(milliseconds: 20)
        sendByte(clientFD)
      }
      #expect(try guest.receive(fd).bytes == bytes("x"))
    }
  }

  @Test("Sending takes everything, however slowly it is read")
  func sending() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    let count = 8 << 20
    #expect(try guest.instance.call("grow", UInt32(count / 65536)) == 16)
    let received = Counter()
    let reader = client.fd
    try inBackground { received.readAll(from: reader, count: count) }
    try guest.vector(at: 64, to: 16 * 65536, count: UInt32(count))
    try guest.expect("sock_send", fd, 64, 1, 0, 72)
    #expect(try guest.load(72) == UInt32(count))
    #expect(received.wait(for: count) == count)
  }
}
