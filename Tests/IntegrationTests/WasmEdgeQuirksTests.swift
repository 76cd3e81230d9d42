import Foundation
import SeededRandom
import ServerHarness
import Synchronization
import Testing
import WasmHost

/// What WasmEdge is known to do (docs/socket-abi.md, "Behaviour to write for"), played by our own
/// host to the real module: the server goes on serving.
struct WasmEdgeQuirksTests {
  /// Sends some requests over some connections at once; each must be answered.
  private func useWell(_ server: GuestServer, clients: Int = 8, requests: Int = 5) throws {
    let port = server.port
    try inParallel(clients) { index in
      let client = try Client(port: port)
      for number in 0..<requests {
        let content = "client \(index), request \(number) " + String(repeating: "x", count: 300)
        try client.post(content)
        let response = try client.response()
        guard response.status == 200, response.text == "echo: " + content else {
          throw TestFailure("\(index) \(number): \(response.status) \(response.text)")
        }
      }
    }
  }

  @Test("Descriptors are any 31-bit numbers")
  func randomDescriptors() throws {
    let names = RandomDescriptors()
    let server = try GuestServer(shadows: names.shadows)
    try useWell(server, clients: 64)
    for _ in 0..<10 { try server.client().reset() }
    try useWell(server)
    #expect(names.given > 64)
    try server.stop()
    #expect(names.stillOpen == 0)
  }

  @Test(
    "An accept that fails is one lost connection, never the end",
    arguments: [[15, 53], [13], [27], [63], [33], [41, 48]] as [[UInt32]])
  func failingAccept(errors: [UInt32]) throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("sock_accept") { call in
        let number = calls.add(1, ordering: .relaxed).oldValue
        // At first, and now and then later on.
        guard number < 2 || number % 7 == 3 else { return call.forward() }
        return errors[number % errors.count]
      }
    ])
    try useWell(server, clients: 16)
    #expect(calls.load(ordering: .relaxed) > 3)
    try server.stop()
  }

  @Test("A new socket on which nothing works is one lost connection", arguments: [53, 8, 28])
  func failingNonBlock(error: UInt32) throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("fd_fdstat_set_flags") { call in
        // The log's are none of it, and the first socket is the listening one.
        call.arguments[0] > 2 && 1...3 ~= calls.add(1, ordering: .relaxed).oldValue
          ? error : call.forward()
      }
    ])
    for _ in 0..<3 {
      let client = try server.client()
      do {
        try client.send("GET / HTTP/1.1\r\n")
        #expect(try client.readToEnd().isEmpty)
      } catch is Client.ConnectionEnded {}
    }
    try useWell(server)
    try server.stop()
  }

  @Test("Events with error 27, and then errno 20 twice: the same list is tried again")
  func stoppedProcess() throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("poll_oneoff") { call in
        let list = PollList(call)
        switch calls.add(1, ordering: .relaxed).oldValue % 5 {
        case 2:
          let errno = call.forward()
          try list.forEachEvent { try list.setError(27, ofEventAt: $0) }
          return errno
        case 3, 4:
          return 20
        default:
          return call.forward()
        }
      }
    ])
    try useWell(server, clients: 16)
    try server.stop()
  }

  @Test("poll_oneoff may be interrupted, and may have nothing to say")
  func emptyPolls() throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("poll_oneoff") { call in
        switch calls.add(1, ordering: .relaxed).oldValue % 3 {
        case 1: return 27
        case 2:
          try PollList(call).answerNothing()
          return 0
        default: return call.forward()
        }
      }
    ])
    try useWell(server, clients: 16)
    try server.stop()
  }

  @Test("That there is one byte to read says nothing", arguments: [0, 1] as [UInt64])
  func byteCount(bytes: UInt64) throws {
    let server = try GuestServer(shadows: [
      shadow("poll_oneoff") { call in
        let list = PollList(call)
        let errno = call.forward()
        try list.forEachEvent { try list.setByteCount(bytes, ofEventAt: $0) }
        return errno
      }
    ])
    try useWell(server)
    try server.stop()
  }

  @Test("A socket that stays full after its client's end does not keep the guest busy")
  func writeOnly() throws {
    let isFull = Atomic<Bool>(true)
    let sawEnd = Atomic<Bool>(false)
    let polls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("sock_send") { call in
        isFull.load(ordering: .relaxed) ? 6 : call.forward()
      },
      shadow("sock_recv") { call in
        let countAt = call.arguments[4]
        let errno = call.forward()
        if errno == 0, try call.memory.read(UInt32.self, at: countAt) == 0 {
          sawEnd.store(true, ordering: .relaxed)
        }
        return errno
      },
      shadow("poll_oneoff") { call in
        polls.add(1, ordering: .relaxed)
        let list = PollList(call)
        let sockets = try list.subscriptions.filter { $0.tag != 0 }
        let read = Set(sockets.filter { $0.tag == 1 }.map(\.descriptor))
        guard sockets.contains(where: { !read.contains($0.descriptor) }) else {
          return call.forward()
        }
        // One that is subscribed for writing alone.
        try list.answerNothing()
        return 0
      },
    ])
    let client = try server.client()
    try client.post("patience")
    client.finishSending()
    try eventually("the guest has seen the client's end") { sawEnd.load(ordering: .relaxed) }
    let watch = Stopwatch()
    let before = polls.load(ordering: .relaxed)
    #expect(!client.hasAnything(inMilliseconds: 400))
    let calls = polls.load(ordering: .relaxed) - before
    #expect(Double(calls) < 1000 * watch.seconds, "\(calls) calls of poll_oneoff")
    // Others do not have to wait for it, and it gets its response when there is room.
    isFull.store(false, ordering: .relaxed)
    #expect(try client.response().text == "echo: patience")
    #expect(try client.readToEnd().isEmpty)
    try useWell(server)
    try server.stop()
  }

  @Test("sock_send takes a part, or nothing, or is interrupted")
  func partialSends() throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("sock_send") { call in
        let number = calls.add(1, ordering: .relaxed).oldValue
        switch number % 7 {
        case 3: return 6
        case 5: return 27
        default: return try forward(call, withVectorOf: UInt32(number % 40) + 1)
        }
      }
    ])
    try useWell(server)
    // Several responses in one send.
    let client = try server.client()
    for number in 0..<50 { try client.post("pipelined \(number)") }
    for number in 0..<50 { #expect(try client.response().text == "echo: pipelined \(number)") }
    client.close()
    try server.stop()
  }

  @Test("sock_recv is interrupted, or has nothing after all, or gives an octet at a time")
  func partialReceives() throws {
    let calls = Atomic<Int>(0)
    let server = try GuestServer(shadows: [
      shadow("sock_recv") { call in
        switch calls.add(1, ordering: .relaxed).oldValue % 3 {
        case 0: return 27
        case 1: return 6
        default: return try forward(call, withVectorOf: 1)
        }
      }
    ])
    try useWell(server, clients: 4, requests: 2)
    try server.stop()
  }

  @Test("Without an environment there are the defaults")
  func noEnvironment() throws {
    let asked = Mutex<[UInt32]>([])
    let server = try GuestServer(
      environment: [:],
      shadows: [
        shadow("sock_bind") { call in
          // Not to be listened on in a test: any free port of 127.0.0.1 instead.
          let host = try call.memory.read(UInt32.self, at: call.arguments[1])
          let wanted = try call.memory.read(UInt32.self, at: host)
          asked.withLock { $0 = [wanted, call.arguments[2]] }
          try call.memory.write(UInt32(0x0100_007f), at: host)
          call.arguments[2] = 0
          return call.forward()
        }
      ])
    #expect(asked.withLock { $0 } == [0, 1234])
    try useWell(server)
    try server.stop()
  }

  @Test("What WasmEdge would not take is never asked for")
  func strictHost() throws {
    let rules = HostRules()
    let server = try GuestServer(
      environment: ["HOST": "127.0.0.1", "PORT": "0", "ADMIN_PORT": "0", "DRAIN_DELAY": "0"],
      shadows: rules.shadows)
    try useWell(server, clients: 32)
    for _ in 0..<5 {
      let client = try server.client()
      for _ in 0..<500 { try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
      client.reset()
    }
    #expect(try Client(port: server.adminPort).get("/metrics").status == 200)
    #expect(
      try Client(port: server.adminPort).get("/drain", fields: "Drain: now\r\n").status == 200)
    try server.stop()
    #expect(rules.broken == [])
  }

  @Test("A connection that comes while a drain begins is served")
  func connectionInDrain() throws {
    let port = Atomic<Int>(0)
    let late = Mutex<[Client]>([])
    let server = try GuestServer(
      environment: ["HOST": "127.0.0.1", "PORT": "0", "ADMIN_PORT": "0", "DRAIN_DELAY": "0"],
      shadows: [
        shadow("sock_send") { call in
          // The response to /drain: the turn of the loop that begins it. Somebody connects now.
          let vector = call.arguments[1]
          let start = try call.memory.read(UInt32.self, at: vector)
          let count = try call.memory.read(UInt32.self, at: vector + 4)
          let text = String(decoding: try call.memory.bytes(start, count: count), as: UTF8.self)
          if text.hasSuffix("\r\n\r\ndraining\n") {
            let client = try Client(port: UInt16(port.load(ordering: .relaxed)))
            try client.post("late")
            late.withLock { $0.append(client) }
          }
          return call.forward()
        }
      ])
    port.store(Int(server.port), ordering: .relaxed)
    #expect(
      try Client(port: server.adminPort).get("/drain", fields: "Drain: now\r\n").status == 200)
    let client = try #require(late.withLock { $0.first })
    let response = try client.response()
    #expect(response.text == "echo: late")
    #expect(response.closes)
    client.close()
    try server.stop()
  }
}

/// Forwards a `sock_recv` or `sock_send` with less room than the guest has offered.
private func forward(_ call: Shadow.Call, withVectorOf most: UInt32) throws -> UInt32 {
  let lengthAt = call.arguments[1] + 4
  let length = try call.memory.read(UInt32.self, at: lengthAt)
  try call.memory.write(min(length, most), at: lengthAt)
  let errno = call.forward()
  try call.memory.write(length, at: lengthAt)
  return errno
}

/// Gives descriptors random numbers, as WasmEdge does.
private final class RandomDescriptors: Sendable {
  private struct State {
    var real: [UInt32: UInt32] = [:]
    var random = SplitMix64(seed: 1)
    var given = 0
  }

  private let state = Mutex(State())

  var given: Int { state.withLock { $0.given } }
  var stillOpen: Int { state.withLock { $0.real.count } }

  private func name(_ real: UInt32) -> UInt32 {
    state.withLock { state in
      while true {
        let name = UInt32(truncatingIfNeeded: state.random.next()) & 0x3fff_ffff | 0x4000_0000
        guard state.real[name] == nil else { continue }
        state.real[name] = real
        state.given += 1
        return name
      }
    }
  }

  private func real(_ name: UInt32) -> UInt32 { state.withLock { $0.real[name] ?? name } }

  var shadows: [Shadow] {
    let taking = [
      "sock_bind", "sock_listen", "sock_setsockopt", "sock_getsockopt", "sock_getlocaladdr",
      "sock_getpeeraddr", "sock_recv", "sock_send", "sock_shutdown", "fd_fdstat_set_flags",
      "fd_fdstat_get",
    ].map { function in
      shadow(function) { [self] call in
        call.arguments[0] = real(call.arguments[0])
        return call.forward()
      }
    }
    return taking + [
      shadow("sock_open") { [self] call in
        let result = call.arguments[2]
        return try nameResult(of: call, at: result)
      },
      shadow("sock_accept") { [self] call in
        call.arguments[0] = real(call.arguments[0])
        let result = call.arguments[1]
        return try nameResult(of: call, at: result)
      },
      shadow("fd_close") { [self] call in
        let name = call.arguments[0]
        call.arguments[0] = real(name)
        state.withLock { $0.real[name] = nil }
        return call.forward()
      },
      shadow("poll_oneoff") { [self] call in
        let list = PollList(call)
        let sockets = try list.subscriptions.filter { $0.tag != 0 }
        for socket in sockets { try list.setDescriptor(real(socket.descriptor), of: socket) }
        let errno = call.forward()
        for socket in sockets { try list.setDescriptor(socket.descriptor, of: socket) }
        return errno
      },
    ]
  }

  private func nameResult(of call: Shadow.Call, at result: UInt32) throws -> UInt32 {
    let errno = call.forward()
    if errno == 0 {
      try call.memory.write(name(try call.memory.read(UInt32.self, at: result)), at: result)
    }
    return errno
  }
}

/// Notes what some WasmEdge would refuse, trap on, or hang on.
private final class HostRules: Sendable {
  private let notes = Mutex<Set<String>>([])

  var broken: Set<String> { notes.withLock { $0 } }

  private func expect(_ isKept: Bool, _ rule: String) {
    if !isKept { notes.withLock { _ = $0.insert(rule) } }
  }

  var shadows: [Shadow] {
    /// By function: which arguments point to what must lie at a multiple of what.
    let pointers: [(function: String, places: [Int: UInt32])] = [
      ("sock_open", [2: 4]), ("sock_bind", [1: 4]), ("sock_accept", [1: 4]),
      ("sock_getlocaladdr", [1: 4, 2: 4, 3: 4]), ("sock_getpeeraddr", [1: 4, 2: 4, 3: 4]),
      ("sock_setsockopt", [3: 4]), ("clock_time_get", [2: 8]),
    ]
    let aligned = pointers.map { function, places in
      shadow(function) { [self] call in
        for (place, alignment) in places {
          expect(call.arguments[place] % alignment == 0, "\(function): argument \(place) aligned")
        }
        return call.forward()
      }
    }
    return aligned + [
      shadow("sock_recv") { [self] call in
        expect(call.arguments[1] % 4 == 0 && call.arguments[4] % 4 == 0, "sock_recv: aligned")
        expect(call.arguments[5] % 2 == 0, "sock_recv: flags aligned")
        expect(1...1024 ~= call.arguments[2], "sock_recv: number of vectors")
        return call.forward()
      },
      shadow("sock_send") { [self] call in
        expect(call.arguments[1] % 4 == 0 && call.arguments[4] % 4 == 0, "sock_send: aligned")
        expect(1...1024 ~= call.arguments[2], "sock_send: number of vectors")
        expect(call.arguments[3] == 0, "sock_send: no flags")
        return call.forward()
      },
      shadow("poll_oneoff") { [self] call in
        let isAligned = call.arguments[0] % 8 == 0 && call.arguments[1] % 8 == 0
        expect(isAligned && call.arguments[3] % 4 == 0, "poll_oneoff: aligned")
        let subscriptions = try PollList(call).subscriptions
        expect(subscriptions.contains { $0.tag == 0 }, "poll_oneoff: a clock")
        let sockets = subscriptions.filter { $0.tag != 0 }
        let pairs = Set(sockets.map { [UInt32($0.tag), $0.descriptor] })
        expect(pairs.count == sockets.count, "poll_oneoff: nothing twice")
        let read = Set(sockets.filter { $0.tag == 1 }.map(\.descriptor))
        expect(
          sockets.allSatisfy { read.contains($0.descriptor) }, "poll_oneoff: no writing alone")
        return call.forward()
      },
    ]
  }
}
