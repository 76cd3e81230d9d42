import GuestABI

// Waiting for many descriptors and clocks at once.

extension Instance {
  func pollOneoff(
    subscriptions: UInt32, events: UInt32, count: UInt32, eventCount: UInt32
  ) throws(Errno) {
    defer {
      // From now on the guest handles the events, which may take `handlerTimeout`.
      giveTime(from: poller.time)
      if drain.isTerminated { ending = .termination }
    }
    guard count > 0 else { throw .inval }
    let memory = memory
    let list = try memory.array(of: Subscription.self, at: subscriptions, count: count)
    var answers = GuestOutput(try memory.array(of: Event.self, at: events, count: count))
    let result = try memory.slot(for: UInt32.self, at: eventCount)
    noteWait()
    scoreboardPage?.noteWait()
    try poller.poll(list, into: &answers)
    result.record = UInt32(truncatingIfNeeded: answers.count)
  }
}
