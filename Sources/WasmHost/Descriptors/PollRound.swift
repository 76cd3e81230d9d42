/// What one call of `Poller.poll` has found so far.
struct PollRound {
  /// When it began: relative timeouts count from then.
  let start: UInt64
  /// When the first clock fires, on the monotonic clock; 0 when one cannot be waited for.
  var deadline = UInt64.max
  /// Whether the guest's list was read in full in this call.
  var isIndexed = false
  /// Whether the list has changed since it was indexed.
  var isIndexStale = false

  init(start: UInt64) { self.start = start }
}

/// Whether a descriptor is ready for what the guest waits for.
struct PollAnswer {
  var reads = false
  var writes = false
  /// Whether it has become ready, and is not where the index has it.
  var isElsewhere = false
}
