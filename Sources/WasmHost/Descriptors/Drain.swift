import CLinux
import Glibc
import Synchronization

/// A request to instances to finish. Any thread may begin it, once; it is never withdrawn.
///
/// A guest needs no ABI of its own for it: `poll_oneoff` reports a hang-up on each listening socket
/// (`Poller`), and an `accept` that blocks answers `inval` once the backlog is empty, as on a
/// listener that was shut down.
public final class Drain: Sendable {
  public enum Purpose: Sendable {
    /// The service ends. Connections that wait in the accept queues are still accepted.
    case end
    /// Other instances take over the listening sockets and the connections in the accept queues.
    case handOver
  }

  private enum Stage {
    static let none: UInt8 = 0
    static let end: UInt8 = 1
    static let handOver: UInt8 = 2
    static let terminated: UInt8 = 3
  }

  /// Readable once the drain has begun. It is never read, so that it wakes every waiter.
  let eventFD: Int32
  /// The same for `terminate`.
  let terminationFD: Int32
  private let stage = Atomic<UInt8>(Stage.none)

  public init() throws(HostError) {
    eventFD = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    terminationFD = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard eventFD >= 0, terminationFD >= 0 else {
      throw .shortage(of: "descriptor", reason: describe(error: errno))
    }
  }

  deinit {
    close(eventFD)
    close(terminationFD)
  }

  public var isRequested: Bool { stage.load(ordering: .acquiring) != Stage.none }

  var isHandingOver: Bool { stage.load(ordering: .acquiring) == Stage.handOver }

  var isTerminated: Bool { stage.load(ordering: .acquiring) == Stage.terminated }

  public func begin(_ purpose: Purpose = .end) {
    let wanted = purpose == .end ? Stage.end : Stage.handOver
    _ = stage.compareExchange(expected: Stage.none, desired: wanted, ordering: .releasing)
    eventfd_write(eventFD, 1)
  }

  /// Ends instances that have not drained. Those that wait end at once, and those that compute when the engine makes
  /// them check (`Engine.interrupt`).
  func terminate() {
    stage.store(Stage.terminated, ordering: .releasing)
    eventfd_write(eventFD, 1)
    eventfd_write(terminationFD, 1)
  }

  /// Sleeps until the time is over or a drain begins.
  func pause(nanoseconds: UInt64) {
    var question = pollfd(fd: eventFD, events: Int16(POLLIN), revents: 0)
    poll(&question, 1, Int32(clamping: nanoseconds / 1_000_000))
  }
}
