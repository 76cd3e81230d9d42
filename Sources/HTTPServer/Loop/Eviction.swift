/// Connections that are not in use just now make room for new ones when slots or descriptors
/// are short: who holds them open, in whatever number, locks no other client out, and no probe.
///
/// The one that has been quiet for longest is closed: between two requests, before its first octet, or when
/// its response is sent and its client has yet to close. (Whatever it waits for: clients that connect and
/// say nothing, by the thousand, would else take the place of those that come back.) Sockets that are ready
/// are served before new ones are accepted, and no response waits in the batch then: what a client has
/// sent in full is answered.
///
/// Where there is none, the one is closed whose header section has been incomplete for longest, and then the
/// one that has not taken its response for longest. Both have had more time by then than a client needs
/// that does what it can. Content is waited for, as it may be long: `REQUEST_TIMEOUT` ends that. (The admin
/// port has no use for any.)
extension EventLoop where Network: ~Copyable {
  /// How long a connection is left alone: the next request of a busy client comes sooner.
  private static var grace: Int64 { .second / 10 }
  /// A header section is sent in one go, in a segment or a few: what is missing after a second was lost,
  /// on a bad connection, or is kept back. (A segment that was lost comes again after a round trip or
  /// two, or after a second at the start of a connection, RFC 6298 2.1.)
  private static var headGrace: Int64 { .second }
  /// For 16 KiB of a response, or its rest: 26 kbit/s, which EDGE has.
  private static var writeGrace: Int64 { 5 * .second }

  /// How often to look whether a connection has been quiet for so long, while a listening socket is not
  /// watched.
  static var lookInterval: Int64 { grace / 4 }

  /// The connection of a port that can best be missed, nil when all are in use.
  @inline(never)
  @_optimize(size)
  private mutating func candidate(on port: Port.Name) -> Int? {
    let now = context.now
    let kinds: InlineArray<3, Deadlines.Kind> = [.idle, .linger, .fresh]
    var quietest: Int?
    var since = now &- EventLoop.grace
    for i in kinds.indices {
      if let slot = first(kinds[i], on: port, setBy: since) {
        quietest = slot
        since = context.deadlines.since(slot) - 1
      }
    }
    return quietest
      ?? first(.request, on: port, setBy: now &- EventLoop.headGrace, isInHead: port.expectsContent)
      ?? first(.write, on: port, setBy: now &- EventLoop.writeGrace)
  }

  /// The connection of a port whose deadline of a kind was set first, at `time` or before. (Others are passed
  /// over: those of the other port are few, or that port's are, and there is content to wait for only as long
  /// as clients send it.)
  ///
  /// - Parameter isInHead: only one whose header section is incomplete.
  @inline(never)
  private mutating func first(
    _ kind: Deadlines.Kind, on port: Port.Name, setBy time: Int64, isInHead: Bool = false
  ) -> Int? {
    var next = context.deadlines.first(kind)
    while let slot = next, context.deadlines.since(slot) <= time {
      if connections[slot].port == port,
        !isInHead || connections[slot].conversation.isInHead
      {
        return slot
      }
      next = context.deadlines.next(after: slot)
    }
    return nil
  }

  /// Whether there is room for one more connection on a port, or there can be.
  mutating func canMakeRoom(on port: Port.Name) -> Bool {
    context.ports[port].hasRoom || candidate(on: port) != nil
  }

  /// Closes the connection of a port that can best be missed.
  ///
  /// - Returns: false when all are in use.
  @inline(never)
  mutating func evict(from port: Port.Name) -> Bool {
    guard let slot = candidate(on: port) else { return false }
    if port.isMeasured { context.journal.metrics.connectionsEvicted &+= 1 }
    close(slot)
    return true
  }
}
