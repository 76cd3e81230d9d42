import Testing
import WasmHost

@testable import wasm_serve

/// From the start of the program to a service, or to none.
struct StartTests {
  @Test("A module is compiled, its first worker started, then the others, and it serves")
  func start() {
    var test = TestLife(workers: 3)
    #expect(test.handle(.start, at: 1) == [.load])
    #expect(test.nextDeadline == 121)
    #expect(
      test.handle(.loaded) == [
        .create(generation: 1), .startWorkers(generation: 1, workers: 0..<1),
      ])
    // A module that does not listen may take its time.
    #expect(test.nextDeadline == nil)
    #expect(test.worker(of: 1, .listening("a:80")).isEmpty)
    #expect(test.nextDeadline == 2)
    #expect(test.worker(of: 1, .waiting) == [.startWorkers(generation: 1, workers: 1..<3)])
    #expect(test.worker(2, of: 1, .listening("a:80")).isEmpty)
    #expect(test.worker(2, of: 1, .waiting).isEmpty)
    #expect(test.worker(1, of: 1, .waiting) == [.checkPassedSockets])
    #expect(
      test.handle(.passedSocketsChecked(unused: [])) == [
        .tellManager(.ready), .report(.serves(addresses: ["a:80"], isFirst: true)),
      ])
    #expect(test.nextDeadline == nil)
  }

  @Test("A module that listens and never waits for connections is a service after a second")
  func neverWaits() {
    var test = TestLife(workers: 2)
    _ = test.handle(.start, at: 1)
    _ = test.handle(.loaded)
    _ = test.worker(of: 1, .listening("a:80"))
    #expect(test.handle(.timePassed, at: 1.9).isEmpty)
    #expect(test.handle(.timePassed, at: 2) == [.checkPassedSockets])
    _ = test.handle(.passedSocketsChecked(unused: []))
    #expect(test.nextDeadline == nil)
    // Its other workers start when it does.
    #expect(test.worker(of: 1, .waiting) == [.startWorkers(generation: 1, workers: 1..<2)])
    #expect(test.worker(1, of: 1, .waiting).isEmpty)
  }

  @Test("That a candidate stands beside it does not keep such a service from its workers")
  func neverWaitsBesideCandidate() {
    var test = TestLife(workers: 2)
    _ = test.handle(.start, at: 1)
    _ = test.handle(.loaded)
    _ = test.worker(of: 1, .listening("a:80"))
    _ = test.handle(.timePassed, at: 2)
    _ = test.handle(.passedSocketsChecked(unused: []))
    _ = test.handle(.replacementWanted)
    _ = test.handle(.loaded)
    #expect(test.worker(of: 1, .waiting) == [.startWorkers(generation: 1, workers: 1..<2)])
  }

  @Test(
    "A module that cannot be loaded is one line and the error's status",
    arguments: [
      (HostError.unreadable(path: "x", reason: "y"), ExitStatus.noInput),
      (.notAModule(path: "x", reason: "y"), .badModule), (testShortage, .shortage),
      (.engine("failed"), .software),
    ])
  func notLoaded(error: HostError, status: ExitStatus) {
    var test = TestLife()
    _ = test.handle(.start)
    #expect(test.handle(.notLoaded(error)) == [.report(.failed(error)), .exit(status)])
  }

  @Test("A module that is not compiled in time is status 65")
  func notCompiled() {
    var test = TestLife(compile: 5)
    _ = test.handle(.start, at: 1)
    #expect(test.handle(.timePassed, at: 5.9).isEmpty)
    #expect(test.handle(.timePassed, at: 6) == [.report(.notCompiledInTime), .exit(.badModule)])
  }

  @Test("A first worker that cannot be started is the end")
  func firstWorker() {
    var test = TestLife(workers: 2)
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    #expect(
      test.handle(.notStarted(generation: 1, count: 1, testShortage)) == [
        .forget(generation: 1), .report(.failed(testShortage)), .exit(.shortage),
      ])
  }

  @Test("Another worker that cannot be started is a drain of those that run")
  func otherWorker() {
    var test = TestLife(workers: 3)
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    _ = test.worker(of: 1, .waiting)
    #expect(
      test.handle(.notStarted(generation: 1, count: 1, testShortage)) == [
        .report(.failed(testShortage)), .tellManager(.stopping),
        .drain(generation: 1, .end), .closeListeners,
      ])
    #expect(test.worker(of: 1, .exited(0)).isEmpty)
    #expect(test.worker(1, of: 1, .exited(0)) == [.forget(generation: 1), .exit(.shortage)])
  }

  @Test(
    "A module that ends before it serves is its own status",
    arguments: [(0, 0), (7, 7), (255, 255), (256, 1), (.max, 255)] as [(UInt32, Int32)])
  func ends(status: UInt32, expected: Int32) {
    var test = TestLife(workers: 4)
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    #expect(test.worker(of: 1, .exited(status)) == [.exit(ExitStatus(code: expected))])
  }

  @Test("One that has listened before is reported, and a trap has its backtrace")
  func endsAfterListening() {
    var test = TestLife()
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    _ = test.worker(of: 1, .listening("a:80"))
    #expect(
      test.worker(of: 1, .crashed) == [
        .report(.serves(addresses: ["a:80"], isFirst: true)), .report(.ended(testTrap)),
        .exit(.software),
      ])
  }

  @Test("When one of several workers ends before all are ready, the others drain")
  func oneEnds() {
    var test = TestLife(workers: 2)
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    _ = test.worker(of: 1, .waiting)
    #expect(
      test.worker(1, of: 1, .exited(3)) == [
        .tellManager(.stopping), .drain(generation: 1, .end), .closeListeners,
      ])
    #expect(
      test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(ExitStatus(code: 3))])
  }

  @Test("A passed socket that the module leaves alone is a drain and status 78")
  func passedSockets() {
    var test = TestLife()
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    #expect(test.ready(1) == [.checkPassedSockets])
    #expect(
      test.handle(.passedSocketsChecked(unused: ["web"])) == [
        .report(.passedSocketsUnused(["web"])), .tellManager(.stopping),
        .drain(generation: 1, .end), .closeListeners,
      ])
    #expect(test.worker(of: 1, .exited(0)) == [.forget(generation: 1), .exit(.configuration)])
  }

  @Test("A changed file during the first compilation is compiled once more")
  func replacementWhileLoading() {
    var test = TestLife()
    _ = test.handle(.start)
    #expect(test.handle(.replacementWanted).isEmpty)
    #expect(test.handle(.replacementWanted).isEmpty)
    #expect(test.handle(.loaded) == [.load])
    #expect(test.handle(.loaded).first == .create(generation: 1))
  }
}
