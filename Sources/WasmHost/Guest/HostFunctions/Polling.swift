// Waiting for many descriptors and clocks at once. WasmEdge offers it under two names.

extension HostFunction {
  static let polling = [
    HostFunction("poll_oneoff", .i32, .i32, .i32, .i32, entry: pollEntry),
    HostFunction("epoll_oneoff", .i32, .i32, .i32, .i32, entry: pollEntry),
  ]

  private static let pollEntry: Entry = { environment, caller, values, _ in
    var isTerminated = false
    let trap = answer(environment, caller, values) { (instance, arguments) throws(Errno) in
      defer {
        // What it is to do with the events may take so long.
        instance.giveTime(from: instance.poller.time)
        isTerminated = instance.drain.isTerminated
      }
      try instance.pollOneoff(
        subscriptions: arguments[0], events: arguments[1], count: arguments[2],
        eventCount: arguments[3])
    }
    return isTerminated ? Trap.terminated : trap
  }
}

extension Instance {
  fileprivate func pollOneoff(
    subscriptions: UInt32, events: UInt32, count: UInt32, eventCount: UInt32
  ) throws(Errno) {
    guard count > 0 else { throw .inval }
    let count = Int(count)
    let list = Subscriptions(
      base: try memory.pointer(subscriptions, count: count * Subscriptions.stride, align: 8),
      count: count)
    var answers = EventList(
      base: try memory.pointer(events, count: count * EventList.stride, align: 8), capacity: count)
    _ = try memory.pointer(eventCount, count: 4, align: 4)
    noteWait()
    boardPage?.noteWait()
    try poller.poll(list, into: &answers)
    try memory.store(UInt32(truncatingIfNeeded: answers.count), at: eventCount)
  }
}
