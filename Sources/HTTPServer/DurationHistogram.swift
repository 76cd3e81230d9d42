/// How long requests took, in classes: 64-bit words, as all of `Metrics`.
struct DurationHistogram {
  /// The upper bounds of the classes, in nanoseconds; what is longer is in a last one.
  static var bounds: InlineArray<13, UInt64> {
    [
      500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
      250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000,
    ]
  }

  private var counts = InlineArray<14, UInt64>(repeating: 0)
  private(set) var sum: UInt64 = 0

  /// Adds some requests that took equally long.
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

  /// Appends the series of a Prometheus histogram: how many took at most so long, each class with
  /// those before it.
  func append(_ name: StaticString, to response: inout Response) {
    let bounds = DurationHistogram.bounds
    var total: UInt64 = 0
    for place in counts.indices {
      total &+= counts[place]
      response.write(name)
      response.write("_bucket{le=\"")
      if place < bounds.count {
        response.write(nanosecondsAsSeconds: bounds[place])
      } else {
        response.write("+Inf")
      }
      response.write("\"} ")
      response.write(count: total)
    }
    response.write(name)
    response.write("_sum ")
    response.write(nanosecondsAsSeconds: sum)
    response.write("\n")
    response.write(name)
    response.write("_count ")
    response.write(count: total)
  }
}

extension Response {
  /// A number and the end of its line.
  @inline(never)
  mutating func write(count: UInt64) {
    content.append(decimal: count)
    write("\n")
  }

  /// "0.0025", "3".
  @inline(never)
  mutating func write(nanosecondsAsSeconds nanoseconds: UInt64) {
    content.append(decimal: nanoseconds / 1_000_000_000)
    var fraction = nanoseconds % 1_000_000_000
    guard fraction > 0 else { return }
    var digits = 9
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    write(".")
    content.append(decimal: fraction, minimumDigits: digits)
  }
}
