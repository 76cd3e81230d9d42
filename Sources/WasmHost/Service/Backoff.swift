/// The pauses between the instances of a worker. The first successor starts at once. After each further crash
/// the pause doubles, until there are no more successors.
struct Backoff {
  /// An instance that lived this long did not crash because of its start.
  static let healthyLife: UInt64 = 10_000_000_000
  private static let firstPause: UInt64 = 10_000_000
  private static let longestPause: UInt64 = 1_000_000_000
  /// The number of crashes in a row that are tolerated. With the pauses they take about five seconds.
  static let mostCrashes = 12

  private var crashes = 0
  private var shortages: UInt64 = 0

  /// Counts a crash.
  ///
  /// - Parameter life: how long the instance lived, in nanoseconds.
  /// - Returns: the pause in nanoseconds; nil when there have been too many crashes.
  mutating func pause(afterLife life: UInt64) -> UInt64? {
    if life >= Backoff.healthyLife { crashes = 0 }
    crashes += 1
    if crashes > Backoff.mostCrashes { return nil }
    shortages = 0
    if crashes == 1 { return 0 }
    return min(Backoff.firstPause << UInt64(crashes - 2), Backoff.longestPause)
  }

  /// The pause, in nanoseconds, after a start that failed because the system was short of something. There is no
  /// limit to these tries. Each access counts one.
  var pauseInShortage: UInt64 {
    mutating get {
      defer { shortages = min(shortages + 1, 10) }
      return min(Backoff.firstPause << shortages, Backoff.longestPause)
    }
  }
}
