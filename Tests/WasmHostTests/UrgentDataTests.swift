import CLinux
import Glibc
import Testing

@testable import WasmHost

/// Urgent data (RFC 9293 3.8.5). Linux takes the urgent octet out of the stream, and a read that comes
/// to where it was ends there, whatever lies behind: a short read does not mean that all was read.
struct UrgentDataTests {
  /// The first place is where the octet lies in twelve others.
  @Test(
    "A connection is readable until what lies behind an urgent octet was read", arguments: 0...12)
  func place(count: Int) throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    let text = bytes("abcdefghijkl")
    if count > 0 { client.send(Array(text[..<count])) }
    client.sendUrgent("!")
    if count < 12 { client.send(Array(text[count...])) }
    settle()
    #expect(try readAsReported(guest, fd, atMost: 4096) == text)
  }

  @Test("The octet may come before, between and after the polls", arguments: 0..<4)
  func moment(number: Int) throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    if number > 0 { #expect(try guest.poll(.read(fd)) == [0]) }
    client.send("abc")
    settle()
    if number > 1 { #expect(try guest.poll(.read(fd)) == [0, 1]) }
    client.sendUrgent("!")
    settle()
    if number > 2 { #expect(try guest.poll(.read(fd)) == [0, 1]) }
    client.send("def")
    settle()
    #expect(try readAsReported(guest, fd, atMost: 4096) == bytes("abcdef"))
  }

  @Test("Reads that are smaller than what there is come to the same", arguments: [1, 2, 5, 6, 7])
  func smallReads(size: Int) throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    for _ in 0..<3 {
      client.send("abcde")
      client.sendUrgent("!")
      client.send("fg")
      settle()
      #expect(try readAsReported(guest, fd, atMost: size) == bytes("abcdefg"))
    }
  }

  @Test("A second urgent octet before the first was read leaves nothing unread")
  func several() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    for part in ["ab", "cd", "ef"] {
      client.send(part)
      client.sendUrgent("!")
    }
    client.send("gh")
    settle()
    // The earlier ones are in the stream, as far as the kernel has not passed them.
    let received = try readAsReported(guest, fd, atMost: 4096)
    #expect(received.filter { $0 != UInt8(ascii: "!") } == bytes("abcdefgh"))
    client.send("ij")
    settle()
    #expect(try readAsReported(guest, fd, atMost: 4096) == bytes("ij"))
  }

  @Test("An urgent octet alone is nothing to read, and the end behind it is")
  func alone() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    client.sendUrgent("!")
    settle()
    #expect(try guest.poll(.read(fd)) == [0])
    #expect(try guest.receive(fd).errno == .again)
    client.finishSending()
    settle()
    #expect(try guest.poll(.read(fd)) == [0, 1])
    #expect(try guest.receive(fd) == (.success, []))
  }

  @Test("A blocking guest that wants all gets all, past the urgent octet")
  func waitAll() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection(nonBlocking: false)
    client.send("abc")
    client.sendUrgent("!")
    client.send("def")
    try guest.vector(at: 64, to: 0x2_0000, count: 6)
    try guest.expect("sock_recv", fd, 64, 1, 2, 72, 76)
    #expect(try guest.load(72) == 6)
    #expect(try guest.read(0x2_0000, 6) == bytes("abcdef"))
  }

  @Test("A connection without urgent data is not asked about after a short read")
  func ordinary() throws {
    let guest = try Guest()
    let (fd, client) = try guest.connection()
    #expect(try guest.poll(.read(fd)) == [0])
    client.send("abc")
    settle()
    #expect(try guest.poll(.read(fd)) == [0, 1])
    #expect(try guest.receive(fd).bytes == bytes("abc"))
    let state = try guest.instance.descriptors.socket(fd).pointee.state
    #expect(state.isDisjoint(with: [.readable, .readDoubtful, .hasUrgentMark]))
  }

  /// Reads as a guest does: once for each time that it is told of something to read.
  private func readAsReported(_ guest: Guest, _ fd: UInt32, atMost count: Int) throws -> [UInt8] {
    var received: [UInt8] = []
    while try guest.poll(.read(fd), milliseconds: 0).contains(1) {
      let (errno, bytes) = try guest.receive(fd, count)
      if errno == .again { continue }
      try #require(errno == .success && !bytes.isEmpty)
      received += bytes
    }
    return received
  }
}

extension Client {
  fileprivate func sendUrgent(_ octet: StaticString) {
    _ = Glibc.send(fd, octet.utf8Start, 1, Int32(MSG_OOB) | Int32(MSG_NOSIGNAL))
  }
}
