import Foundation
import ServerHarness
import Synchronization

/// Servers that are started and drained under load, one after the other, on a thread of its own.
final class DrainSeries: Sendable {
  private struct State {
    var sum = DrainRound.Outcome.none
    var failure: String?
    var isStopping = false
    var hasEnded = false
  }

  private let state = Mutex(State())

  var sum: DrainRound.Outcome { state.withLock { $0.sum } }
  var failure: String? { state.withLock { $0.failure } }

  func start() {
    inBackground { [self] in
      var number = 0
      while !state.withLock({ $0.isStopping || $0.failure != nil }) {
        number += 1
        let round = DrainRound(
          cause: number % 2 == 0 ? .admin : .terminate, delay: number % 3 == 0 ? "100ms" : "0",
          traits: Program.Traits(isInOwnGroup: true))
        run(round, "drain \(number)")
        Thread.sleep(forTimeInterval: 1)
      }
      state.withLock { $0.hasEnded = true }
    }
  }

  func stop() throws {
    state.withLock { $0.isStopping = true }
    try eventually("the last drain is done", seconds: 120) { state.withLock { $0.hasEnded } }
  }

  private func run(_ round: DrainRound, _ name: String) {
    do {
      let outcome = try round.run(name)
      state.withLock {
        $0.sum = $0.sum + outcome
        if let text = outcome.failures.first {
          $0.failure = "\(name) by \(round.cause.rawValue): \(text)"
        } else if outcome.missing + outcome.cutOff > 0 {
          $0.failure =
            "\(name) by \(round.cause.rawValue): \(outcome.missing) answers lost, "
            + "\(outcome.cutOff) connections cut off"
        }
      }
    } catch {
      state.withLock { $0.failure = "\(name) by \(round.cause.rawValue): \(error)" }
    }
  }
}
