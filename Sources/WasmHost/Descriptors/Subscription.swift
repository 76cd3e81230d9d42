import GuestABI

// The guest's list of subscriptions, where it lies in guest memory. The guest does not run while the host reads it.

extension GuestArray<Subscription> {
  @inline(__always)
  func has(_ type: EventType, _ descriptor: UInt32, at place: Int) -> Bool {
    guard place < count else { return false }
    let subscription = self[place]
    return subscription.tag == type.rawValue && subscription.subject == descriptor
  }

  @inline(__always)
  func hasClock(at place: Int) -> Bool {
    place < count && self[place].tag == EventType.clock.rawValue
  }
}

extension Subscription {
  /// When a clock subscription fires, in nanoseconds of the monotonic clock; nil for a clock that cannot be waited
  /// for. Relative timeouts count from `start`.
  func deadline(start: UInt64) -> UInt64? {
    guard let clock = Clock(rawValue: subject) else { return nil }
    switch (clock, isAbsolute) {
    case (.monotonic, true): return timeout
    case (.monotonic, false), (.realtime, false): return start.addingSaturated(timeout)
    case (.realtime, true):
      let now = clock.now
      return timeout <= now ? start : start.addingSaturated(timeout - now)
    case (.processTime, _), (.threadTime, _): return nil
    }
  }
}

extension UInt64 {
  fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
