import CEpoll
import Foundation

/// The thread of a crowd: waits with epoll(7), and passes on what happens to the personas.
final class CrowdLoop {
  private let address: sockaddr_in
  private let mailbox: Mailbox
  private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
  private var wires: [Wire?] = []
  private var freePlaces: [Int] = []
  private var serial: UInt32 = 0
  private var groups: [Group] = []
  private var agenda = Agenda()
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  private var events = [epoll_event](repeating: epoll_event(), count: 256)

  private static let bellToken = UInt64.max

  init(port: UInt16, _ mailbox: Mailbox) {
    self.mailbox = mailbox
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    self.address = address
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: CrowdLoop.bellToken))
    epoll_ctl(epoll, EPOLL_CTL_ADD, mailbox.bell, &event)
  }

  deinit {
    for wire in wires { wire?.close() }
    close(epoll)
    buffer.deallocate()
  }

  func run() {
    while true {
      let pause = agenda.next.map { max(0, $0 - Crowd.now()) }
      // Rounded up, or the last part of a millisecond would be spent spinning.
      let timeout = pause.map { Int32(min(($0 + 999_999) / 1_000_000, 1000)) } ?? -1
      let count = epoll_wait(epoll, &events, Int32(events.count), timeout)
      guard count >= 0 || errno == EINTR else { return mailbox.fail("epoll_wait: \(errno)") }
      for event in events.prefix(Int(max(count, 0))) {
        if event.data.u64 == CrowdLoop.bellToken {
          guard let commands = mailbox.take() else { return }
          for command in commands { obey(command) }
        } else {
          let place = Int(event.data.u64 & 0xffff_ffff)
          guard let wire = wires[place], wire.serial == UInt32(event.data.u64 >> 32) else {
            continue
          }
          happen(event.events, place, wire)
        }
      }
      runAgenda()
    }
  }

  // MARK: Who is there

  private func obey(_ command: Crowd.Command) {
    switch command {
    case .join(let tally, let count, let options, let rejoin, let makePersona):
      let group = Group(tally, options, rejoin, makePersona)
      groups.append(group)
      let now = Crowd.now()
      // Not all at once: the server's queue would overflow, and the system try again in a second.
      for number in 0..<count {
        agenda.add(.join(group), at: now + Int64(number) * 200_000)
      }
    case .finish(let tally):
      forEachWire(of: tally) { place, wire in
        attempt(place, wire) { try wire.persona.finish(wire) }
      }
    case .leave(let tally):
      forEachWire(of: tally) { place, wire in
        wire.reset()
        settle(place, wire)
      }
    }
  }

  private func forEachWire(of tally: Tally?, _ body: (Int, Wire) -> Void) {
    for group in groups where tally == nil || group.tally === tally { group.hasLeft = true }
    groups.removeAll { $0.hasLeft }
    for (place, wire) in wires.enumerated() {
      if let wire, tally == nil || wire.tally === tally { body(place, wire) }
    }
  }

  private func runAgenda() {
    let now = Crowd.now()
    while let item = agenda.take(until: now) {
      switch item {
      case .join(let group): join(group)
      case .wake(let place, let serial):
        guard let wire = wires[place], wire.serial == serial, let time = wire.wakeAt, time <= now
        else { continue }
        wire.wakeAt = nil
        attempt(place, wire) { try wire.persona.woken(wire) }
      }
    }
  }

  private func join(_ group: Group) {
    guard !group.hasLeft else { return mailbox.noteGone(group.tally) }
    let descriptor = socket(
      AF_INET,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else {
      mailbox.fail("socket: \(String(cString: strerror(errno)))")
      return mailbox.noteGone(group.tally)
    }
    set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    if let size = group.options.receiveBuffer { set(descriptor, SOL_SOCKET, SO_RCVBUF, size) }
    if let size = group.options.largestSegment {
      set(descriptor, Int32(IPPROTO_TCP), TCP_MAXSEG, size)
    }
    var address = address
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if result != 0 && errno != EINPROGRESS && errno != ECONNREFUSED {
      // No port or no memory is free at this moment, which says nothing of the server.
      close(descriptor)
      return agenda.add(.join(group), at: Crowd.now() + 50_000_000)
    }
    let isRefused = result != 0 && errno == ECONNREFUSED
    serial &+= 1
    group.made += 1
    let wire = Wire(descriptor: descriptor, number: group.made, serial: serial, group: group)
    let place = freePlaces.popLast() ?? wires.count
    if place == wires.count { wires.append(wire) } else { wires[place] = wire }
    if isRefused { return end(.refused, place, wire) }
    wire.interest = EPOLLOUT.rawValue
    control(EPOLL_CTL_ADD, place, wire)
  }

  private func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  // MARK: What happens

  private func happen(_ events: UInt32, _ place: Int, _ wire: Wire) {
    guard wire.isConnected else {
      if let end = wire.finishConnecting() { return self.end(end, place, wire) }
      wire.isConnected = true
      wire.tally.note {
        $0.connections += 1
        $0.open += 1
      }
      return attempt(place, wire) { try wire.persona.connected(wire) }
    }
    if events & EPOLLOUT.rawValue != 0 { wire.flush() }
    let isOver = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    guard wire.readsInput else {
      return isOver ? end(.reset, place, wire) : settle(place, wire)
    }
    guard isOver || events & EPOLLIN.rawValue != 0 else { return settle(place, wire) }
    var ended: Wire.End?
    attempt(place, wire) {
      ended = try wire.receive(into: buffer) { try wire.persona.received($0, wire) }
    }
    if let ended, wire.isOpen { end(ended, place, wire) }
  }

  private func end(_ end: Wire.End, _ place: Int, _ wire: Wire) {
    wire.tally.note {
      switch end {
      case .refused: $0.refused += 1
      case .closed: $0.closed += 1
      case .reset: $0.reset += 1
      }
    }
    if end == .refused, case .untilRefused = wire.group.rejoin { wire.group.hasLeft = true }
    attempt(place, wire) {
      wire.close()
      try wire.persona.ended(end, wire)
    }
  }

  /// Lets a persona act; what it throws is the server's failure.
  private func attempt(_ place: Int, _ wire: Wire, _ body: () throws -> Void) {
    do { try body() } catch {
      wire.tally.fail("connection \(wire.number): \(error)")
      wire.close()
    }
    settle(place, wire)
  }

  /// Tells epoll and the agenda what the wire waits for now.
  private func settle(_ place: Int, _ wire: Wire) {
    guard wires[place] === wire else { return }
    guard wire.isOpen else { return remove(place, wire) }
    if let time = wire.wakeAt, time != wire.scheduledAt {
      wire.scheduledAt = time
      agenda.add(.wake(place, wire.serial), at: time)
    }
    guard wire.isConnected else { return }
    let interest =
      (wire.readsInput ? EPOLLIN.rawValue : 0) | (wire.hasUnsent ? EPOLLOUT.rawValue : 0)
    guard interest != wire.interest else { return }
    wire.interest = interest
    control(EPOLL_CTL_MOD, place, wire)
  }

  private func remove(_ place: Int, _ wire: Wire) {
    wires[place] = nil
    freePlaces.append(place)
    if wire.isConnected { wire.tally.note { $0.open -= 1 } }
    if wire.group.hasLeft { return mailbox.noteGone(wire.tally) }
    switch wire.group.rejoin {
    case .never: mailbox.noteGone(wire.tally)
    case .untilRefused: agenda.add(.join(wire.group), at: Crowd.now())
    case .afterPause(let time):
      agenda.add(.join(wire.group), at: Crowd.now() + Int64(time) * 1_000_000)
    }
  }

  private func control(_ operation: Int32, _ place: Int, _ wire: Wire) {
    var event = epoll_event(
      events: wire.interest, data: epoll_data(u64: UInt64(wire.serial) << 32 | UInt64(place)))
    epoll_ctl(epoll, operation, wire.descriptor, &event)
  }
}
