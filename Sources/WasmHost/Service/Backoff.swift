/// How long a worker waits before its next instance. The first is there at once; one that crashes
/// again and again waits twice as long each time, and in the end there is none.
struct Backoff {
  /// An instance that has lived for so long did not crash because of how it started.
  static let healthyLife: UInt64 = 10_000_000_000
  private static let firstPause: UInt64 = 10_000_000
  private static let longestPause: UInt64 = 1_000_000_000
  /// Some five seconds in all, with the pauses between them.
  static let mostCrashes = 12

  private var crashes = 0
  private var shortages: UInt64 = 0

  /// To be asked at each crash.
  ///
  /// - Parameter life: of the instance, in nanoseconds.
  /// - Returns: the pause in nanoseconds, or nil when it has crashed often enough.
  mutating func pause(afterLife life: UInt64) -> UInt64? {
    if life >= Backoff.healthyLife { crashes = 0 }
    crashes += 1
    if crashes > Backoff.mostCrashes { return nil }
    shortages = 0
    if crashes == 1 { return 0 }
    return min(Backoff.firstPause << UInt64(crashes - 2), Backoff.longestPause)
  }

  /// To be asked each time that the system has no room for an instance. It is tried again for as long
  /// as it takes.
  var pauseInShortage: UInt64 {
    mutating get {
      defer { shortages = min(shortages + 1, 10) }
      return min(Backoff.firstPause << shortages, Backoff.longestPause)
    }
  }
}
