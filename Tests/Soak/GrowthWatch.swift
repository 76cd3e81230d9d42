import ServerHarness

/// Judges whether a server grows, from readings at quiet points: no client is there, and the same
/// has happened between each two of them.
///
/// A guest's memory never shrinks, so the first few readings rise to what a storm needs at the
/// most. The highest of them is what all later ones are compared with, for ever: a leak, however
/// slow, crosses the line at some time. Descriptors have to be those of the start.
struct GrowthWatch {
  static let warmUp = 3
  /// What storms differ by: some connections at their limits in the one and not in the other.
  static let allowance = 4 << 20

  let atStart: ProcessUsage
  let memoryLimit: Int
  private(set) var readings: [Int] = []
  private(set) var most: Int

  init(atStart: ProcessUsage, memoryLimit: Int) {
    self.atStart = atStart
    self.memoryLimit = memoryLimit
    most = atStart.anonymous
  }

  /// The highest of the first readings; nil while they are made.
  var reference: Int? {
    readings.count < GrowthWatch.warmUp ? nil : readings.prefix(GrowthWatch.warmUp).max()
  }

  /// At any time, whatever happens.
  mutating func check(_ usage: ProcessUsage) throws {
    most = max(most, usage.anonymous)
    guard usage.anonymous - atStart.anonymous < memoryLimit else {
      throw TestFailure(
        "\(usage.anonymous) octets of memory, \(atStart.anonymous) at start: more than the "
          + "memory_limit \(memoryLimit)")
    }
  }

  /// At a quiet point.
  mutating func checkQuiet(_ usage: ProcessUsage) throws {
    if let reference, usage.anonymous > reference + GrowthWatch.allowance {
      throw TestFailure(
        "memory grows: \(usage.anonymous) octets with no client there, at most \(reference) at "
          + "the first \(GrowthWatch.warmUp) such points")
    }
    readings.append(usage.anonymous)
    guard usage.descriptors == atStart.descriptors else {
      throw TestFailure(
        "descriptors grow: \(usage.descriptors) with no client there, "
          + "\(atStart.descriptors) at start")
    }
  }
}
