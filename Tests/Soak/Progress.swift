import Foundation
import ServerHarness

/// A line every few seconds.
struct Progress {
  private var shownAt = 0.0
  private var answered = 0

  mutating func show(_ run: SoakRun, _ usage: ProcessUsage) {
    let now = run.watch.seconds
    guard now - shownAt >= 5 else { return }
    let good = run.cast.good + [run.cast.marathon]
    let total = good.reduce(0) { $0 + $1.tally.counts.answered }
    func open(_ roles: [Cast.Role]) -> Int { roles.reduce(0) { $0 + $1.tally.counts.open } }
    print(
      Progress.time(now), run.phase.rawValue.padding(toLength: 6, withPad: " ", startingAt: 0),
      "\(Int(Double(total - answered) / (now - shownAt))) requests/s,",
      "\(open(good)) good and \(open(run.cast.hostile + [run.cast.flood])) hostile clients,",
      "\(Progress.mebioctets(usage.resident)) MiB resident,", "\(usage.descriptors) descriptors,",
      "\(run.drains.sum.rounds) drains, 0 errors")
    // Also where it is not a terminal that reads.
    fflush(nil)
    shownAt = now
    answered = total
  }

  static func time(_ seconds: Double) -> String {
    let seconds = Int(seconds)
    return String(format: "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
  }

  static func mebioctets(_ octets: Int) -> String {
    String(format: "%.1f", Double(octets) / 1_048_576)
  }
}
