import Glibc
import Testing
import WasmHost

@testable import wasm_serve

/// How a service comes to its end, and with which status.
struct EndingTests {
  private static func ending(_ generation: Int = 1) -> [Action] {
    [.tellManager(.stopping), .drain(generation: generation, .end), .closeListeners]
  }

  // MARK: Workers

  @Test("Instances that trap are reported and succeeded; one that goes on trapping is status 69")
  func crashLoop() {
    var test = TestLife.serving(workers: 2)
    for pause in [0, 10_000_000, 20_000_000] as [UInt64] {
      #expect(
        test.worker(1, of: 1, .trapped(testTrap, pause: pause)) == [
          .report(.trapped(testTrap, worker: 1, pause: pause))
        ])
    }
    #expect(
      test.worker(1, of: 1, .failedToStart(reason: "x", pause: 5)) == [
        .report(.failedToStart(reason: "x", worker: 1, pause: 5))
      ])
    #expect(
      test.worker(1, of: 1, .crashed) == [.report(.crashedTooOften(testTrap))]
        + EndingTests.ending())
    #expect(test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(.crashLoop)])
  }

  @Test("The module's own end is the service's: all workers drain, and its status counts")
  func ownEnd() {
    var test = TestLife.serving(workers: 2)
    #expect(test.worker(1, of: 1, .exited(9)) == EndingTests.ending())
    #expect(
      test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(ExitStatus(code: 9))])
  }

  @Test("The guest's own wish drains all of the service")
  func drainRequested() {
    var test = TestLife.serving(workers: 2)
    #expect(
      test.worker(1, of: 1, .drainRequested)
        == [.report(.draining(signal: nil))] + EndingTests.ending())
    #expect(test.worker(of: 1, .drainRequested).isEmpty)
    #expect(test.worker(of: 1, .exited(0)).isEmpty)
    #expect(test.worker(1, of: 1, .exited(0)) == [.forget(generation: 1), .exit(.success)])
  }

  @Test("A replaced module has no such wish any more")
  func drainRequestedByRetiring() {
    var test = TestLife.replacing()
    #expect(test.worker(of: 2, .drainRequested).isEmpty)
    _ = test.ready(2)
    #expect(test.worker(of: 1, .drainRequested).isEmpty)
  }

  // MARK: Signals

  @Test("A signal is a drain, and a second one the end at once", arguments: [SIGTERM, SIGINT])
  func signals(number: Int32) {
    var test = TestLife.serving()
    #expect(
      test.handle(.signal(SIGTERM), at: 7) == [.report(.draining(signal: SIGTERM))]
        + EndingTests.ending())
    #expect(test.nextDeadline == 37)
    #expect(test.handle(.signal(number)) == [.exit(ExitStatus(code: 128 + number))])
  }

  @Test("The first signal behind /drain changes nothing, the second one ends it")
  func signalBehindDrain() {
    var test = TestLife.serving()
    _ = test.worker(of: 1, .drainRequested)
    #expect(test.handle(.signal(SIGTERM)).isEmpty)
    #expect(test.handle(.signal(SIGTERM)) == [.exit(ExitStatus(code: 143))])
  }

  @Test("SIGHUP during a drain is nothing")
  func replacementInDrain() {
    var test = TestLife.serving()
    _ = test.handle(.signal(SIGTERM))
    #expect(test.handle(.replacementWanted).isEmpty)
    #expect(test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(.success)])
  }

  @Test("A signal while the first module is compiled is status 0 at once")
  func signalWhileCompiling() {
    var test = TestLife()
    _ = test.handle(.start)
    #expect(
      test.handle(.signal(SIGTERM)) == [
        .report(.draining(signal: SIGTERM)), .tellManager(.stopping), .closeListeners,
        .exit(.success),
      ])
  }

  @Test("A drain is of the candidate too, and what was compiled for nothing is no reason to wait")
  func signalWhileReplacing() {
    var test = TestLife.replacing()
    #expect(
      test.handle(.signal(SIGINT)) == [
        .report(.draining(signal: SIGINT)), .tellManager(.stopping),
        .drain(generation: 2, .end), .drain(generation: 1, .end), .closeListeners,
      ])
    // Its own deadline counts no more: there would be no pause between two looks at it.
    #expect(test.nextDeadline == 30)
    #expect(test.handle(.timePassed, at: 12).isEmpty)
    #expect(test.worker(of: 2, .waiting).isEmpty)
    #expect(test.worker(of: 2, .trapped(testTrap, pause: 0)).isEmpty)
    #expect(test.worker(of: 2, .exited(5)) == [.forget(generation: 2)])
    #expect(test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(.success)])
  }

  @Test("The end waits for what still retires")
  func retiringAtTheEnd() {
    var test = TestLife.replacing()
    _ = test.ready(2)
    _ = test.handle(.signal(SIGTERM))
    #expect(test.worker(of: 2, .exited(0)) == [.forget(generation: 2)])
    #expect(test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(.success)])
  }

  // MARK: Drains

  @Test("A drain that takes too long is status 75")
  func drainTimeout() {
    var test = TestLife.serving(drain: 5)
    _ = test.handle(.signal(SIGTERM), at: 10)
    #expect(test.handle(.timePassed, at: 14.9).isEmpty)
    #expect(test.handle(.timePassed, at: 15) == [.report(.notDrainedInTime), .exit(.drainTimeout)])
  }

  @Test("The first failure during a drain is its status")
  func failureInDrain() {
    var test = TestLife.serving(workers: 3)
    _ = test.handle(.signal(SIGTERM))
    #expect(test.worker(of: 1, .exited(0)).isEmpty)
    #expect(test.worker(1, of: 1, .crashed) == [.report(.ended(testTrap))])
    #expect(test.worker(2, of: 1, .exited(4)) == [.forget(generation: 1), .exit(.software)])
  }

  @Test("Nothing follows an exit")
  func nothingFollows() {
    var test = TestLife.serving()
    _ = test.handle(.signal(SIGTERM))
    let actions = test.handle(.timePassed, at: 100)
    #expect(actions.last == .exit(.drainTimeout))
    #expect(actions.count == 2)
  }
}
