import Memory

/// When connections run out of time. Each slot has one deadline or none.
///
/// All deadlines of a kind are equally long, so a queue for each kind in the order in which they
/// were set is in the order in which they end: setting, clearing and finding the first one are a
/// few steps, whatever the number of connections.
struct Deadlines: ~Copyable {
  enum Kind: Int {
    /// No octet has come on a new connection.
    case fresh
    /// No octet has come since the last response.
    case idle
    /// A request has begun.
    case request
    /// The client does not take its response.
    case write
    /// The response is sent, the client's end has not come.
    case linger
  }

  /// By how much a deadline may end too early: see `set`.
  private static var laxity: Int64 { .second / 20 }

  /// One slot's deadline, and its neighbours in the queue of its kind.
  struct Link {
    var kind: Kind?
    var since: Int64 = 0
    var previous: Int32 = -1
    var next: Int32 = -1
  }

  /// The slots with a deadline of a kind, and how long these deadlines are, in nanoseconds.
  private struct Queue {
    var duration: Int64
    var first: Int32 = -1
    var last: Int32 = -1
  }

  /// Octets of memory for each connection.
  static var memoryPerConnection: Int { MemoryLayout<Link>.stride }

  private var links = FixedArray<Link>()
  /// By kind.
  private var queues = FixedArray<Queue>()
  /// When the next deadline ends; nil where that may have changed since it was looked for.
  private var knownNext: Int64?
  private let requestTimeout: Int64
  private let keepAliveTimeout: Int64
  private let writeTimeout: Int64

  init(_ configuration: borrowing Configuration) {
    requestTimeout = configuration.requestTimeout
    keepAliveTimeout = configuration.keepAliveTimeout
    writeTimeout = configuration.writeTimeout
  }

  /// Takes the memory of the links and queues. - Returns: false when there is not enough.
  mutating func reserve(_ slots: Int) -> Bool {
    guard links.reserve(slots, repeating: Link()),
      queues.reserve(5, repeating: Queue(duration: requestTimeout))
    else { return false }
    self[.idle] = keepAliveTimeout
    self[.write] = writeTimeout
    self[.linger] = 5 * .second
    return true
  }

  /// How long deadlines of a kind are, in nanoseconds.
  subscript(kind: Kind) -> Int64 {
    get { queues[kind.rawValue].duration }
    set {
      queues[kind.rawValue].duration = newValue
      knownNext = nil
    }
  }

  /// The kind of a slot's deadline, nil when it has none.
  func kind(of slot: Int) -> Kind? { links[slot].kind }

  /// When a slot's deadline was set.
  func since(_ slot: Int) -> Int64 { links[slot].since }

  /// When the request began that a slot's connection is in; `now` when it is in none.
  @inline(__always)
  func requestBegan(_ slot: Int, orAt now: Int64) -> Int64 {
    links[slot].kind == .request ? links[slot].since : now
  }

  /// Starts a deadline, in place of the one that the slot had.
  ///
  /// One of the same kind that has only just begun stays: a busy connection would be put at the
  /// end of its queue with every request. It may end that much too early, a 64th of its time or a
  /// twentieth of a second.
  @inline(never)
  mutating func set(_ kind: Kind, for slot: Int, at now: Int64) {
    let link = links[slot]
    if link.kind == kind, now &- link.since < min(self[kind] >> 6, Deadlines.laxity) { return }
    clear(slot)
    let last = queues[kind.rawValue].last
    links[slot] = Link(kind: kind, since: now, previous: last, next: -1)
    if last >= 0 {
      links[Int(last)].next = Int32(slot)
    } else {
      queues[kind.rawValue].first = Int32(slot)
      knownNext = nil
    }
    queues[kind.rawValue].last = Int32(slot)
  }

  @inline(never)
  mutating func clear(_ slot: Int) {
    let link = links[slot]
    guard let kind = link.kind else { return }
    if link.previous >= 0 {
      links[Int(link.previous)].next = link.next
    } else {
      queues[kind.rawValue].first = link.next
      knownNext = nil
    }
    if link.next >= 0 {
      links[Int(link.next)].previous = link.previous
    } else {
      queues[kind.rawValue].last = link.previous
    }
    links[slot].kind = nil
  }

  /// The first slot whose time of this kind is over.
  func expired(_ kind: Kind, at now: Int64) -> Int? {
    let first = Int(queues[kind.rawValue].first)
    guard first >= 0, links[first].since &+ self[kind] <= now else { return nil }
    return first
  }

  /// The slot whose deadline of this kind was set first; nil without one.
  func first(_ kind: Kind) -> Int? {
    let first = Int(queues[kind.rawValue].first)
    return first >= 0 ? first : nil
  }

  /// The slot whose deadline of the same kind was set next.
  func next(after slot: Int) -> Int? {
    let next = Int(links[slot].next)
    return next >= 0 ? next : nil
  }

  /// When the next deadline ends, `.max` when there is none.
  @inline(__always)
  mutating func next() -> Int64 { knownNext ?? findNext() }

  @inline(never)
  private mutating func findNext() -> Int64 {
    var next = Int64.max
    for kind in queues.indices {
      let first = Int(queues[kind].first)
      if first >= 0 { next = min(next, links[first].since &+ queues[kind].duration) }
    }
    knownNext = next
    return next
  }
}
