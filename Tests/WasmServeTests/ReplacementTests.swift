import Testing
import WasmHost

@testable import wasm_serve

/// A module takes the place of another, or fails to.
struct ReplacementTests {
  @Test("When all workers of the candidate wait, the old generation hands over and goes")
  func handOver() {
    var test = TestLife.serving(workers: 2)
    #expect(test.handle(.replacementWanted, at: 100) == [.tellManager(.reloading), .load])
    #expect(
      test.handle(.loaded) == [
        .create(generation: 2), .startWorkers(generation: 2, workers: 0..<1),
      ])
    #expect(test.nextDeadline == 110)
    #expect(test.worker(of: 2, .waiting) == [.startWorkers(generation: 2, workers: 1..<2)])
    #expect(
      test.worker(1, of: 2, .waiting) == [
        .tellManager(.ready), .report(.serves(addresses: [], isFirst: false)),
        .releaseListeners(generation: 1), .drain(generation: 1, .handOver),
      ])
    #expect(test.nextDeadline == 130)
    #expect(test.worker(of: 1, .exited(0)).isEmpty)
    #expect(test.worker(1, of: 1, .exited(0)) == [.forget(generation: 1)])
    #expect(test.nextDeadline == nil)
  }

  @Test("Addresses are told once: of a successor only those that are new")
  func addresses() {
    var test = TestLife.replacing()
    _ = test.worker(of: 2, .listening("127.0.0.1:80"))
    _ = test.worker(of: 2, .listening("127.0.0.1:81"))
    #expect(
      test.worker(of: 2, .waiting).contains(
        .report(.serves(addresses: ["127.0.0.1:81"], isFirst: false))))
    #expect(test.worker(of: 2, .listening("127.0.0.1:81")).isEmpty)
    #expect(
      test.worker(of: 2, .listening("127.0.0.1:82"))
        == [.report(.listensToo(address: "127.0.0.1:82"))])
  }

  @Test(
    "A candidate that fails is given up with a reason, and what serves goes on",
    arguments: [
      (.trapped(testTrap, pause: 0), .trapped(testTrap)),
      (.failedToStart(reason: "no room", pause: 0), .failedToStart("no room")),
    ] as [(Worker.Event, ServiceLife.Rejection)])
  func fails(event: Worker.Event, reason: ServiceLife.Rejection) {
    var test = TestLife.replacing()
    #expect(
      test.worker(of: 2, event) == [
        .releaseListeners(generation: 2), .drain(generation: 2, .handOver),
        .tellManager(.ready), .report(.notReplaced(reason)),
      ])
    #expect(test.worker(of: 2, .exited(0)) == [.forget(generation: 2)])
    #expect(test.life.current?.number == 1)
  }

  @Test("So is one that ends, or that is not a module")
  func ends() {
    var test = TestLife.replacing()
    #expect(
      test.worker(of: 2, .exited(1)) == [
        .releaseListeners(generation: 2), .drain(generation: 2, .handOver),
        .forget(generation: 2), .tellManager(.ready),
        .report(.notReplaced(.ended(.ended(.exited(status: 1))))),
      ])
    _ = test.handle(.replacementWanted)
    let error = HostError.notAModule(path: "x", reason: "y")
    #expect(
      test.handle(.notLoaded(error)) == [
        .tellManager(.ready), .report(.notReplaced(.failed(error))),
      ])
  }

  @Test("A candidate that never becomes ready is terminated after ten seconds")
  func neverReady() {
    var test = TestLife.serving()
    _ = test.handle(.replacementWanted, at: 50)
    _ = test.handle(.loaded)
    #expect(test.handle(.timePassed, at: 59.9).isEmpty)
    #expect(
      test.handle(.timePassed, at: 60) == [
        .releaseListeners(generation: 2), .drain(generation: 2, .handOver),
        .terminate(generation: 2), .tellManager(.ready),
        .report(.notReplaced(.notReadyInTime)),
      ])
  }

  @Test("Workers of a candidate that cannot be started leave the old ones alone")
  func shortage() {
    var test = TestLife.replacing(workers: 3)
    #expect(
      test.handle(.notStarted(generation: 2, count: 1, testShortage)) == [
        .forget(generation: 2), .tellManager(.ready),
        .report(.notReplaced(.failed(testShortage))),
      ])
    _ = test.handle(.replacementWanted)
    _ = test.handle(.loaded)
    _ = test.worker(of: 3, .waiting)
    #expect(
      test.handle(.notStarted(generation: 3, count: 2, testShortage)) == [
        .releaseListeners(generation: 3), .drain(generation: 3, .handOver),
        .tellManager(.ready), .report(.notReplaced(.failed(testShortage))),
      ])
    #expect(test.worker(of: 3, .exited(0)) == [.forget(generation: 3)])
  }

  @Test("Replacements that are wanted while one is under way are one, behind it")
  func whileReplacing() {
    var test = TestLife.replacing()
    #expect(test.handle(.replacementWanted).isEmpty)
    #expect(test.handle(.replacementWanted).isEmpty)
    let actions = test.ready(2)
    #expect(actions.suffix(2) == [.tellManager(.reloading), .load])
    _ = test.handle(.loaded)
    #expect(test.ready(3).last == .drain(generation: 2, .handOver))
    #expect(test.life.retiring.map(\.number) == [1, 2])
  }

  @Test("And behind one that fails")
  func behindFailure() {
    var test = TestLife.replacing()
    _ = test.handle(.replacementWanted)
    let actions = test.worker(of: 2, .trapped(testTrap, pause: 0))
    #expect(actions.suffix(2) == [.tellManager(.reloading), .load])
  }

  @Test("What is not compiled in time is compiled to its end for nothing, and nothing beside it")
  func notCompiled() {
    var test = TestLife.serving()
    _ = test.handle(.replacementWanted, at: 10)
    #expect(
      test.handle(.timePassed, at: 130) == [
        .tellManager(.ready), .report(.notReplaced(.notCompiledInTime)),
      ])
    #expect(test.nextDeadline == nil)
    #expect(test.handle(.replacementWanted).isEmpty)
    // The thread has come to its end: now the file is read again.
    #expect(test.handle(.loaded) == [.tellManager(.reloading), .load])
    #expect(test.handle(.loaded).first == .create(generation: 2))
  }

  @Test("A replaced module that does not drain is terminated, and its end is no news")
  func notDrained() {
    var test = TestLife.replacing()
    _ = test.handle(.timePassed, at: 1)
    _ = test.ready(2)
    #expect(
      test.handle(.timePassed, at: 31) == [
        .report(.replacedNotDrainedInTime(generation: 1)), .terminate(generation: 1),
      ])
    #expect(test.nextDeadline == nil)
    #expect(test.worker(of: 1, .crashed) == [.forget(generation: 1)])
  }

  @Test("A trap while the replaced module drains is told")
  func trapInHandOver() {
    var test = TestLife.replacing()
    _ = test.ready(2)
    #expect(
      test.worker(of: 1, .crashed) == [
        .report(.trappedInDrain(testTrap, worker: 0)), .forget(generation: 1),
      ])
  }
}
