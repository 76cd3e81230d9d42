/// A histogram of request durations: 64-bit words only, as all of `Metrics`.
struct DurationHistogram {
  /// The upper bounds of the buckets in nanoseconds; a last bucket has the longer ones.
  static let bounds: InlineArray<13, UInt64> = [
    500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
    250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
  ]

  /// By bucket; the last one is for what is longer than every bound.
  private(set) var counts = InlineArray<14, UInt64>(repeating: 0)
  private(set) var sum: UInt64 = 0

  /// Adds requests that took equally long.
  mutating func observe(_ nanoseconds: Int64, times: UInt64 = 1) {
    let duration = UInt64(max(0, nanoseconds))
    let bounds = DurationHistogram.bounds
    var place = 0
    while place < bounds.count, duration > bounds[place] { place &+= 1 }
    counts[place] &+= times
    sum &+= duration &* times
  }

  var count: UInt64 {
    var count: UInt64 = 0
    for place in counts.indices { count &+= counts[place] }
    return count
  }
}
