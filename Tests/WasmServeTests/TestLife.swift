import Testing
import WasmHost

@testable import wasm_serve

/// (The testing library has one, too.)
typealias ExitStatus = wasm_serve.ExitStatus
typealias Action = ServiceLife.Action

/// A service's life that a test drives: what happened, at which second, and what is done about it.
struct TestLife {
  private(set) var life: ServiceLife
  private var time = Duration.zero

  init(workers: Int = 1, drain: Int = 30, compile: Int = 120) {
    var limits = ServiceLife.Limits()
    limits.drain = .seconds(drain)
    limits.compile = .seconds(compile)
    life = ServiceLife(workers: workers, limits: limits)
  }

  /// One that serves: its first generation is current.
  static func serving(workers: Int = 1, drain: Int = 30) -> TestLife {
    var test = TestLife(workers: workers, drain: drain)
    _ = test.handle(.start)
    _ = test.handle(.loaded)
    _ = test.ready(1, workers: workers)
    _ = test.handle(.passedSocketsChecked(unused: []))
    return test
  }

  /// One that serves, and has a candidate whose first worker was started.
  static func replacing(workers: Int = 1) -> TestLife {
    var test = serving(workers: workers)
    _ = test.handle(.replacementWanted)
    _ = test.handle(.loaded)
    return test
  }

  mutating func handle(_ event: ServiceLife.Event, at seconds: Double? = nil) -> [Action] {
    if let seconds { time = .seconds(seconds) }
    return life.handle(event, at: time)
  }

  mutating func worker(
    _ worker: Int = 0, of generation: Int, _ event: Worker.Event
  ) -> [Action] {
    handle(.worker(generation: generation, worker: worker, event))
  }

  /// All workers of a generation listen and wait for connections.
  mutating func ready(_ generation: Int, workers: Int = 1) -> [Action] {
    var actions = worker(of: generation, .listening("127.0.0.1:80"))
    for index in 0..<workers { actions += worker(index, of: generation, .waiting) }
    return actions
  }

  var nextDeadline: Double? {
    life.nextDeadline.map {
      Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18
    }
  }
}

extension Worker.Event {
  static func exited(_ status: UInt32) -> Worker.Event { .ended(.ended(.exited(status: status))) }
  static let crashed = Worker.Event.ended(.ended(.trapped(testTrap)))
}

let testTrap = Trap(message: "unreachable")
let testShortage = HostError.shortage(of: "thread", reason: "too many")
