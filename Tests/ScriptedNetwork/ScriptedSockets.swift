import Sockets

/// A network in memory with a clock of its own: nothing sleeps, and the same test always goes the
/// same way. Tests play the clients (see `Client`) and say what happens when.
///
/// It holds the event loop to the contract of `Sockets`, and to its purpose: a breach of the one,
/// and a loop that goes on waking up without getting anywhere, is a complaint.
final class ScriptedSockets: Sockets {
  /// Told what the event loop has done wrong.
  let complain: (String) -> Void
  /// In nanoseconds; tests that need the time of something compare with this.
  private(set) var time: Int64 = 1_000_000_000_000
  /// At the start it is Sun, 06 Nov 1994 08:49:37 GMT.
  var wallClockOffset: Int64 = 784_111_777 - 1000
  var drainRequested = false
  /// `wait` comes back at this time at the latest: the test has something to do then.
  var pause: Int64 = 0
  /// Whether a socket that is readable and writable is two events and not one.
  var splitsEvents = false
  /// Tells everything a second time, as what is left of a turn may be for a slot's next owner.
  var repeatsEvents = false
  var faults = Faults()
  /// Whether this system can turn away new connections, as wasm-serve does.
  var canRefuse = false
  /// The turns in a row that changed nothing, although `wait` did not wait.
  private(set) var idleTurns = 0

  var listeners: [Listener] = []
  private var connections: [Descriptor: Client] = [:]
  private var closed: Set<Descriptor> = []
  private var nextDescriptor: Descriptor = 1_234_567
  private var watched: [(descriptor: Descriptor, token: Int, interest: Interest)] = []
  private var events: [Event] = []
  private var happenings: [(time: Int64, body: () -> Void)] = []

  init(complain: @escaping (String) -> Void) { self.complain = complain }

  // MARK: For tests

  /// Has something happen later.
  func after(_ delay: Duration, _ body: @escaping () -> Void) {
    let time = time + delay.nanoseconds
    let index = happenings.firstIndex { $0.time > time } ?? happenings.count
    happenings.insert((time, body), at: index)
  }

  /// Whether there is something for the loop to do without waiting.
  var isReady: Bool {
    happen()
    return watched.contains { event(of: $0.descriptor, $0.token, $0.interest) != nil }
  }

  var isSpinning: Bool { idleTurns > 3 }

  func noteProgress() { idleTurns = 0 }

  func interest(in descriptor: Descriptor) -> Interest {
    watched.first { $0.descriptor == descriptor }?.interest ?? []
  }

  private func happen() {
    while let first = happenings.first, first.time <= time {
      happenings.removeFirst()
      first.body()
    }
  }

  // MARK: Sockets

  func listen(
    on address: SocketAddress, backlog: Int, buffer: Int
  ) throws(SocketError) -> Descriptor {
    if let fault = faults.listen { throw fault }
    if let fault = faults.listenIPv6, address.isIPv6 { throw fault }
    if let refusal = listeners.first(where: { $0.port == address.port }) {
      throw refusal.failure ?? SocketError(code: 98)
    }
    let listener = Listener(descriptor: newDescriptor(), address: address)
    listeners.append(listener)
    return listener.descriptor
  }

  func localAddress(of listener: Descriptor) -> SocketAddress? { nil }

  func accept(from descriptor: Descriptor) -> Acceptance {
    guard let listener = listener(descriptor, "accept") else { return .none }
    if let failure = listener.failure { return .failed(failure) }
    if let fault = faults.accepts.popFirst() { return fault }
    if listener.queue.isEmpty { return .none }
    if time < listener.exhaustedUntil {
      listener.exhaustions += 1
      return .exhausted
    }
    noteProgress()
    guard let client = listener.queue.removeFirst() else { return .lost }
    client.descriptor = newDescriptor()
    connections[client.descriptor] = client
    return .connection(client.descriptor)
  }

  func refuseConnections(on descriptor: Descriptor) -> Bool {
    guard canRefuse, let listener = listener(descriptor, "refuseConnections") else { return false }
    listener.isRefusing = true
    return true
  }

  func peerAddress(of connection: Descriptor) -> SocketAddress? { connections[connection]?.address }

  func receive(from descriptor: Descriptor, into room: inout OutputSpan<UInt8>) -> Transfer {
    guard let client = connection(descriptor, "receive") else { return .wouldBlock }
    if room.isFull { complain("receive into no room") }
    if let fault = faults.receives.popFirst() { return fault }
    if client.isReset { return .failed(SocketError(code: 104)) }
    if let segment = client.segments.first {
      noteProgress()
      client.takenCount += 1
      let count = min(segment.count, room.freeCapacity)
      for octet in segment.prefix(count) { room.append(octet) }
      client.noteDelivered(count)
      if count < segment.count {
        client.segments[0] = segment.dropFirst(count)
      } else {
        client.segments.removeFirst()
      }
      return .octets(count)
    }
    return client.hasFinished ? .octets(0) : .wouldBlock
  }

  func send(_ octets: Span<UInt8>, to descriptor: Descriptor) -> Transfer {
    guard let client = connection(descriptor, "send") else { return .wouldBlock }
    if octets.isEmpty { complain("send of nothing") }
    if client.sawEnd { complain("send after finishSending") }
    if let fault = faults.sends.popFirst() { return fault }
    if client.isReset { return .failed(SocketError(code: 32)) }
    let taken = min(octets.count, client.room, client.largestSend)
    if taken == 0 { return .wouldBlock }
    noteProgress()
    client.take(octets.extracting(first: taken))
    return .octets(taken)
  }

  func finishSending(on descriptor: Descriptor) {
    guard let client = connection(descriptor, "finishSending") else { return }
    if client.sawEnd { complain("finishSending twice") }
    noteProgress()
    client.sawEnd = true
  }

  func close(_ descriptor: Descriptor) {
    noteProgress()
    if !interest(in: descriptor).isEmpty { complain("close of a socket that is watched") }
    if let client = connections.removeValue(forKey: descriptor) {
      client.noteClosed(at: time)
    } else if let listener = listener(descriptor, "close") {
      listener.isClosed = true
    }
    closed.insert(descriptor)
  }

  func watch(_ descriptor: Descriptor, token: Int, for interest: Interest) {
    if closed.contains(descriptor) { complain("watch of a closed socket") }
    let place = watched.firstIndex { $0.token == token }
    if let place, watched[place].descriptor != descriptor {
      complain("a token for two sockets")
    }
    if watched.contains(where: { $0.descriptor == descriptor && $0.token != token }) {
      complain("a socket with two tokens")
    }
    if let place, watched[place].interest == interest { return }
    noteProgress()
    if let place { watched.remove(at: place) }
    if !interest.isEmpty { watched.append((descriptor, token, interest)) }
  }

  func wait(nanoseconds: Int64?) throws(SocketError) -> Int {
    if let nanoseconds, nanoseconds < 0 { complain("wait for less than no time") }
    if let fault = faults.wait { throw fault }
    let end = nanoseconds.map { time + $0 } ?? .max
    if faults.interruptedWaits > 0 {
      faults.interruptedWaits -= 1
      events.removeAll()
      return 0
    }
    idleTurns += 1
    if isSpinning { complain("the loop spins") }
    while true {
      happen()
      gatherEvents()
      if !events.isEmpty || end <= time { return events.count }
      // Time goes by: whatever happens next is no spinning.
      noteProgress()
      let next = min(end, pause, happenings.first?.time ?? .max)
      if next <= time || next == .max { return 0 }
      time = next
      if time == pause {
        happen()
        gatherEvents()
        return events.count
      }
    }
  }

  func event(_ index: Int) -> Event { events[index] }

  func monotonicTime() -> Int64 { time + faults.clockJump }

  func wallClockTime() -> Int64 { time + wallClockOffset * 1_000_000_000 }

  // MARK: Readiness

  /// As poll(2) has it: what is ready stays ready until something is done about it.
  private func event(of descriptor: Descriptor, _ token: Int, _ interest: Interest) -> Event? {
    var isReadable = false
    var isWritable = false
    if let client = connections[descriptor] {
      isReadable = client.isReset || interest.contains(.read) && client.isReadable
      isWritable = client.isReset || interest.contains(.write) && client.room > 0
    } else if let listener = listeners.first(where: { $0.descriptor == descriptor }) {
      isReadable = !listener.queue.isEmpty || listener.failure != nil
    }
    guard isReadable || isWritable else { return nil }
    return Event(token: token, isReadable: isReadable, isWritable: isWritable)
  }

  private func gatherEvents() {
    events.removeAll()
    for (descriptor, token, interest) in watched {
      guard let event = event(of: descriptor, token, interest) else { continue }
      if splitsEvents && event.isReadable && event.isWritable {
        events.append(Event(token: token, isReadable: true, isWritable: false))
        events.append(Event(token: token, isReadable: false, isWritable: true))
      } else {
        events.append(event)
      }
    }
    if repeatsEvents { events += events }
  }

  // MARK: Descriptors

  /// Never the same twice, so that the use of a closed one is seen.
  private func newDescriptor() -> Descriptor {
    nextDescriptor += 7919
    return nextDescriptor
  }

  private func connection(_ descriptor: Descriptor, _ use: String) -> Client? {
    if let client = connections[descriptor] { return client }
    complain("\(use) on what is no open connection")
    return nil
  }

  private func listener(_ descriptor: Descriptor, _ use: String) -> Listener? {
    if let listener = listeners.first(where: { $0.descriptor == descriptor }), !listener.isClosed {
      return listener
    }
    complain("\(use) on what is no open listening socket")
    return nil
  }
}

/// A listening socket, and what `accept` on it will say.
final class Listener {
  let descriptor: Descriptor
  let address: SocketAddress
  var port: UInt16 { address.port }
  /// The clients that wait; nil for one that is lost before it can be accepted.
  var queue: [Client?] = []
  /// Until then there are no descriptors for anybody in the queue.
  var exhaustedUntil: Int64 = 0
  /// How often `accept` has said so.
  var exhaustions = 0
  /// The socket is of no use any more.
  var failure: SocketError?
  var isClosed = false
  /// Nobody new gets into the queue.
  var isRefusing = false

  init(descriptor: Descriptor, address: SocketAddress) {
    self.descriptor = descriptor
    self.address = address
  }
}

extension Duration {
  var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}

extension Array {
  /// Takes the first of them, if there is any.
  fileprivate mutating func popFirst() -> Element? { isEmpty ? nil : removeFirst() }
}
