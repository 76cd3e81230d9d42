import Glibc
import Testing

@testable import WasmHost

struct DescriptorTests {
  @Test(
    "A number that is not open is BADF everywhere",
    arguments: [3, 4, 1000, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
  func badDescriptor(fd: UInt32) throws {
    let guest = try Guest()
    let record = try guest.address([127, 0, 0, 1])
    try guest.vector(at: 64, to: 1024, count: 10)
    #expect(try guest.call("fd_read", fd, 64, 1, 72) == .badf)
    #expect(try guest.call("fd_write", fd, 64, 1, 72) == .badf)
    #expect(try guest.call("fd_close", fd) == .badf)
    #expect(try guest.call("fd_fdstat_get", fd, 128) == .badf)
    #expect(try guest.call("fd_fdstat_set_flags", fd, 4) == .badf)
    #expect(try guest.call("fd_filestat_get", fd, 128) == .badf)
    #expect(try guest.call("fd_seek", fd, 0, 0, 128) == .badf)
    #expect(try guest.call("fd_prestat_get", fd, 128) == .badf)
    #expect(try guest.call("fd_prestat_dir_name", fd, 128, 8) == .badf)
    #expect(try guest.call("sock_bind", fd, record, 0) == .badf)
    #expect(try guest.call("sock_listen", fd, 10) == .badf)
    #expect(try guest.call("sock_accept", fd, 0) == .badf)
    #expect(try guest.call("sock_accept_3", fd, 0, 0) == .badf)
    #expect(try guest.call("sock_connect", fd, record, 80) == .badf)
    #expect(try guest.call("sock_recv", fd, 64, 1, 0, 72, 76) == .badf)
    #expect(try guest.call("sock_send", fd, 64, 1, 0, 72) == .badf)
    #expect(try guest.call("sock_recv_from", fd, 64, 1, record, 0, 72, 76) == .badf)
    #expect(try guest.call("sock_send_to", fd, 64, 1, record, 80, 0, 72) == .badf)
    #expect(try guest.call("sock_shutdown", fd, 3) == .badf)
    #expect(try guest.call("sock_setsockopt", fd, 0, 0, 128, 4) == .badf)
    #expect(try guest.call("sock_getsockopt", fd, 0, 0, 128, 132) == .badf)
    #expect(try guest.call("sock_getlocaladdr", fd, record, 48, 52) == .badf)
    #expect(try guest.call("sock_getpeeraddr", fd, record, 48, 52) == .badf)
  }

  @Test("Standard output is no socket", arguments: 0...2 as ClosedRange<UInt32>)
  func notASocket(fd: UInt32) throws {
    let guest = try Guest()
    try guest.vector(at: 64, to: 1024, count: 10)
    #expect(try guest.call("sock_recv", fd, 64, 1, 0, 72, 76) == .notsock)
    #expect(try guest.call("sock_send", fd, 64, 1, 0, 72) == .notsock)
    #expect(try guest.call("sock_listen", fd, 10) == .notsock)
    #expect(try guest.call("sock_shutdown", fd, 1) == .notsock)
    #expect(try guest.call("fd_seek", fd, 0, 0, 128) == .spipe)
  }

  @Test("fdstat tells a socket from the rest, and the flag that was set")
  func fdstat() throws {
    let guest = try Guest()
    let stream = try guest.open()
    try guest.expect("fd_fdstat_get", stream, 128)
    #expect(try guest.read(128, 4) == [6, 0, 0, 0])
    try guest.setNonBlocking(stream)
    try guest.expect("fd_fdstat_get", stream, 128)
    #expect(try guest.read(128, 4) == [6, 0, 4, 0])
    #expect(try guest.memory.read(UInt64.self, at: 136) & (1 << 6) != 0)
    try guest.expect("fd_fdstat_set_flags", stream, 0)
    try guest.expect("fd_fdstat_get", stream, 128)
    #expect(try guest.read(128, 4) == [6, 0, 0, 0])
    let datagram = try guest.open(type: 1)
    try guest.expect("fd_fdstat_get", datagram, 128)
    #expect(try guest.read(128, 1) == [5])
    try guest.expect("fd_filestat_get", stream, 128)
    #expect(try guest.read(144, 1) == [6])
    #expect(try guest.call("fd_fdstat_set_flags", stream, 1) == .inval)
    #expect(try guest.call("fd_fdstat_get", stream, 132) == .inval, "misaligned")
    #expect(try guest.call("fd_fdstat_get", stream, 0xffff_fff8) == .fault)
  }

  @Test("A closed number is BADF until it is used again, and is then another descriptor")
  func reuse() throws {
    let guest = try Guest()
    let first = try guest.open()
    try guest.setNonBlocking(first)
    try guest.expect("fd_close", first)
    #expect(try guest.call("fd_close", first) == .badf)
    let second = try guest.open()
    #expect(second == first)
    try guest.expect("fd_fdstat_get", second, 128)
    #expect(try guest.read(130, 1) == [0], "flags are not inherited")
  }

  @Test("Standard descriptors can be closed, the host's stay open")
  func closingStandardOutput() throws {
    let guest = try Guest()
    try guest.expect("fd_close", 1)
    try guest.vector(at: 64, to: 1024, count: 1)
    #expect(try guest.call("fd_write", 1, 64, 1, 72) == .badf)
    #expect(fcntl(STDOUT_FILENO, F_GETFD) >= 0)
  }

  @Test("Many descriptors: the table grows and numbers come back")
  func many() throws {
    let guest = try Guest()
    let fds = try (0..<300).map { _ in try guest.open() }
    #expect(Set(fds).count == 300)
    for fd in fds { try guest.expect("fd_close", fd) }
    #expect(Set(try (0..<300).map { _ in try guest.open() }) == Set(fds))
  }

  @Test("A pipe that nobody reads is PIPE, not the end of the process")
  func brokenPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    let guest = try Guest()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    let fd = guest.instance.descriptors.insert(ends[1], kind: .output, state: [])
    try guest.vector(at: 64, to: 1024, count: 1)
    #expect(try guest.call("fd_write", fd, 64, 1, 72) == .pipe)
    close(ends[1])
  }

  @Test("A non-blocking pipe that is full is AGAIN, however much is written at once")
  func fullPipe() throws {
    let guest = try Guest()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let fd = guest.instance.descriptors.insert(ends[1], kind: .output, state: [])
    try guest.setNonBlocking(fd)
    try guest.vector(at: 64, to: 0x1_0000, count: 5000)
    try guest.vector(at: 72, to: 0x2_0000, count: 30_000)
    var written = 0
    while true {
      let result = try guest.call("fd_write", fd, 64, 2, 128)
      if result == .again { break }
      try #require(result == .success)
      written += Int(try guest.load(128))
    }
    #expect(written >= 60_000)
    // The pipe itself stays blocking: others may write to it.
    #expect(fcntl(ends[1], F_GETFL) & O_NONBLOCK == 0)
    var buffer = [UInt8](repeating: 0, count: 8192)
    #expect(read(ends[0], &buffer, buffer.count) == 8192)
    #expect(try guest.call("fd_write", fd, 64, 2, 128) == .success)
  }

  @Test("Standard input is read, and its end is 0 bytes")
  func reading() throws {
    let guest = try Guest()
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let fd = guest.instance.descriptors.insert(
      ends[0], kind: .input, state: [.readable, .readDoubtful])
    try guest.vector(at: 64, to: 1024, count: 3)
    try guest.vector(at: 72, to: 2048, count: 100)
    #expect(try guest.poll(.read(fd)) == [0])
    _ = write(ends[1], "hello", 5)
    #expect(try guest.poll(.read(fd)) == [0, 1])
    try guest.expect("fd_read", fd, 64, 2, 128)
    #expect(try guest.load(128) == 5)
    #expect(try guest.read(1024, 3) + guest.read(2048, 2) == bytes("hello"))
    #expect(try guest.poll(.read(fd)) == [0])
    try guest.setNonBlocking(fd)
    #expect(try guest.call("fd_read", fd, 64, 2, 128) == .again)
    close(ends[1])
    #expect(try guest.poll(.read(fd)) == [0, 1])
    try guest.expect("fd_read", fd, 64, 2, 128)
    #expect(try guest.load(128) == 0)
    close(ends[0])
  }

  @Test("A guest writes to 1 and 2, and reads nothing: not even from where it writes to")
  func standardDirections() throws {
    let guest = try Guest()
    try guest.vector(at: 64, to: 1024, count: 5)
    try guest.expect("fd_read", 0, 64, 1, 72)
    #expect(try guest.load(72) == 0)
    #expect(try guest.poll(.read(0)) == [0, 1])
    #expect(try guest.call("fd_write", 0, 64, 1, 72) == .badf)
    for fd in [1, 2] as [UInt32] {
      #expect(try guest.call("fd_read", fd, 64, 1, 72) == .badf)
    }
  }
}
