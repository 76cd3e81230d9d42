import CLinux
import Glibc
import WasmHost

/// The signals that the service handles, as a file descriptor to poll.
///
/// | signal | meaning |
/// |---|---|
/// | SIGTERM, SIGINT | drain and end; a second one ends at once |
/// | SIGHUP | replace the module; when the terminal is closed, the same as SIGTERM |
/// | SIGQUIT | the system's default: end at once |
/// | SIGPIPE, SIGXFSZ, SIGUSR1, ... | ignored |
struct Signals {
  enum Wish {
    case end(signal: Int32)
    case replace
  }

  let descriptor: Int32
  /// The standard streams that were a terminal at the start.
  private let terminals: [Int32]

  /// Signals that end a process by default, though their senders mean something else: a closed pipe, a file
  /// at its size limit, scripts that rotate logs, timers.
  private static let ignored = [
    SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR,
  ]

  /// To be called before there are threads: a thread that does not block these signals would end the process.
  ///
  /// - Throws: `shortage`.
  init() throws(HostError) {
    for number in Signals.ignored { signal(number, SIG_IGN) }
    var mask = sigset_t()
    sigemptyset(&mask)
    for signal in [SIGTERM, SIGINT] { sigaddset(&mask, signal) }
    // nohup(1) ignores it on purpose.
    if !Signals.isIgnored(SIGHUP) { sigaddset(&mask, SIGHUP) }
    pthread_sigmask(SIG_BLOCK, &mask, nil)
    descriptor = signalfd(-1, &mask, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
    guard descriptor >= 0 else {
      throw .shortage(of: "descriptor", reason: describe(error: errno))
    }
    terminals = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter { isatty($0) == 1 }
  }

  /// What the next pending signal asks for; nil when there is none.
  func next() -> Wish? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard read(descriptor, &information, size) == size else { return nil }
    let signal = Int32(information.ssi_signo)
    guard signal == SIGHUP else { return .end(signal: signal) }
    return hasLostTerminal ? .end(signal: signal) : .replace
  }

  /// Whether a terminal of the start is closed: then the shell or the kernel sends SIGHUP. A service that
  /// replaced its module would stay behind, and keep a port that no terminal is left to free.
  private var hasLostTerminal: Bool {
    terminals.contains { terminal in
      var state = pollfd(fd: terminal, events: 0, revents: 0)
      return poll(&state, 1, 0) > 0 && Int32(state.revents) & (POLLHUP | POLLERR) != 0
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
