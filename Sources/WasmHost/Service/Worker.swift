import Glibc
import GuestABI
import Synchronization

/// A thread that runs instances of a module, one after the other: when one traps, a successor takes its place.
public final class Worker: Sendable {
  public typealias Ending = WorkerEnding
  public typealias Event = ServiceEvent

  private let ending = Mutex<Ending?>(nil)

  /// - Parameters:
  ///   - restarts: whether an instance that traps after it has waited for connections gets a successor.
  ///   - report: called on the worker's thread.
  public init(
    module: Module, configuration: InstanceConfiguration, drain: Drain, restarts: Bool = false,
    report: @escaping @Sendable (Event) -> Void
  ) throws(HostError) {
    try startThread { [self] in
      let result = Worker.run(module, configuration, drain, restarts: restarts, report)
      ending.withLock { $0 = result }
      report(.ended(result))
    }
  }

  /// How the worker ended; nil while it runs.
  public var result: Ending? { ending.withLock { $0 } }

  private static func run(
    _ module: Module, _ configuration: InstanceConfiguration, _ drain: Drain, restarts: Bool,
    _ report: @escaping @Sendable (Event) -> Void
  ) -> Ending {
    var configuration = configuration
    var backoff = Backoff()
    var hasServed = false
    configuration.report = report
    while true {
      // A new instance would have no listening sockets to take over.
      if drain.isRequested { return .ended(.exited(status: 0)) }
      let start = Clock.monotonic.now
      let life = Life(module, configuration, drain)
      let isSuccessor = hasServed
      hasServed = hasServed || life.hasServed
      // An instance that has exited by itself ends the worker.
      guard restarts, hasServed, !drain.isRequested, !life.hasServed || life.trap != nil else {
        return life.ending
      }
      let pause: UInt64
      if isSuccessor, life.wasShort {
        // The shortage may pass. Meanwhile the service's other instances go on.
        pause = backoff.pauseInShortage
      } else if let next = backoff.pause(afterLife: Clock.monotonic.now - start) {
        pause = next
      } else {
        return life.ending
      }
      if life.hasServed, let trap = life.trap {
        report(.trapped(trap, pause: pause))
      } else {
        report(.failedToStart(reason: life.ending.description, pause: pause))
      }
      if pause > 0 { drain.pause(nanoseconds: pause) }
    }
  }

  /// One instance, from its start to its end.
  private struct Life {
    private(set) var ending: Ending
    /// Whether the instance has waited for connections.
    private(set) var hasServed = false

    init(_ module: Module, _ configuration: InstanceConfiguration, _ drain: Drain) {
      do throws(HostError) {
        let instance = try Instance(module, configuration: configuration, drain: drain)
        let outcome = try instance.run()
        ending = .ended(outcome)
        hasServed = instance.hasWaited
        guard let errno = instance.shortage, !hasServed, outcome.isFailure else { return }
        let resource = errno == .nomem || errno == .nobufs ? "memory for a socket" : "descriptor"
        ending = .refused(.shortage(of: resource, reason: "a socket was refused (\(errno))"))
      } catch {
        ending = .refused(error)
      }
    }

    /// Whether the instance did not serve because the system was short of something.
    var wasShort: Bool {
      if case .refused(.shortage) = ending { true } else { false }
    }

    var trap: Trap? {
      if case .ended(.trapped(let trap)) = ending { trap } else { nil }
    }
  }
}
