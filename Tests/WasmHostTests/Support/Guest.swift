import CLinux
import CSystemCalls
import Glibc
import Synchronization
import Testing

@testable import WasmHost

/// A module driven from the test, one host function at a time; each call goes through WebAssembly.
final class Guest {
  let instance: Instance
  let drain: Drain

  private static let module = Result { try compile(everyFunction) }

  /// By default it may bind a port of the kernel's choice.
  init(configure: (inout InstanceConfiguration) -> Void = { _ in }) throws {
    var configuration = InstanceConfiguration()
    configuration.arguments = ["test.wasm"]
    configuration.grants = Grants([
      try #require(Grants.Grant("0")), try #require(Grants.Grant("0/udp")),
    ])
    configuration.logger.logLevel = .critical
    configure(&configuration)
    drain = try Drain()
    instance = try Instance(
      try Guest.module.get(), configuration: configuration, drain: drain)
    // The first call finds the memory.
    try expect("sched_yield")
  }

  var memory: GuestMemory { instance.memory }

  /// The errno of a call; nil for a number that is none.
  func call(_ name: String, _ arguments: UInt32...) throws -> Errno? {
    try raw(name, arguments)
  }

  /// A call that must succeed.
  func expect(
    _ name: String, _ arguments: UInt32..., location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try raw(name, arguments)
    try #require(result == .success, "\(name)", sourceLocation: location)
  }

  private func raw(_ name: String, _ arguments: [UInt32]) throws -> Errno? {
    let result = try instance.call(name, list: arguments)
    guard let result else { throw TestFailure("no export \(name)") }
    return Errno(rawValue: UInt16(truncatingIfNeeded: result))
  }

  // MARK: Memory

  func load(_ address: UInt32) throws -> UInt32 { try memory.read(UInt32.self, at: address) }

  func store(_ value: UInt32, at address: UInt32) throws { try memory.write(value, at: address) }

  func write(_ bytes: [UInt8], at address: UInt32) throws {
    try memory.bytes(address, count: UInt32(bytes.count)).copyBytes(from: bytes)
  }

  func read(_ address: UInt32, _ count: Int) throws -> [UInt8] {
    Array(try memory.bytes(address, count: UInt32(count)))
  }

  /// Writes one iovec.
  func vector(at address: UInt32, to buffer: UInt32, count: UInt32) throws {
    try store(buffer, at: address)
    try store(count, at: address + 4)
  }

  // MARK: Sockets, by scratch space below 256

  func open(family: UInt32 = 1, type: UInt32 = 2) throws -> UInt32 {
    try expect("sock_open", family, type, 0)
    return try load(0)
  }

  /// Writes an address record; returns where.
  func address(_ host: [UInt8]) throws -> UInt32 {
    try store(24, at: 16)
    try store(UInt32(host.count), at: 20)
    try write(host, at: 24)
    return 16
  }

  func setNonBlocking(_ fd: UInt32) throws { try expect("fd_fdstat_set_flags", fd, 4) }

  /// A listener on 127.0.0.1 and its port.
  func listen(nonBlocking: Bool = true) throws -> (fd: UInt32, port: UInt16) {
    let fd = try open()
    try expect("sock_bind", fd, try address([127, 0, 0, 1]), 0)
    try expect("sock_listen", fd, 1024)
    if nonBlocking { try setNonBlocking(fd) }
    return (fd, try localPort(fd))
  }

  func localPort(_ fd: UInt32) throws -> UInt16 {
    let record = try address([0, 0, 0, 0])
    try expect("sock_getlocaladdr", fd, record, 48, 52)
    return UInt16(try load(52))
  }

  /// Accepts a connection that is there.
  func accept(_ listener: UInt32, nonBlocking: Bool = true) throws -> UInt32 {
    settle()
    try expect("sock_accept", listener, 0)
    let fd = try load(0)
    if nonBlocking { try setNonBlocking(fd) }
    return fd
  }

  /// A connection: the guest's end and the client's.
  func connection(nonBlocking: Bool = true) throws -> (fd: UInt32, client: Client) {
    let listener = try listen(nonBlocking: false)
    let client = try Client(port: listener.port)
    let fd = try accept(listener.fd, nonBlocking: nonBlocking)
    try expect("fd_close", listener.fd)
    return (fd, client)
  }

  /// Receives up to `count` bytes (at most 64 KiB).
  func receive(_ fd: UInt32, _ count: Int = 4096) throws -> (errno: Errno?, bytes: [UInt8]) {
    settle()
    try vector(at: 64, to: 0x2_0000, count: UInt32(count))
    let errno = try call("sock_recv", fd, 64, 1, 0, 72, 76)
    return (errno, errno == .success ? try read(0x2_0000, Int(try load(72))) : [])
  }

  func send(_ fd: UInt32, _ bytes: [UInt8]) throws -> (errno: Errno?, count: Int) {
    try write(bytes, at: 0x3_0000)
    try vector(at: 64, to: 0x3_0000, count: UInt32(bytes.count))
    let errno = try call("sock_send", fd, 64, 1, 0, 72)
    return (errno, errno == .success ? Int(try load(72)) : 0)
  }

  /// Sends until nothing more is taken; tells how much was. (What is on its way then makes room once more when it
  /// arrives.)
  func fill(_ fd: UInt32) throws -> Int {
    let block = [UInt8](repeating: 7, count: 65536)
    var total = 0
    for _ in 0..<1000 {
      while case (.success, let count) = try send(fd, block) { total += count }
      settle()
      if try !poll(.write(fd)).contains(1) { return total }
    }
    throw TestFailure("never full, after \(total) octets")
  }
}

/// The other end of a guest's connection: a plain socket of the test's own.
final class Client {
  let fd: Int32

  /// Connects to a port of 127.0.0.1.
  init(port: UInt16) throws {
    fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard fd >= 0 else { throw TestFailure("socket: \(errno)") }
    let address = SocketAddress(host: [127, 0, 0, 1], port: port)
    let result = address.withSocketAddress { connect(fd, $0, $1) }
    guard result == 0 else { throw TestFailure("connect: \(errno)") }
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close() }

  private var isClosed = false

  func close() {
    guard !isClosed else { return }
    isClosed = true
    Glibc.close(fd)
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Up to `count` bytes; empty at the end, or after a minute.
  func receive(_ count: Int = 65536) -> [UInt8] { receive(count, flags: 0) }

  /// So many bytes, in however many parts they come; fewer at the end, or after a minute.
  func receiveAll(_ count: Int) -> [UInt8] { receive(count, flags: Int32(MSG_WAITALL)) }

  private func receive(_ count: Int, flags: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let received = recv(fd, &buffer, count, flags)
    return Array(buffer.prefix(max(received, 0)))
  }

  func finishSending() { shutdown(fd, Int32(SHUT_WR)) }

  /// Closes with a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }
}

/// Waits until all that was sent over loopback has arrived.
func settle() { loopback_settle() }

/// Whether this machine has ::1: containers often have not.
let hasInet6Loopback: Bool = {
  let fd = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  defer { if fd >= 0 { close(fd) } }
  let address = SocketAddress(host: [UInt8](repeating: 0, count: 15) + [1], port: 0)
  return address.withSocketAddress { bind(fd, $0, $1) } == 0
}()

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Runs the body on a thread of its own.
func inBackground(_ body: @escaping @Sendable () -> Void) throws {
  try startThread(body)
}

/// Sends one byte through a client's descriptor.
func sendByte(_ fd: Int32) {
  _ = Glibc.send(fd, "x", 1, Int32(MSG_NOSIGNAL))
}

func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

/// Counts the bytes that a background thread reads.
final class Counter: Sendable {
  private let total = Atomic<Int>(0)

  func readAll(from fd: Int32, count: Int) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while total.load(ordering: .relaxed) < count {
      let received = recv(fd, &buffer, buffer.count, 0)
      guard received > 0 else { return }
      total.add(received, ordering: .relaxed)
    }
  }

  /// The count, after at most a minute.
  func wait(for count: Int) -> Int {
    for _ in 0..<6000 where total.load(ordering: .relaxed) < count { pause(milliseconds: 10) }
    return total.load(ordering: .relaxed)
  }
}
