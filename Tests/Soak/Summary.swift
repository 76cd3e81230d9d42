import Foundation
import ServerHarness

/// What is told at the end, however it came.
struct Summary {
  /// Of good keep-alive clients, without and with hostile ones.
  var calm = Latencies()
  var storm = Latencies()

  func printAll(_ run: SoakRun) {
    print("\n\(Progress.time(run.watch.seconds)) in all")
    func row(_ cells: String...) {
      let widths = [18, 12, 12, 12, 9]
      let padded = cells.enumerated().map { place, cell in
        place < widths.count && place < cells.count - 1
          ? cell.padding(toLength: widths[place], withPad: " ", startingAt: 0) : cell
      }
      print("  " + padded.joined(separator: " "))
    }
    row("clients", "connections", "requests", "answered", "failures", "other answers, ends")
    for role in run.cast.all {
      let counts = role.tally.counts
      let statuses = counts.statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      row(
        role.tally.name, "\(counts.connections)", "\(counts.requests)", "\(counts.answered)",
        "\(counts.failures)",
        (statuses
          + ["closed: \(counts.closed)", "reset: \(counts.reset)", "cut off: \(counts.cutOff)"])
          .joined(separator: ", "))
    }
    for role in run.cast.all {
      for text in role.tally.counts.failureTexts { print("failure: \(text)") }
    }
    let drains = run.drains.sum
    print(
      "drains under load: \(drains.rounds), \(drains.answered) answers,",
      "\(drains.failures.count + drains.missing) lost, \(drains.cutOff) connections cut off")
    printLatencies()
    printMemory(run.growth)
  }

  private func printLatencies() {
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
      let without = calm.percentile(share)
      let with = storm.percentile(share)
      print(
        String(
          format: "latency %@: %.2f ms without hostile clients, %.2f ms with them, ratio %.2f",
          name, without, with, without > 0 ? with / without : 0))
    }
  }

  private func printMemory(_ growth: GrowthWatch) {
    let readings = growth.readings.map(Progress.mebioctets)
    print(
      "memory: \(Progress.mebioctets(growth.atStart.anonymous)) MiB at start,",
      "\(Progress.mebioctets(growth.most)) at the most,",
      "\(Progress.mebioctets(growth.memoryLimit)) more are allowed (memory_limit)")
    print(
      "at quiet points, from the first to the last:",
      readings.count > 12
        ? (readings.prefix(6) + ["…"] + readings.suffix(6)).joined(separator: " ")
        : readings.joined(separator: " "))
    print(
      "judged: no more than the highest of the first \(GrowthWatch.warmUp) and",
      "\(Progress.mebioctets(GrowthWatch.allowance)) MiB; descriptors \(growth.atStart.descriptors)"
    )
  }
}
