import CLinux
import Glibc
import Logging
import WasmHost

/// The main thread's part: waits for signals and for the worker's end, and keeps the time of a
/// drain.
struct Supervisor {
  private let signals: Int32
  private let ended: Int32
  private let drainTimeout: UInt32
  private let logger: Logger

  /// Blocks SIGTERM and SIGINT for this thread and those it starts; `supervise` takes them.
  init(drainTimeout: UInt32, logger: Logger) throws(HostError) {
    var mask = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, SIGTERM)
    sigaddset(&mask, SIGINT)
    pthread_sigmask(SIG_BLOCK, &mask, nil)
    signals = signalfd(-1, &mask, Int32(SFD_CLOEXEC))
    ended = eventfd(0, Int32(EFD_CLOEXEC))
    guard signals >= 0, ended >= 0 else {
      throw .engine("has no descriptors: \(describe(error: errno))")
    }
    self.drainTimeout = drainTimeout
    self.logger = logger
  }

  /// The worker's last act.
  var workerEnded: @Sendable () -> Void {
    { [ended] in _ = eventfd_write(ended, 1) }
  }

  /// Returns when the worker has ended: nil; or must not be waited for: the exit status.
  func supervise(drain: Drain) -> Int32? {
    var deadline: UInt64?
    while true {
      var waiting = [
        pollfd(fd: ended, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      ]
      let now = Clock.monotonic.now
      if let deadline, now >= deadline {
        logger.error(
          "the module has not drained in time and is ended",
          metadata: ["timeout": "\(drainTimeout)s"])
        return ExitStatus.drainTimeout
      }
      let timeout = deadline.map { Int32(clamping: ($0 - now) / 1_000_000 + 1) } ?? -1
      guard poll(&waiting, 2, timeout) > 0 else { continue }
      if waiting[0].revents != 0 { return nil }
      guard waiting[1].revents != 0, let signal = nextSignal() else { continue }
      if deadline != nil { return ExitStatus.signal(signal) }
      // From the signal on: `now` was before the wait for it.
      deadline = Clock.monotonic.now + UInt64(drainTimeout) * 1_000_000_000
      logger.info(
        "draining",
        metadata: [
          "signal": signal == SIGTERM ? "SIGTERM" : "SIGINT", "timeout": "\(drainTimeout)s",
        ])
      drain.begin()
    }
  }

  private func nextSignal() -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard read(signals, &information, size) == size else { return nil }
    return Int32(information.ssi_signo)
  }
}
