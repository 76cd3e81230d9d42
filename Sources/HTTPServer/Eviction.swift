import HTTPCodec

/// Connections that nothing is expected of just now make room for new ones when slots or descriptors
/// are short: who holds them open, in whatever number, locks no other client out, and no probe.
///
/// The one that has been quiet for longest goes: between two requests, before its first octet, or when its
/// response is sent and its client has yet to close. (Whatever it waits for: clients that connect and say
/// nothing, by the thousand, would else take the place of those that come back.) Sockets that are ready
/// are served before new ones are accepted, and no response waits in the batch then: what a client has
/// sent in full is answered.
///
/// Where there is none, the one goes whose header section has been incomplete for longest, and then the
/// one that has not taken its response for longest. Both have had more time by then than a client needs
/// that does what it can. Content is waited for, as it may be long: `REQUEST_TIMEOUT` ends that. (The admin
/// port has no use for any.)
extension EventLoop where Network: ~Copyable {
  /// How long a connection is left alone: the next request of a busy client comes sooner.
  private static var grace: Int64 { Configuration.second / 10 }
  /// A header section is sent in one go, in a segment or a few: what is missing after a second was lost,
  /// on a bad connection, or is kept back. (A segment that was lost comes again after a round trip or
  /// two, or after a second at the start of a connection, RFC 6298 2.1.)
  private static var headGrace: Int64 { Configuration.second }
  /// For 16 KiB of a response, or its rest: 26 kbit/s, which EDGE has.
  private static var writeGrace: Int64 { 5 * Configuration.second }

  /// How often it is looked whether one has been quiet for so long, while a listening socket is not
  /// watched.
  static var lookInterval: Int64 { grace / 4 }

  /// The connection of a port that can best be missed, nil when all are in use.
  @inline(never)
  private func candidate(isAdmin: Bool) -> Int? {
    let kinds: InlineArray<3, Deadlines.Kind> = [.idle, .linger, .fresh]
    var longest: Int?
    var since = now - Self.grace
    for i in kinds.indices {
      if let slot = deadlines.first(kinds[i], isAdmin: isAdmin, table.connections),
        table.connections[slot].deadline.since <= since
      {
        longest = slot
        since = table.connections[slot].deadline.since - 1
      }
    }
    return longest ?? slow(.request, Self.headGrace, isAdmin: isAdmin, isInHead: !isAdmin)
      ?? slow(.write, Self.writeGrace, isAdmin: isAdmin)
  }

  @inline(never)
  private func slow(
    _ kind: Deadlines.Kind, _ grace: Int64, isAdmin: Bool, isInHead: Bool = false
  ) -> Int? {
    guard
      let slot = deadlines.first(kind, isAdmin: isAdmin, isInHead: isInHead, table.connections),
      table.connections[slot].deadline.since <= now - grace
    else { return nil }
    return slot
  }

  /// Whether there is room for one more connection on a port, or there can be.
  func canMakeRoom(isAdmin: Bool) -> Bool {
    hasRoom(isAdmin: isAdmin) || candidate(isAdmin: isAdmin) != nil
  }

  /// Closes the connection of a port that can best be missed.
  ///
  /// - Returns: false when all are in use.
  @inline(never)
  mutating func evict(isAdmin: Bool) -> Bool {
    guard let slot = candidate(isAdmin: isAdmin) else { return false }
    if !isAdmin { responder.metrics.connectionsEvicted += 1 }
    close(slot)
    return true
  }
}
