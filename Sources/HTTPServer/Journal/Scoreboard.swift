import Sockets

/// The metrics of all instances of a service, where their host gives them a scoreboard to write on:
/// whichever of them is asked answers for all.
struct Scoreboard {
  /// The most time from a change to its being written.
  private static var interval: Int64 { .second / 10 }

  private var isDirty = false
  private var writtenAt: Int64 = 0

  /// When there is something to write; nil when there is not.
  var dueAt: Int64? { isDirty ? writtenAt &+ Scoreboard.interval : nil }

  /// Something may have been counted.
  mutating func noteTurn() { isDirty = SystemScoreboard.exists }

  /// Whether the metrics are to be written now; if so, the caller does it.
  mutating func takeIsDue(at now: Int64) -> Bool {
    guard let dueAt, now >= dueAt else { return false }
    isDirty = false
    writtenAt = now
    return true
  }

  @inline(never)
  static func write(_ metrics: borrowing Metrics) {
    guard SystemScoreboard.exists else { return }
    unsafe withUnsafeBytes(of: metrics) { unsafe SystemScoreboard.write($0) }
  }

  /// The metrics that an instance begins with: its predecessor's, so that counters never go back.
  static func inherited() -> Metrics {
    var page = Page()
    if SystemScoreboard.exists, page.read(0) { page.metrics.gauges = Metrics.Gauges() }
    page.metrics.instancesStarted &+= 1
    return page.metrics
  }

  /// The sum over all instances.
  @inline(never)
  @_optimize(size)
  static func total(with own: borrowing Metrics) -> Metrics {
    var total = Metrics()
    total.gauges.instances = 0
    total.startTime = own.startTime
    guard SystemScoreboard.exists else {
      total.add(own)
      return total
    }
    write(own)
    var page = Page()
    var number = 1
    while page.read(number) {
      if page.isLive == 0 { page.metrics.gauges = Metrics.Gauges(instances: 0) }
      total.add(page.metrics)
      // A worker that has not started yet has no start time.
      if page.metrics.startTime > 0 {
        total.startTime = min(total.startTime, page.metrics.startTime)
      }
      number &+= 1
    }
    return total
  }

  /// The most linear memory that this instance may have, in octets; 0 where the host does not tell.
  static var memoryLimit: UInt64 {
    var page = Page()
    return SystemScoreboard.exists && page.read(0) ? page.memoryLimit : 0
  }

  /// An instance that computes without end: it answers no client and no probe.
  struct Stuck {
    /// From 0 on.
    let worker: Int
    let seconds: Int64
  }

  /// The first live instance that has computed for `Scoreboard.patience` without waiting.
  @inline(never)
  @_optimize(size)
  static func stuck(at now: Int64) -> Stuck? {
    guard SystemScoreboard.exists else { return nil }
    var page = Page()
    var number = 1
    while page.read(number) {
      let since = Int64(clamping: page.computesSince)
      if page.isLive != 0, since > 0, now &- since >= patience {
        return Stuck(worker: number &- 1, seconds: (now &- since) / .second)
      }
      number &+= 1
    }
    return nil
  }

  /// Longer than any handler may take.
  private static var patience: Int64 { 10 * .second }

  /// As the host lays it out (docs/socket-abi.md).
  struct Page {
    var isLive: UInt64 = 0
    var computesSince: UInt64 = 0
    var memoryLimit: UInt64 = 0
    var metrics = Metrics()

    /// - Returns: false after the last page. One of another version's metrics is empty.
    mutating func read(_ number: Int) -> Bool {
      let isRead = unsafe withUnsafeMutableBytes(of: &self) {
        unsafe SystemScoreboard.read(page: number, into: $0)
      }
      if isRead && metrics.layout != Metrics.currentLayout { metrics = Metrics() }
      return isRead
    }
  }
}
