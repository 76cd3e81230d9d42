/// How long things took, in classes that are about 3 % wide.
public struct Latencies: Sendable {
  private static let perOctave = 16
  private var classes = [Int](repeating: 0, count: 40 * perOctave)
  public private(set) var count = 0

  public init() {}

  mutating func add(nanoseconds: Int64) {
    classes[min(Latencies.place(of: UInt64(max(nanoseconds, 1))), classes.count - 1)] += 1
    count += 1
  }

  public mutating func add(_ other: Latencies) {
    for place in classes.indices { classes[place] += other.classes[place] }
    count += other.count
  }

  /// - Returns: milliseconds; 0 when there is nothing.
  public func percentile(_ share: Double) -> Double {
    let wanted = Int((Double(count) * share).rounded(.up))
    var seen = 0
    for place in classes.indices {
      seen += classes[place]
      if seen >= wanted && seen > 0 { return Double(Latencies.value(of: place)) / 1e6 }
    }
    return 0
  }

  /// The octave, and the four bits behind the first one.
  private static func place(of value: UInt64) -> Int {
    let octave = 63 - value.leadingZeroBitCount
    let bits = octave >= 4 ? value >> (octave - 4) : value << (4 - octave)
    return octave * perOctave + Int(bits & 15)
  }

  private static func value(of place: Int) -> UInt64 {
    let octave = place / perOctave
    let bits = UInt64(16 + place % perOctave)
    return octave >= 4 ? bits << (octave - 4) : bits >> (4 - octave)
  }
}
