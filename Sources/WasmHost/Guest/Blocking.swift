import Glibc
import GuestABI

/// Blocking calls. The host's descriptors never block, but a guest's do until it sets NONBLOCK. So a call that
/// would block waits here, on that one descriptor, and is tried again.
extension Instance {
  enum Direction { case input, output }

  /// Waits until the descriptor is ready.
  ///
  /// - Throws: `again` after the time that the guest set with RCVTIMEO or SNDTIMEO.
  func wait(for direction: Direction, on hostFD: Int32) throws(Errno) {
    var waiting = [
      pollfd(fd: hostFD, events: Int16(direction == .input ? POLLIN : POLLOUT), revents: 0)
    ]
    try wait(for: &waiting, limit: direction == .input ? SO_RCVTIMEO : SO_SNDTIMEO)
  }

  /// Waits for a connection, or for the start of a drain.
  ///
  /// - Throws: `inval` during a drain, as accept(2) does on a listener that was shut down.
  func waitForConnection(on hostFD: Int32) throws(Errno) {
    guard !drain.isRequested else { throw .inval }
    var waiting = [
      pollfd(fd: hostFD, events: Int16(POLLIN), revents: 0),
      pollfd(fd: drain.eventFD, events: Int16(POLLIN), revents: 0),
    ]
    try wait(for: &waiting, limit: SO_RCVTIMEO)
  }

  /// Waits until a connection is made, or has failed.
  ///
  /// - Parameter mayInterrupt: whether the start of a drain ends the wait (`intr`), as a signal would. The guest
  ///   may call again and wait on: what it finishes during the drain may need new connections.
  /// - Throws: `inprogress` after the time that the guest set with SNDTIMEO, as socket(7) has it.
  func waitUntilConnected(_ hostFD: Int32, mayInterrupt: Bool) throws(Errno) {
    var waiting = [pollfd(fd: hostFD, events: Int16(POLLOUT), revents: 0)]
    if mayInterrupt {
      waiting.append(pollfd(fd: drain.eventFD, events: Int16(POLLIN), revents: 0))
    }
    do throws(Errno) {
      try wait(for: &waiting, limit: SO_SNDTIMEO)
    } catch {
      throw error == .again ? .inprogress : error
    }
    if waiting[0].revents == 0, waiting.last?.revents != 0 { throw .intr }
  }

  /// Waits for the first of the descriptors, for as long as its socket option says.
  ///
  /// - Throws: `intr` for an instance that was terminated (`Drain.terminate`): it returns to its own code and
  ///   ends there.
  private func wait(for descriptors: inout [pollfd], limit option: Int32) throws(Errno) {
    descriptors.append(
      pollfd(fd: drain.terminationFD, events: Int16(POLLIN), revents: 0))
    defer { descriptors.removeLast() }
    var limit = timeval()
    var size = socklen_t(MemoryLayout<timeval>.size)
    // Standard input has no such option, and so no limit.
    getsockopt(descriptors[0].fd, SOL_SOCKET, option, &limit, &size)
    let isUnlimited = limit.tv_sec == 0 && limit.tv_usec == 0
    // The seconds come from the guest: they are clamped to what poll(2) can take before they are multiplied.
    let seconds = min(limit.tv_sec, 1_000_000)
    // The time of a wait does not count as computing.
    scoreboardPage?.noteWait()
    defer { giveTime(from: Clock.monotonic.now) }
    let milliseconds = Int32(clamping: seconds * 1000 + (limit.tv_usec + 999) / 1000)
    switch poll(&descriptors, nfds_t(descriptors.count), isUnlimited ? -1 : milliseconds) {
    case 0: throw .again
    case -1 where errno != EINTR: throw .last
    case _ where drain.isTerminated: throw .intr
    default: return
    }
  }
}
