import Glibc

@testable import WasmHost

extension FuzzTarget {
  /// A hostile guest on the host; the octets are a program of host calls and of what clients do.
  static let host = FuzzTarget(name: "host") { HostOracle().check($0) }
}

/// What must be true of the host, whatever a guest passes to it: each call answers with an errno
/// or ends the guest, at once, and nothing that is not the guest's is touched.
struct HostOracle {
  /// A test does some harm here, to see that it is noticed.
  var harm: @Sendable (HostileGuest, _ sentinel: Int32) -> Void = { _, _ in }

  func check(_ input: [UInt8]) -> String? {
    // (The engine keeps descriptors of its own from the first instance on.)
    _ = HostOracle.warmth
    guard let sentinel = Sentinel() else { return "no descriptors left in this process" }
    let before = openDescriptors()
    var complaint: String?
    do {
      let play = try HostPlay(Choices(input))
      complaint = play.run()
      harm(play.guest, sentinel.descriptor)
      if complaint == nil {
        complaint = Successor.complaint(in: play.pool).map { "\($0), after \(play.calls)" }
      }
      if complaint == nil, !play.mayReachCanary, !play.guest.isCanaryIntact {
        complaint = "memory has changed that no call has named, after \(play.calls)"
      }
    } catch {
      return "no instance: \(error)"
    }
    if !sentinel.isIntact { return "a descriptor of the process has been touched" }
    let after = openDescriptors()
    if complaint == nil, after != before { return "\(before) descriptors before, \(after) after" }
    return complaint
  }

  private static let warmth: Bool = (try? HostileGuest()) != nil

  private func openDescriptors() -> Int {
    guard let folder = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }
}

/// A descriptor of the process that no guest may know of: a pipe with one octet in it.
private final class Sentinel {
  let descriptor: Int32
  private let writer: Int32
  private let flags: Int32
  private var identity = stat()

  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    (descriptor, writer) = (ends[0], ends[1])
    flags = fcntl(descriptor, F_GETFL)
    fstat(descriptor, &identity)
    _ = Glibc.write(writer, "s", 1)
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  var isIntact: Bool {
    var now = stat()
    var waiting: Int32 = 0
    return fstat(descriptor, &now) == 0 && now.st_ino == identity.st_ino
      && fcntl(descriptor, F_GETFL) == flags && fcntl(writer, F_GETFD) >= 0
      && ioctl(descriptor, UInt(FIONREAD), &waiting) == 0 && waiting == 1
  }
}

/// One performance: a program of calls, and of what the other ends of the sockets do.
private final class HostPlay {
  let guest: HostileGuest
  let pool = ListenerPool(sharesPorts: false)
  private var choices: Choices
  /// The guest's own descriptors, as the host has numbered them.
  private var descriptors: [UInt32] = [0, 3]
  private var port: UInt16 = 0
  private var clients: [Int32] = []
  /// The program has named a length, or an address, with which a call may change the canary.
  private(set) var mayReachCanary = false
  /// What the guest called, and what it was answered.
  private(set) var calls: [(name: String, arguments: [UInt32], result: UInt32)] = []

  /// Numbers at the edges of what means something: descriptors, counts, the memory's end, the sign
  /// bit, the wrap. Only those just below 2^20, the memory's size, can make a range that reaches
  /// the canary.
  private static let numbers: [UInt32] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 48, 64, 72, 100, 128, 256, 511, 1023, 1024, 1025, 4096,
    0xfff8, 0xf_fff8, 0xf_fffc, 0xf_ffff, 0x10_0000, 0x10_0001, 0x7fff_ffff, 0x8000_0000,
    0xffff_fff8, 0xffff_fffc, 0xffff_ffff,
  ]

  init(_ choices: Choices) throws {
    self.choices = choices
    guest = try HostileGuest(pool: pool)
  }

  deinit { for client in clients { reset(client) } }

  func run() -> String? {
    do {
      while !choices.isEmpty {
        let code = choices.next()
        switch code {
        case 0..<160: if let complaint = try call(Int(code)) { return complaint }
        case 160..<200: guest.store(number(), at: UInt32(choices.next()) * 4)
        case 200..<210: try openListener()
        case 210..<220: connect()
        case 220..<230: if let client = clients.last { send("x", client) }
        case 230..<236: if let client = clients.popLast() { reset(client) }
        case 236..<246: try accept()
        case 246: guest.requestDrain()
        case 247..<251: try setOption(of: descriptors[choices.next(below: descriptors.count)])
        default: writeRecords()
        }
      }
    } catch {
      // A trap is an answer, and the guest's last.
    }
    return nil
  }

  private func number() -> UInt32 {
    let code = choices.next()
    if code & 0xC0 == 0xC0 { return descriptors[Int(code & 0x3F) % descriptors.count] }
    // Small addresses, where the records are, and the edges.
    if code & 0xC0 == 0x80 { return UInt32(code & 0x3F) * 8 }
    let number = HostPlay.numbers[Int(code) % HostPlay.numbers.count]
    if HostileGuest.canary.lowerBound...HostileGuest.size ~= number { mayReachCanary = true }
    return number
  }

  private func call(_ code: Int) throws -> String? {
    let place = code % HostFunction.preview1.count
    let function = HostFunction.preview1[place]
    let arguments = function.parameters.map { _ in number() }
    let isPoll = function.name.hasSuffix("poll_oneoff")
    if isPoll {
      // So that no call waits: a clock of no time comes first.
      guest.write([UInt8](repeating: 0, count: 48), at: arguments[0] & ~7)
    }
    guard let result = try guest.call(place, arguments) else { return "no function \(place)" }
    calls.append((function.name, arguments, result))
    guard !function.hasResult || Errno(rawValue: UInt16(truncatingIfNeeded: result)) != nil,
      result <= 87
    else { return "\(function.name) answers \(result)" }
    if result == 0 { try tidy(function.name, arguments) }
    return nil
  }

  /// What would wait, or be other octets in each run, is changed.
  private func tidy(_ name: String, _ arguments: [UInt32]) throws {
    switch name {
    case "sock_open":
      try note(guest.load(arguments[2]))
    case "sock_accept":
      try note(guest.load(arguments[arguments.count - 1]))
    case "fd_fdstat_set_flags":
      try setNonBlocking(arguments[0])
    case "random_get":
      guest.write([UInt8](repeating: 0, count: Int(arguments[1])), at: arguments[0])
    case "clock_time_get", "clock_res_get":
      guest.write([UInt8](repeating: 0, count: 8), at: arguments[arguments.count - 1])
    default: break
    }
  }

  private func note(_ descriptor: UInt32) throws {
    descriptors.append(descriptor)
    try setNonBlocking(descriptor)
  }

  private func setNonBlocking(_ descriptor: UInt32) throws {
    _ = try guest.call("fd_fdstat_set_flags", [descriptor, 4])
  }

  /// Subscriptions, vectors and addresses that are as they should be, at places that calls name.
  private func writeRecords() {
    let base = UInt32(choices.next(below: 8)) * 64
    switch choices.next(below: 4) {
    case 0:
      guest.store(base + 16, at: base)
      guest.store(choices.pick([4, 16, 1024, 8]), at: base + 4)
    case 1:
      guest.store(base + 8, at: base)
      guest.store(choices.pick([4, 16, 5]), at: base + 4)
      guest.store(choices.pick([0x0100_007f, 0, 0xffff_ffff]), at: base + 8)
    case 2:
      guest.store(UInt32(choices.next(below: 4)), at: base + 48 + 8)
      guest.store(number(), at: base + 48 + 16)
    default:
      for place in 0..<UInt32(choices.next(below: 16)) {
        guest.store(0x1000 + place * 32, at: base + place * 8)
        guest.store(32, at: base + place * 8 + 4)
      }
    }
  }

  // MARK: Real sockets

  private func openListener() throws {
    guard port == 0 else { return }
    guard try guest.call("sock_open", [1, 2, 0]) == 0 else { return }
    let listener = guest.load(0)
    try note(listener)
    // Before the socket is the service's a guest may set what it likes.
    for _ in 0..<choices.next(below: 4) { try setOption(of: listener) }
    guest.store(24, at: 16)
    guest.store(4, at: 20)
    guest.store(0x0100_007f, at: 24)
    _ = try guest.call("sock_bind", [listener, 16, 0])
    _ = try guest.call("sock_listen", [listener, 16])
    if try guest.call("sock_getlocaladdr", [listener, 16, 48, 52]) == 0 {
      port = UInt16(truncatingIfNeeded: guest.load(52))
    }
  }

  /// A value that the option could have: of an int, a linger or a timeval.
  private func setOption(of descriptor: UInt32) throws {
    let option = choices.pick([0, 5, 6, 7, 9, 10, 11, 12, 13] as [UInt32])
    let size: UInt32 = option == 9 ? 8 : option == 11 || option == 12 ? 16 : 4
    guest.write([UInt8](repeating: 0, count: 16), at: 96)
    guest.store(
      choices.pick([0, 1, 2, 1000, 0x7fff_ffff, 0xffff_ffff]), at: 96 + (size == 16 ? 8 : 0))
    _ = try guest.call("sock_setsockopt", [descriptor, 0, option, 96, size])
  }

  private func accept() throws {
    for descriptor in descriptors {
      if try guest.call("sock_accept", [descriptor, 0]) == 0 { return try note(guest.load(0)) }
    }
  }

  private func connect() {
    guard port != 0, clients.count < 4 else { return }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let client = socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard client >= 0 else { return }
    let address = SocketAddress(host: [127, 0, 0, 1], port: port)
    _ = address.withSocketAddress { Glibc.connect(client, $0, $1) }
    clients.append(client)
  }

  private func send(_ text: String, _ client: Int32) {
    _ = Glibc.send(client, text, text.utf8.count, Int32(MSG_NOSIGNAL))
  }
}

/// Without a TIME_WAIT: there are only so many ports.
func reset(_ client: Int32) {
  var option = linger(l_onoff: 1, l_linger: 0)
  setsockopt(client, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  close(client)
}
