/// How many connections a guest gets of a listener before its next `accept` is answered AGAIN without a system call.
///
/// Guests accept until AGAIN. With one connection a turn, every second call would find nothing, and such a call
/// costs as much as eight others: the kernel makes a socket before it looks into the queue. So the guest is told
/// AGAIN after as many as are expected. If there are more, the next poll says so (`Poller.interest`), and the number
/// grows.
struct AcceptPace {
  private static let most = 64
  /// So many polls in a row must have had all that were expected: one after the other may come in turns that follow
  /// each other, too.
  private static let patience = 3

  /// How many connections are expected in a poll.
  private var expected = 1
  /// How many have come in the present poll, and which one that is.
  private var accepted = 0
  private var poll: UInt32 = 0
  /// How many polls before it, in a row, had all that were expected.
  private var streak = 0

  /// Notes that a connection was accepted; false when the guest is to poll before the next one.
  mutating func mayGoOn(inPoll present: UInt32) -> Bool {
    if present != poll {
      streak = accepted >= expected && present == poll &+ 1 ? streak + 1 : 0
      if streak >= AcceptPace.patience { expected = min(expected * 2, AcceptPace.most) }
      (poll, accepted) = (present, 0)
    }
    accepted += 1
    return accepted < expected
  }

  /// Notes that no connection was there.
  mutating func foundNone() {
    expected = max(accepted, 1)
    streak = 0
  }
}
