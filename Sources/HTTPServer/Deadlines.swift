/// When connections run out of time.
///
/// All deadlines of a kind are equally long, so a queue for each kind in the order in which they
/// were set is in the order in which they end: setting, clearing and finding the first one are a
/// few steps, whatever the number of connections. The links of the queues are in the connections.
struct Deadlines {
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

    static var all: InlineArray<5, Kind> { [.fresh, .idle, .request, .write, .linger] }
  }

  private static var laxity: Int64 { Configuration.second / 20 }

  struct Link {
    fileprivate(set) var kind: Kind?
    fileprivate(set) var since: Int64 = 0
    fileprivate var previous: Int32 = -1
    fileprivate var next: Int32 = -1
  }

  private struct Queue {
    var first: Int32 = -1
    var last: Int32 = -1
  }

  private var queues = InlineArray<5, Queue>(repeating: Queue())
  /// By kind, in nanoseconds.
  private var durations = InlineArray<5, Int64>(repeating: 0)

  init(_ configuration: Configuration) {
    self[.fresh] = configuration.requestTimeout
    self[.idle] = configuration.keepAliveTimeout
    self[.request] = configuration.requestTimeout
    self[.write] = configuration.writeTimeout
    self[.linger] = 5 * Configuration.second
  }

  subscript(kind: Kind) -> Int64 {
    get { durations[kind.rawValue] }
    set { durations[kind.rawValue] = newValue }
  }

  /// Starts a deadline for a connection, in place of the one it had.
  ///
  /// One of the same kind that has only just begun stays: a busy connection would be put at the
  /// end of its queue with every request. It may end that much too early, a 64th of its time or a
  /// twentieth of a second.
  @inline(never)
  mutating func set(
    _ kind: Kind, for slot: Int, at now: Int64, _ connections: UnsafeMutablePointer<Connection>
  ) {
    if connections[slot].deadline.kind == kind,
      now - connections[slot].deadline.since < min(self[kind] >> 6, Self.laxity)
    {
      return
    }
    clear(slot, connections)
    let last = queues[kind.rawValue].last
    connections[slot].deadline.kind = kind
    connections[slot].deadline.since = now
    connections[slot].deadline.previous = last
    connections[slot].deadline.next = -1
    if last >= 0 {
      connections[Int(last)].deadline.next = Int32(slot)
    } else {
      queues[kind.rawValue].first = Int32(slot)
    }
    queues[kind.rawValue].last = Int32(slot)
  }

  @inline(never)
  mutating func clear(_ slot: Int, _ connections: UnsafeMutablePointer<Connection>) {
    let link = connections[slot].deadline
    guard let kind = link.kind else { return }
    if link.previous >= 0 {
      connections[Int(link.previous)].deadline.next = link.next
    } else {
      queues[kind.rawValue].first = link.next
    }
    if link.next >= 0 {
      connections[Int(link.next)].deadline.previous = link.previous
    } else {
      queues[kind.rawValue].last = link.previous
    }
    connections[slot].deadline.kind = nil
  }

  /// The first connection whose time of this kind is over.
  func expired(
    _ kind: Kind, at now: Int64, _ connections: UnsafeMutablePointer<Connection>
  ) -> Int? {
    let first = Int(queues[kind.rawValue].first)
    guard first >= 0, connections[first].deadline.since + self[kind] <= now else { return nil }
    return first
  }

  /// The connection of a port whose deadline of this kind was set first. (Others are passed over: those of
  /// the other port are few, or that port's are, and there is content to wait for only as long as clients
  /// send it.)
  ///
  /// - Parameter isInHead: only one whose header section is incomplete.
  func first(
    _ kind: Kind, isAdmin: Bool, isInHead: Bool = false,
    _ connections: UnsafeMutablePointer<Connection>
  ) -> Int? {
    var slot = Int(queues[kind.rawValue].first)
    while slot >= 0,
      connections[slot].info.isAdmin != isAdmin || isInHead && !connections[slot].isInHead
    {
      slot = Int(connections[slot].deadline.next)
    }
    return slot >= 0 ? slot : nil
  }

  /// When the next deadline ends, `.max` when there is none.
  func next(_ connections: UnsafeMutablePointer<Connection>) -> Int64 {
    var next = Int64.max
    for kind in 0..<queues.count {
      let first = Int(queues[kind].first)
      guard first >= 0 else { continue }
      next = min(next, connections[first].deadline.since + durations[kind])
    }
    return next
  }
}
