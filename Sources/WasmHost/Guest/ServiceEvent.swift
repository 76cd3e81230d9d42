/// How a module ended.
public enum Outcome: Sendable {
  /// It returned from `_start` (0) or called `proc_exit`.
  case exited(status: UInt32)
  case trapped(Trap)

  var isFailure: Bool { if case .exited(status: 0) = self { false } else { true } }
}

/// How a worker ended: with its last instance, or because it could not have one.
public enum WorkerEnding: Sendable {
  case ended(Outcome)
  /// The module never ran.
  case refused(HostError)
}

/// What happens in a worker, as its service is told. The first three are what an instance tells, on its thread;
/// the others are the worker's.
public enum ServiceEvent: Sendable {
  /// A socket of an instance listens, at this address.
  case listening(String)
  /// An instance that listens waits for connections: it has opened all sockets that it opens at its start. Told
  /// once.
  case waiting
  /// The guest asks for a drain of the whole service.
  case drainRequested
  /// An instance has trapped; another one takes its place after so many nanoseconds.
  case trapped(Trap, pause: UInt64)
  /// An instance that was to take another's place did not come to serve; the next try is after so many
  /// nanoseconds.
  case failedToStart(reason: String, pause: UInt64)
  /// There is no instance any more. The worker's last act.
  case ended(WorkerEnding)
}

extension WorkerEnding: CustomStringConvertible {
  /// Why there is no service, in a part of a sentence.
  public var description: String {
    switch self {
    case .ended(.exited(let status)): "it ended with status \(status) before it served"
    case .ended(.trapped(let trap)): "it trapped: \(trap.message)"
    case .refused(let error): error.description
    }
  }
}
