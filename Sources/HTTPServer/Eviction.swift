import HTTPCodec

/// Connections that nothing is expected of just now make room for new ones when slots or descriptors
/// are short: who holds them open, in whatever number, locks no other client out, and no probe.
///
/// The longest idle one between two requests goes first; then one whose response is sent and whose
/// client has yet to close; then one on which no octet has come. A request that is being read, answered or
/// sent is never lost to this: sockets that are ready are served before new ones are accepted, and no
/// response waits in the batch then.
extension EventLoop where Network: ~Copyable {
  /// How long a connection is left alone: the next request of a busy client comes sooner.
  private static var grace: Int64 { Configuration.second / 10 }

  /// How often it is looked whether one has been quiet for so long, while a listening socket is not
  /// watched.
  static var lookInterval: Int64 { grace / 4 }

  /// The connection of a port that can best be missed, nil when all are in use.
  @inline(never)
  private func candidate(isAdmin: Bool) -> Int? {
    let kinds: InlineArray<3, Deadlines.Kind> = [.idle, .linger, .fresh]
    for i in kinds.indices {
      if let slot = deadlines.first(kinds[i], isAdmin: isAdmin, table.connections),
        table.connections[slot].deadline.since + Self.grace <= now
      {
        return slot
      }
    }
    return nil
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
