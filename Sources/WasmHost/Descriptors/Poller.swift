import Glibc
import GuestABI

/// `poll_oneoff` over one epoll set, which is edge-triggered but for listeners.
///
/// A descriptor enters the set once, at the first poll after it was opened, and stays until it is
/// closed. Its readiness is kept in its table entry (`Readiness.swift`), and the entries that are
/// ready are listed, so that a call costs what is ready, not what is subscribed. What the guest
/// sees is level-triggered all the same.
///
/// The guest's list lives in the guest's memory and may change at any place between two calls,
/// which only reading all of it can tell. So a list is *indexed*: read in full, each descriptor's
/// entry remembering its place. A short list is indexed at each call. A long one is indexed when
/// something ready is not where it was, and otherwise once in a millisecond, and before waiting for
/// longer than that: a change that showed in no other way is seen that late, but never missed.
final class Poller {
  /// Lists up to this length are indexed at each call. Measured: 4.5 ns a subscription while the
  /// list is in the cache, so 0.3 us here, beside 0.5 us for the rest of a call that finds nothing.
  /// 10,000 subscriptions take 45 us.
  static let shortList = 64
  /// The maximum age of a long list's index, in nanoseconds.
  static let patience: UInt64 = 1_000_000

  /// How many clocks a list may have; further ones are answered with `inval`. The list is in the guest's memory, but
  /// the places of its clocks are kept in the host's.
  static let mostClocks = 16_384

  private let set: EpollSet
  private let table: DescriptorTable
  private let drain: Drain
  private static let drainToken = Token(generation: .max, number: .max)

  /// The sockets that were opened since the last poll, and are not in the epoll set yet.
  private var unregistered: [UInt32] = []
  /// The descriptors that may be ready. Each that is ready, and was subscribed to when the list was indexed, is one.
  ///
  /// (Appended to for each event. No access calls anything that has another one: a check of that at run time takes as
  /// long as the rest.)
  @exclusivity(unchecked) private var ready: [Token] = []
  /// The places of clocks in the guest's list.
  private var clocks: [Int] = []
  private var indexTime: UInt64 = 0
  private var indexedCount = 0
  /// Whether a descriptor is readable that the list, as indexed, does not ask for.
  private var hasOrphans = false
  /// The number of the present call; `Descriptor.readRefusal` refers to it.
  private(set) var calls: UInt32 = 1
  /// The monotonic clock as the last call has read it, no earlier than its last wait.
  private(set) var time: UInt64 = 0

  init(table: DescriptorTable, drain: Drain) throws(HostError) {
    set = try EpollSet()
    self.table = table
    self.drain = drain
    guard set.watch(drain.eventFD, as: Self.drainToken, for: [.input, .edges]) else {
      throw .shortage(of: "room in an epoll set", reason: describe(error: errno))
    }
  }

  /// Fills `events`, and waits until there is at least one.
  ///
  /// The kernel is asked once: what is ready already decides whether that call waits.
  func poll(_ subscriptions: GuestArray<Subscription>, into events: inout GuestOutput<Event>)
    throws(Errno)
  {
    calls &+= 1
    if !unregistered.isEmpty { registerNew() }
    let start = Clock.monotonic.now
    time = start
    var now = start
    var round = PollRound(start: start)
    let isTrusted = mayTrustIndex(for: subscriptions, now: now)
    if isTrusted { findDeadline(subscriptions, &round) }
    if !isTrusted || round.isIndexStale {
      index(subscriptions, now: now, &round, into: &events)
    }
    let trustEnd = start &+ Self.patience
    var isDue = events.count > 0 || round.deadline <= now || hasReady(subscriptions)
    while true {
      let deadline = round.isIndexed ? round.deadline : min(round.deadline, trustEnd)
      try collect(until: isDue ? now : deadline, now: now)
      if drain.isTerminated { return }
      if !isDue {
        now = Clock.monotonic.now
        time = now
      }
      if !round.isIndexed, now >= trustEnd || drain.isRequested {
        index(subscriptions, now: now, &round, into: &events)
      }
      report(subscriptions, now: now, &round, into: &events)
      if round.isIndexStale, !round.isIndexed {
        events.removeAll()
        index(subscriptions, now: now, &round, into: &events)
        report(subscriptions, now: now, &round, into: &events)
      }
      if events.count > 0 { return }
      isDue = false
    }
  }

  /// Notes a socket for the epoll set, which is new or has to wait for room. A number is listed once, however often
  /// it is reused before the next poll: a guest may never poll.
  func add(_ number: UInt32) {
    guard let entry = try? table.lookup(number), !entry.pointee.state.contains(.inNewList) else {
      return
    }
    entry.pointee.state.insert(.inNewList)
    unregistered.append(number)
  }

  /// Notes that a socket has begun to listen. It may be in the epoll set already, with other interests.
  func didListen(_ entry: UnsafeMutablePointer<Descriptor>, number: UInt32) {
    if entry.pointee.state.contains(.registered) {
      entry.pointee.state.subtract([
        .readable, .writable, .readDoubtful, .writeDoubtful, .peerClosed, .hungUp,
      ])
      register(entry, number: number, anew: true)
    }
    if drain.isRequested { entry.pointee.state.insert(.drainUnreported) }
  }

  /// Notes that a socket has begun to connect. Before that, epoll reports a hang-up.
  func didConnect(_ entry: UnsafeMutablePointer<Descriptor>, number: UInt32) {
    entry.pointee.state.subtract([
      .readable, .writable, .readDoubtful, .writeDoubtful, .peerClosed, .hungUp,
    ])
    entry.pointee.state.insert(.awaitsRoom)
    if entry.pointee.state.contains(.registered) { register(entry, number: number, anew: true) }
  }

  // MARK: The epoll set

  private func registerNew() {
    for number in unregistered {
      table.didTakeFromNewList(number)
      guard let entry = try? table.socket(number) else { continue }
      if !entry.pointee.state.contains(.registered) {
        register(entry, number: number)
      } else if entry.pointee.needsWatchForRoom {
        register(entry, number: number, anew: true)
      }
    }
    unregistered.removeAll(keepingCapacity: true)
  }

  /// Adds a descriptor to the epoll set. From then on its readiness flags are what epoll says, beginning with the
  /// present state.
  private func register(
    _ entry: UnsafeMutablePointer<Descriptor>, number: UInt32, anew: Bool = false
  ) {
    let interest = interest(in: entry.pointee.state)
    let isWatched = set.watch(
      entry.pointee.hostFD, as: Token(generation: entry.pointee.generation, number: number),
      for: interest, anew: anew)
    entry.pointee.state.insert(.registered)
    if isWatched {
      entry.pointee.state.subtract([.readable, .readDoubtful])
      if interest.contains(.output) {
        entry.pointee.state.subtract([.writable, .writeDoubtful])
        entry.pointee.state.insert(.watchedForRoom)
      }
    } else {
      // A regular file as standard input is always ready. A socket that the kernel cannot register is reported as
      // ready too: the guest's call then answers with what is true.
      entry.pointee.state.insert([.readable, .writable])
      entry.pointee.state.subtract([.readDoubtful, .writeDoubtful])
      if !entry.pointee.kind.isStandard { entry.pointee.state.remove(.registered) }
    }
  }

  private func interest(in state: Descriptor.State) -> Interest {
    if state.contains(.listening) {
      // A listener is reported at each wait for as long as connections are in its queue: a guest need not find the
      // queue empty to be told of the next one. In a drain they may be left to others, and reports would not end.
      return drain.isRequested ? [.input, .edges] : .input
    }
    // Nearly all sockets have room at all times. Those that are registered for it are reported at once.
    let waitsForRoom = !state.isDisjoint(with: [.awaitsRoom, .watchedForRoom])
    return waitsForRoom ? [.input, .output, .ends, .edges] : [.input, .ends, .edges]
  }

  /// Waits for edges until the deadline (0: not at all; `.max`: no limit) and notes them.
  private func collect(until deadline: UInt64, now: UInt64) throws(Errno) {
    let milliseconds: Int32
    switch deadline {
    case ...now: milliseconds = 0
    case .max: milliseconds = -1
    default: milliseconds = Int32(clamping: (deadline - now - 1) / 1_000_000 + 1)
    }
    try set.wait(milliseconds: milliseconds) { token, edge in
      if token == Self.drainToken {
        drainBegan()
      } else if let entry = entry(of: token) {
        entry.pointee.note(edge)
        list(entry, number: token.number)
      }
    }
  }

  /// Takes a listener out of the epoll set. (For the kernel it is still there once the guest has closed it, if the
  /// host keeps it.)
  func setListenerAside(_ entry: UnsafeMutablePointer<Descriptor>) {
    guard entry.pointee.state.isSuperset(of: [.listening, .registered]) else { return }
    set.forget(entry.pointee.hostFD)
    entry.pointee.state.remove(.registered)
    entry.pointee.state.insert(.readDoubtful)
  }

  private func drainBegan() {
    for number in 0..<UInt32(table.count) {
      guard let entry = try? table.lookup(number), entry.pointee.state.contains(.listening)
      else { continue }
      if entry.pointee.state.contains(.registered) { register(entry, number: number, anew: true) }
      entry.pointee.state.insert(.drainUnreported)
      list(entry, number: number)
    }
  }

  private func list(_ entry: UnsafeMutablePointer<Descriptor>, number: UInt32) {
    guard !entry.pointee.state.contains(.inReadyList) else { return }
    entry.pointee.state.insert(.inReadyList)
    ready.append(Token(generation: entry.pointee.generation, number: number))
  }

  /// The entry of a token's descriptor; nil when that was closed, even if its number is in use again.
  private func entry(of token: Token) -> UnsafeMutablePointer<Descriptor>? {
    guard let entry = try? table.lookup(token.number),
      entry.pointee.generation == token.generation
    else { return nil }
    return entry
  }

  // MARK: The guest's list

  private func mayTrustIndex(for subscriptions: GuestArray<Subscription>, now: UInt64) -> Bool {
    guard subscriptions.count > Self.shortList, indexedCount > Self.shortList else { return false }
    return now &- indexTime < Self.patience
      && !(hasOrphans && subscriptions.count != indexedCount) && !drain.isRequested
  }

  /// Reads the whole list, and reports invalid subscriptions.
  private func index(
    _ subscriptions: GuestArray<Subscription>, now: UInt64, _ round: inout PollRound,
    into events: inout GuestOutput<Event>
  ) {
    round.isIndexed = true
    indexTime = now
    indexedCount = subscriptions.count
    hasOrphans = false
    clocks.removeAll(keepingCapacity: true)
    for place in 0..<subscriptions.count {
      let subscription = subscriptions[place]
      let type = subscription.type
      guard type == .read || type == .write else {
        if type == .clock, clocks.count < Self.mostClocks {
          clocks.append(place)
        } else {
          events.append(Event(subscription, error: .inval))
        }
        continue
      }
      let number = subscription.subject
      guard let entry = try? table.lookup(number) else {
        events.append(Event(subscription, error: .badf))
        continue
      }
      if !entry.pointee.state.contains(.registered) {
        register(entry, number: number)
      }
      let isReady: Bool
      if type == .read {
        entry.pointee.readHint = UInt32(truncatingIfNeeded: place)
        isReady = entry.pointee.isReadyForReading
      } else {
        entry.pointee.writeHint = UInt32(truncatingIfNeeded: place)
        isReady = entry.pointee.state.contains(.writable)
      }
      if isReady { list(entry, number: number) }
    }
    findDeadline(subscriptions, &round)
  }

  private func findDeadline(_ subscriptions: GuestArray<Subscription>, _ round: inout PollRound) {
    round.deadline = .max
    for place in clocks {
      if subscriptions.hasClock(at: place) {
        let deadline = subscriptions[place].deadline(start: round.start) ?? 0
        round.deadline = min(round.deadline, deadline)
      } else {
        round.isIndexStale = true
      }
    }
  }

  // MARK: Reports

  /// Whether something is ready already, by the index.
  private func hasReady(_ subscriptions: GuestArray<Subscription>) -> Bool {
    for token in ready {
      // Most have been read to their end, and only wait for what comes next.
      guard let entry = entry(of: token), entry.pointee.mayBeReported else { continue }
      let answer = answer(for: entry, token.number, subscriptions)
      if answer.reads || answer.writes { return true }
    }
    return false
  }

  /// Reports what is ready, by the index, and drops the other candidates.
  private func report(
    _ subscriptions: GuestArray<Subscription>, now: UInt64, _ round: inout PollRound,
    into events: inout GuestOutput<Event>
  ) {
    if round.deadline <= now { reportClocks(subscriptions, now: now, round, into: &events) }
    var candidates: [Token] = []
    swap(&candidates, &ready)
    var kept = 0
    for place in candidates.indices {
      let token = candidates[place]
      guard let entry = entry(of: token) else { continue }
      let state = entry.pointee.state
      let answer = answer(for: entry, token.number, subscriptions)
      if answer.reads {
        let isDraining = state.contains(.drainUnreported)
        events.append(
          Event(
            subscriptions[Int(entry.pointee.readHint)], bytes: isDraining ? 0 : 1,
            hungUp: isDraining || state.contains(.hungUp)))
        entry.pointee.state.remove(.drainUnreported)
      }
      if answer.writes {
        events.append(
          Event(
            subscriptions[Int(entry.pointee.writeHint)], bytes: 1,
            hungUp: state.contains(.hungUp)))
      }
      if answer.isElsewhere {
        round.isIndexStale = true
        // It would end each wait while connections are in its queue. The next list that has it brings it back.
        if round.isIndexed { setListenerAside(entry) }
      }
      entry.pointee.state.subtract([.newlyReadable, .newlyWritable])
      if answer.reads || answer.writes {
        candidates[kept] = token
        kept += 1
      } else {
        entry.pointee.state.remove(.inReadyList)
      }
    }
    candidates.removeLast(candidates.count - kept)
    swap(&candidates, &ready)
  }

  private func reportClocks(
    _ subscriptions: GuestArray<Subscription>, now: UInt64, _ round: PollRound,
    into events: inout GuestOutput<Event>
  ) {
    for place in clocks where subscriptions.hasClock(at: place) {
      let subscription = subscriptions[place]
      if let deadline = subscription.deadline(start: round.start) {
        if deadline <= now { events.append(Event(subscription)) }
      } else {
        events.append(Event(subscription, error: .inval))
      }
    }
  }

  /// Whether one candidate is ready for what the guest waits for, by the index.
  @inline(__always)
  private func answer(
    for entry: UnsafeMutablePointer<Descriptor>, _ number: UInt32,
    _ subscriptions: GuestArray<Subscription>
  ) -> PollAnswer {
    var answer = PollAnswer()
    if entry.pointee.isReadyForReading {
      if subscriptions.has(.read, number, at: Int(entry.pointee.readHint)) {
        answer.reads =
          entry.pointee.state.contains(.drainUnreported) || entry.pointee.isStillReadable()
      } else {
        hasOrphans = true
        if entry.pointee.state.contains(.newlyReadable) { answer.isElsewhere = true }
      }
    }
    if subscriptions.has(.write, number, at: Int(entry.pointee.writeHint)) {
      answer.writes = entry.pointee.isStillWritable()
      if entry.pointee.needsWatchForRoom { register(entry, number: number, anew: true) }
    } else if entry.pointee.state.contains(.newlyWritable) {
      answer.isElsewhere = true
    }
    return answer
  }
}
