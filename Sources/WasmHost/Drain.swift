import CLinux
import Glibc
import Synchronization

/// Asks instances to finish: may be begun from any thread, once, and is never taken back.
///
/// A guest needs no ABI of its own for it: `poll_oneoff` reports a hang-up on each listening socket
/// (`Poller`), and an `accept` that blocks answers `inval` once the backlog is empty, as on a
/// listener that was shut down.
public final class Drain: Sendable {
  /// Readable from the moment the drain begins; nobody reads it, so that it wakes every waiter
  /// there is.
  let eventFD: Int32
  private let requested = Atomic<Bool>(false)

  public init() throws(HostError) {
    eventFD = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard eventFD >= 0 else { throw .engine("has no event descriptor: \(describe(error: errno))") }
  }

  deinit { close(eventFD) }

  public var isRequested: Bool { requested.load(ordering: .acquiring) }

  public func begin() {
    requested.store(true, ordering: .releasing)
    eventfd_write(eventFD, 1)
  }
}
