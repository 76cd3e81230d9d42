import Glibc
import Logging
import WasmHost

/// The main thread's part: starts the workers, waits for signals and for what the workers report,
/// and keeps the time of drains.
///
///     loading ──▶ candidate ──all its workers wait──▶ current ──another took its place──▶ retiring
///
/// A module is replaced (SIGHUP, or --watch) by starting another generation beside it. The listening
/// sockets are the service's (`ListenerPool`), so the new instances accept from the same queues, and
/// the old ones finish what they have. What runs goes on until all of the new one runs.
///
/// - Replacement.swift: from a file to the current generation
/// - WorkerReports.swift: what instances report
final class Supervisor {
  /// How long a new module may take until all its workers wait for connections.
  static let startLimit: UInt64 = 10_000_000_000
  /// How long a first module that listens may take until it waits for connections: one that never does
  /// is a service all the same.
  static let listeningLimit: UInt64 = 1_000_000_000
  private static let watchInterval: UInt64 = 300_000_000

  enum Report: Sendable {
    /// The module's file is read and compiled, or is not.
    case loaded(Result<LoadedModule, HostError>)
    case worker(generation: Int, worker: Int, Worker.Event)
  }

  /// The service's end.
  struct Ending {
    var status: Int32
    let deadline: UInt64
  }

  let options: Options
  let workers: Int
  let source: ModuleSource
  let configuration: InstanceConfiguration
  let listeners: ListenerPool
  let logger: Logger
  let start: UInt64
  let reports: Mailbox<Report>
  private let signals: Signals
  /// What the process has given up.
  var confinement = Confinement.none
  var manager = ServiceManager()

  var isLoading = false
  /// When the module that is compiled is given up; `.max` when it is, or there is none.
  var loadDeadline = UInt64.max
  /// What is compiled still is not wanted any more.
  var hasGivenUpLoad = false
  var candidate: Generation?
  var candidateDeadline: UInt64 = 0
  var current: Generation?
  var retiring: [(generation: Generation, deadline: UInt64)] = []
  var generations = 0
  var ending: Ending?
  /// A second signal does not wait for a drain.
  private var wasSignalled = false
  /// Those that the log has told.
  var addresses: Set<String> = []
  var wantsReplacement = false
  private var nextWatch: UInt64?

  init(
    options: Options, workers: Int, source: ModuleSource, configuration: InstanceConfiguration,
    listeners: ListenerPool, signals: Signals, logger: Logger, start: UInt64
  ) throws(HostError) {
    self.signals = signals
    reports = try Mailbox()
    self.options = options
    self.workers = workers
    self.source = source
    self.configuration = configuration
    self.listeners = listeners
    self.logger = logger
    self.start = start
  }

  /// Runs the service from its start to its end; returns the exit status.
  func run() throws(HostError) -> Int32 {
    try load()
    if options.watches { nextWatch = Clock.monotonic.now + Supervisor.watchInterval }
    while true {
      wait()
      for report in reports.takeAll() {
        if let status = handle(report) { return status }
      }
      while let wish = signals.next() {
        if let status = handle(wish) { return status }
      }
      if let status = keepTime(Clock.monotonic.now) { return status }
      // (A module that is being compiled is no reason to wait.)
      if let ending, current == nil, candidate == nil, retiring.isEmpty { return ending.status }
    }
  }

  // MARK: Waiting

  private func wait() {
    var waiting = [
      pollfd(fd: reports.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let deadlines =
      [
        ending?.deadline, candidate == nil ? nil : candidateDeadline, loadDeadline, nextWatch,
        manager.nextSign,
      ]
      + retiring.map(\.deadline)
    let now = Clock.monotonic.now
    let timeout = deadlines.compactMap(\.self).min().map { deadline in
      deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
    }
    poll(&waiting, 2, timeout ?? -1)
  }

  private func keepTime(_ now: UInt64) -> Int32? {
    if let ending, now >= ending.deadline {
      logger.error(
        "the module has not drained in time and is ended",
        metadata: ["timeout_s": .stringConvertible(options.drainTimeout)])
      return ExitStatus.drainTimeout
    }
    if now >= loadDeadline, let status = giveUpLoad() { return status }
    for place in retiring.indices where now >= retiring[place].deadline {
      logger.warning(
        "the replaced module has not drained in time and is ended",
        metadata: ["generation": .stringConvertible(retiring[place].generation.number)])
      retiring[place].generation.terminate()
      retiring[place].deadline = .max
    }
    if let candidate, ending == nil, now >= candidateDeadline {
      if current == nil {
        promote(candidate)
      } else {
        reject(
          "it has not listened for \(Supervisor.startLimit / 1_000_000_000) s", terminates: true)
      }
    }
    if let next = nextWatch, now >= next {
      nextWatch = now + Supervisor.watchInterval
      if source.hasChanged() { replace() }
    }
    manager.giveSign(at: now)
    return nil
  }

  // MARK: The end

  private func handle(_ wish: Signals.Wish) -> Int32? {
    guard case .end(let signal) = wish else {
      replace()
      return nil
    }
    if wasSignalled { return ExitStatus.signal(signal) }
    wasSignalled = true
    // The first one behind /drain is Kubernetes': it follows preStop at once, and changes nothing.
    guard ending == nil else { return nil }
    let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"]
    logger.info(
      "draining",
      metadata: [
        "signal": "\(names[signal] ?? "\(signal)")",
        "timeout_s": .stringConvertible(options.drainTimeout),
      ])
    end(status: 0)
    return nil
  }

  /// Has all instances drain; the process ends with the last of them.
  func end(status: Int32) {
    guard ending == nil else { return }
    manager.tell(.stopping)
    ending = Ending(
      status: status,
      deadline: Clock.monotonic.now + UInt64(options.drainTimeout) * 1_000_000_000)
    // In this order: an instance that is refused a socket because none is kept any more finds that
    // the end has begun.
    candidate?.drain.begin()
    current?.drain.begin()
    listeners.close()
  }
}
