/// How a module ended.
public enum Outcome: Sendable, Equatable {
  /// It returned from `_start` (0) or called `proc_exit`.
  case exited(status: UInt32)
  case trapped(Trap)

  var isFailure: Bool { if case .exited(status: 0) = self { false } else { true } }
}

/// How a worker ended: with its last instance, or because it could not create one.
public enum WorkerEnding: Sendable, Equatable {
  case ended(Outcome)
  /// The module never ran.
  case refused(HostError)
}

/// What a worker reports to its service. The first three events are an instance's, reported on its thread; the
/// others are the worker's own.
public enum ServiceEvent: Sendable, Equatable {
  /// A socket of an instance listens, at this address.
  case listening(String)
  /// An instance that listens waits for connections, after it has opened all sockets that it opens at its start.
  /// Reported once.
  case waiting
  /// The guest asks for a drain of the whole service.
  case drainRequested
  /// An instance has trapped. Its successor starts after a pause, in nanoseconds.
  case trapped(Trap, pause: UInt64)
  /// A successor did not come to serve. The next one starts after a pause, in nanoseconds.
  case failedToStart(reason: String, pause: UInt64)
  /// The worker has ended and has no instance any more. This is its last event.
  case ended(WorkerEnding)
}

extension WorkerEnding: CustomStringConvertible {
  /// Why there is no service, as a clause.
  public var description: String {
    switch self {
    case .ended(.exited(let status)): "it ended with status \(status) before it served"
    case .ended(.trapped(let trap)): "it trapped: \(trap.message)"
    case .refused(let error): error.description
    }
  }
}
