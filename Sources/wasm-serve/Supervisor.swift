import CLinux
import Glibc
import Logging
import WasmHost

/// The main thread's part: starts the workers, waits for signals and for what the workers report,
/// and keeps the time of drains.
///
///     candidate ──its first instance listens──▶ current ──another took its place──▶ retiring
///
/// A module is replaced (SIGHUP, or --watch) by starting another generation beside it. The listening
/// sockets are the service's (`ListenerPool`), so the new instances accept from the same queues, and
/// the old ones finish what they have.
final class Supervisor {
  /// How long a new module may take until it listens.
  private static let startLimit: UInt64 = 10_000_000_000
  private static let watchInterval: UInt64 = 300_000_000

  private struct Report: Sendable {
    let generation: Int
    let worker: Int
    let event: Worker.Event
  }

  /// The service's end.
  private struct Ending {
    var status: Int32
    let deadline: UInt64
  }

  private let options: Options
  private let workers: Int
  private let source: ModuleSource
  private let configuration: InstanceConfiguration
  private let listeners: ListenerPool
  private let logger: Logger
  private let start: UInt64
  private let reports: Mailbox<Report>
  private let signals: Int32
  private let manager = ServiceManager()

  private var candidate: Generation?
  private var candidateDeadline: UInt64 = 0
  private var current: Generation?
  private var retiring: [(generation: Generation, deadline: UInt64)] = []
  private var generations = 0
  private var ending: Ending?
  /// A second signal does not wait for a drain.
  private var wasSignalled = false
  /// Those that the log has told.
  private var addresses: Set<String> = []
  private var wantsReplacement = false
  private var nextWatch: UInt64?

  /// Has signals wait in a descriptor for `run`, for this thread and those it starts. To be called
  /// before there are any: a thread that does not block them would die of them, and all with it.
  static func blockSignals() throws(HostError) -> Int32 {
    var mask = sigset_t()
    sigemptyset(&mask)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&mask, signal) }
    pthread_sigmask(SIG_BLOCK, &mask, nil)
    let signals = signalfd(-1, &mask, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
    guard signals >= 0 else { throw .engine("has no descriptors: \(describe(error: errno))") }
    return signals
  }

  /// - Parameter signals: what `blockSignals` gave.
  init(
    options: Options, workers: Int, source: ModuleSource, configuration: InstanceConfiguration,
    listeners: ListenerPool, signals: Int32, logger: Logger, start: UInt64
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
    try startCandidate(try source.load())
    if options.watches { nextWatch = Clock.monotonic.now + Supervisor.watchInterval }
    while true {
      wait()
      for report in reports.takeAll() {
        if let status = handle(report) { return status }
      }
      while let signal = nextSignal() {
        if let status = handle(signal) { return status }
      }
      if let status = keepTime(Clock.monotonic.now) { return status }
      if let ending, current == nil, candidate == nil, retiring.isEmpty { return ending.status }
    }
  }

  // MARK: Waiting

  private func wait() {
    var waiting = [
      pollfd(fd: reports.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
    ]
    let deadlines =
      // (A first module may take its time: it may be none that listens.)
      [ending?.deadline, candidate == nil || current == nil ? nil : candidateDeadline, nextWatch]
      + retiring.map(\.deadline)
    let now = Clock.monotonic.now
    let timeout = deadlines.compactMap(\.self).min().map { deadline in
      deadline <= now ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
    }
    poll(&waiting, 2, timeout ?? -1)
  }

  private func nextSignal() -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard read(signals, &information, size) == size else { return nil }
    return Int32(information.ssi_signo)
  }

  private func keepTime(_ now: UInt64) -> Int32? {
    if let ending, now >= ending.deadline {
      logger.error(
        "the module has not drained in time and is ended",
        metadata: ["timeout": "\(options.drainTimeout)s"])
      return ExitStatus.drainTimeout
    }
    for place in retiring.indices where now >= retiring[place].deadline {
      logger.warning(
        "the replaced module has not drained in time and is ended",
        metadata: ["generation": "\(retiring[place].generation.number)"])
      retiring[place].generation.drain.terminate()
      retiring[place].deadline = .max
    }
    if let candidate, current != nil, now >= candidateDeadline {
      reject("it has not listened for \(Supervisor.startLimit / 1_000_000_000) s")
      candidate.drain.terminate()
    }
    if let next = nextWatch, now >= next {
      nextWatch = now + Supervisor.watchInterval
      if source.hasChanged() { replace() }
    }
    return nil
  }

  // MARK: Signals

  private func handle(_ signal: Int32) -> Int32? {
    if signal == SIGHUP {
      replace()
      return nil
    }
    if wasSignalled { return ExitStatus.signal(signal) }
    wasSignalled = true
    // The first one behind /drain is Kubernetes': it follows preStop at once, and changes nothing.
    guard ending == nil else { return nil }
    logger.info(
      "draining",
      metadata: [
        "signal": signal == SIGTERM ? "SIGTERM" : "SIGINT", "timeout": "\(options.drainTimeout)s",
      ])
    end(status: 0)
    return nil
  }

  /// Has all instances drain; the process ends with the last of them.
  private func end(status: Int32) {
    guard ending == nil else { return }
    manager.tell(.stopping)
    ending = Ending(
      status: status,
      deadline: Clock.monotonic.now + UInt64(options.drainTimeout) * 1_000_000_000)
    listeners.close()
    candidate?.drain.begin()
    current?.drain.begin()
  }

  // MARK: Modules

  private func startCandidate(_ module: Module) throws(HostError) {
    generations += 1
    candidate = try Generation(
      number: generations, module: module, configuration: configuration, workers: workers
    ) { [reports] generation, worker, event in
      reports.post(Report(generation: generation, worker: worker, event: event))
    }
    candidateDeadline = Clock.monotonic.now + Supervisor.startLimit
  }

  /// Reads the module's file anew and starts what is in it. The old one goes on until the new one
  /// listens, and if it never does.
  private func replace() {
    guard ending == nil else { return }
    guard candidate == nil else {
      // One at a time: the file is read again when this one is settled.
      wantsReplacement = true
      return
    }
    manager.tell(.reloading)
    do throws(HostError) {
      try startCandidate(try source.load())
    } catch {
      reject(error.description)
    }
  }

  private func reject(_ reason: String) {
    candidate = nil
    guard ending == nil else { return }
    manager.tell(.ready)
    logger.error(
      "the module is not replaced, the old one goes on", metadata: ["reason": "\(reason)"])
    replaceIfWanted()
  }

  private func replaceIfWanted() {
    guard wantsReplacement else { return }
    wantsReplacement = false
    replace()
  }

  private func promote(_ generation: Generation, _ address: String) {
    candidate = nil
    let old = current
    current = generation
    if ending == nil { manager.tell(.ready) }
    addresses.insert(address)
    logStart(address, isFirst: old == nil)
    if let old {
      old.drain.begin(.handOver)
      let limit = UInt64(options.drainTimeout) * 1_000_000_000
      retiring.append((old, Clock.monotonic.now + limit))
    }
    replaceIfWanted()
  }

  /// The first worker has opened its sockets: the others are to have the same ones, on the same
  /// ports where the kernel has chosen them.
  private func startOthers(of number: Int) {
    guard let current, current.number == number else { return }
    do throws(HostError) {
      try current.startOthers()
    } catch {
      logger.error("a worker does not start", metadata: ["reason": "\(error)"])
    }
  }

  private func logStart(_ address: String, isFirst: Bool) {
    // What it tells takes time to find out.
    guard logger.logLevel <= .info else { return }
    let text =
      isFirst
      ? "\(source.name) listens on \(address), Ctrl-C drains and stops it"
      : "\(source.name) is replaced"
    var limits: Logger.Metadata = [
      "memory": "\(options.memory)", "workers": "\(workers)",
      "drain_timeout": "\(options.drainTimeout)s",
    ]
    if let most = options.maxConnections { limits["connections"] = "\(most)" }
    if options.handlerTimeout > 0 { limits["handler_timeout"] = "\(options.handlerTimeout)s" }
    let facts: Logger.Metadata = [
      "version": "\(version)", "wasmtime": "\(Engine.version)", "module": "\(source.digest)",
      "cache": "\(source.result)",
      "start": "\(milliseconds(Clock.monotonic.now - (isFirst ? start : source.loadedAt)))ms",
    ]
    logger.info("\(text)", metadata: facts.merging(limits) { $1 })
  }

  // MARK: Reports

  private func handle(_ report: Report) -> Int32? {
    switch report.event {
    case .listening(let address):
      if let candidate, candidate.number == report.generation {
        promote(candidate, address)
      } else if ending == nil, addresses.insert(address).inserted {
        // A further socket of the module's. All workers have the same ones, and so has a successor.
        logger.info("\(source.name) listens on \(address) too")
      }
    case .waiting:
      startOthers(of: report.generation)
    case .drainRequested:
      guard current?.number == report.generation, ending == nil else { return nil }
      logger.info("draining", metadata: ["timeout": "\(options.drainTimeout)s"])
      end(status: 0)
    case .trapped(let trap, let pause):
      logger.error(
        "the module trapped, its connections are closed, another instance takes its place",
        metadata: [
          "reason": "\(reason(of: trap))", "worker": "\(report.worker)",
          "backtrace": "\(trap.frames.map(\.description).joined(separator: ", "))",
          "pause": "\(milliseconds(pause))ms",
        ])
    case .ended(let ending):
      return handle(ending, of: report)
    }
    return nil
  }

  private func handle(_ result: Worker.Ending, of report: Report) -> Int32? {
    if let candidate, candidate.number == report.generation {
      candidate.noteEnd()
      if current == nil {
        // It never was a service: a module that runs and ends.
        complain(of: result)
        return ending?.status ?? status(of: result)
      }
      reject(reason(of: result))
    } else if let current, current.number == report.generation {
      current.noteEnd()
      note(result)
      if current.running == 0 { self.current = nil }
    } else if let place = retiring.firstIndex(where: { $0.generation.number == report.generation })
    {
      retiring[place].generation.noteEnd()
      if case .ended(.trapped(let trap)) = result, retiring[place].deadline != .max {
        logger.error(
          "the module trapped while it drained, its connections are closed",
          metadata: ["reason": "\(reason(of: trap))", "worker": "\(report.worker)"])
      }
      if retiring[place].generation.running == 0 { retiring.remove(at: place) }
    }
    return nil
  }

  /// One of the service's workers has come to its end: so does the service.
  private func note(_ result: Worker.Ending) {
    var status = status(of: result)
    if case .ended(.trapped(let trap)) = result, ending == nil {
      logger.error("the module crashed too often", metadata: ["reason": "\(trap.message)"])
      status = ExitStatus.crashLoop
    } else {
      complain(of: result)
    }
    if ending == nil {
      end(status: status)
    } else if ending?.status == 0 {
      ending?.status = status
    }
  }

  private func status(of result: Worker.Ending) -> Int32 {
    switch result {
    case .ended(.exited(let status)):
      // A process has eight bits of it; a failure stays one.
      status == 0 ? 0 : max(Int32(status & 0xff), 1)
    case .ended(.trapped): ExitStatus.software
    case .refused(let error): ExitStatus.of(error)
    }
  }

  private func complain(of result: Worker.Ending) {
    switch result {
    case .ended(.exited): break
    case .ended(.trapped(let trap)): wasm_serve.complain(trap)
    case .refused(let error): wasm_serve.complain(error.description)
    }
  }

  private func reason(of trap: Trap) -> String {
    trap.isInterrupt ? "a handler took longer than --handler-timeout" : trap.message
  }

  private func reason(of result: Worker.Ending) -> String {
    switch result {
    case .ended(.exited(let status)): "it ended with status \(status) and had not listened"
    case .ended(.trapped(let trap)): "it trapped: \(trap.message)"
    case .refused(let error): error.description
    }
  }
}

/// With two decimals, from nanoseconds.
private func milliseconds(_ nanoseconds: UInt64) -> String {
  let hundredths = nanoseconds / 10_000
  let fraction = hundredths % 100
  return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
