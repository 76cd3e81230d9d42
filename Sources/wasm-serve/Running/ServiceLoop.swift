import CLinux
import Glibc
import WasmHost

/// The main thread's part of a service: waits for signals, for what workers report and for deadlines, tells
/// `ServiceLife`, and does what that says.
///
///     signals ──┐                         ┌──▶ ModuleSource, Generation, ListenerPool
///     workers ──┼─▶ events ─▶ ServiceLife ─▶ actions ──▶ ServiceManager
///     time ─────┘                         └──▶ Reporter
///
/// The listening sockets are the service's (`ListenerPool`): the instances of a new module accept from the
/// same queues as those of the old one, which finish what they have.
final class ServiceLoop {
  /// How often `--watch` looks at the module's file.
  private static let watchInterval = Duration.milliseconds(300)
  /// How long after a module was loaded memory is released.
  private static let releaseDelay = Duration.seconds(1)

  /// What other threads report.
  private enum Report: Sendable {
    /// The module's file is read and compiled, or is not.
    case loaded(Result<LoadedModule, HostError>)
    case worker(generation: Int, worker: Int, Worker.Event)
  }

  private var life: ServiceLife
  private let source: ModuleSource
  private let configuration: InstanceConfiguration
  private let listeners: ListenerPool
  private let signals: Signals
  private var reporter: Reporter
  private let start: UInt64
  private let reports: Mailbox<Report>
  private var manager = ServiceManager()
  private var nextWatch: Duration?
  private var nextRelease: Duration?

  /// What was loaded last, until there is a generation of it.
  private var loaded: LoadedModule?
  private var generations: [Int: Generation] = [:]
  /// Events that an action has led to.
  private var following: [ServiceLife.Event] = []

  /// - Parameter start: of the program, in nanoseconds on the monotonic clock.
  init(
    source: ModuleSource, configuration: InstanceConfiguration, listeners: ListenerPool,
    signals: Signals, reporter: Reporter, start: UInt64
  ) throws(HostError) {
    var limits = ServiceLife.Limits()
    limits.compile = reporter.settings.compileTimeout
    limits.drain = reporter.settings.drainTimeout
    life = ServiceLife(workers: reporter.workers, limits: limits)
    reports = try Mailbox()
    self.source = source
    self.configuration = configuration
    self.listeners = listeners
    self.signals = signals
    self.reporter = reporter
    self.start = start
    if reporter.settings.watches { nextWatch = now + ServiceLoop.watchInterval }
  }

  /// Runs the service from its start to its end.
  func run() -> ExitStatus {
    if let status = handle(.start) { return status }
    while true {
      wait()
      for report in reports.takeAll() {
        if let status = handle(event(of: report)) { return status }
        // A module that was not wanted any more.
        loaded = nil
      }
      while let wish = signals.next() {
        if let status = handle(event(of: wish)) { return status }
      }
      if isFileChanged(), let status = handle(.replacementWanted) { return status }
      if let status = handle(.timePassed) { return status }
      releaseMemory()
      manager.giveSign(at: now.nanoseconds)
    }
  }

  // MARK: Events

  private var now: ServiceLife.Time { .nanoseconds(Clock.monotonic.now) }

  private func wait() {
    var waiting = [
      pollfd(fd: reports.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let sign = manager.nextSign.map { Duration.nanoseconds($0) }
    let next = [life.nextDeadline, nextWatch, nextRelease, sign].compactMap(\.self).min()
    // The next millisecond: a deadline has passed when poll(2) returns.
    let timeout = next.map { Int32(clamping: ($0 - now).nanoseconds / 1_000_000 + 1) }
    poll(&waiting, nfds_t(waiting.count), timeout ?? -1)
  }

  /// A while after a module was loaded: loading has used much memory that serving does not need. (Not at once: the
  /// first requests would wait for it.)
  private func releaseMemory() {
    guard let next = nextRelease, now >= next else { return }
    nextRelease = nil
    release_unused_pages()
  }

  private func event(of report: Report) -> ServiceLife.Event {
    switch report {
    case .loaded(.success(let module)):
      loaded = module
      nextRelease = now + ServiceLoop.releaseDelay
      return .loaded
    case .loaded(.failure(let error)): return .notLoaded(error)
    case .worker(let generation, let worker, let event):
      return .worker(generation: generation, worker: worker, event)
    }
  }

  private func event(of wish: Signals.Wish) -> ServiceLife.Event {
    switch wish {
    case .replace: .replacementWanted
    case .end(let signal): .signal(signal)
    }
  }

  /// Whether it is time to look at the module's file, and it is another one.
  private func isFileChanged() -> Bool {
    guard let next = nextWatch, now >= next else { return false }
    nextWatch = now + ServiceLoop.watchInterval
    return source.hasChanged()
  }

  /// - Returns: the status of a service that is over.
  private func handle(_ event: ServiceLife.Event) -> ExitStatus? {
    following = [event]
    while !following.isEmpty {
      for action in life.handle(following.removeFirst(), at: now) {
        if case .exit(let status) = action { return status }
        perform(action)
      }
    }
    return nil
  }

  // MARK: Actions

  private func perform(_ action: ServiceLife.Action) {
    switch action {
    case .load: load()
    case .create(let number): create(number)
    case .startWorkers(let number, let workers): startWorkers(workers, of: number)
    case .drain(let number, let purpose): generations[number]?.drain.begin(purpose)
    case .terminate(let number): generations[number]?.terminate()
    case .releaseListeners(let number): listeners.release(generation: number)
    case .forget(let number): generations[number] = nil
    case .closeListeners: listeners.close()
    case .checkPassedSockets:
      following.append(
        .passedSocketsChecked(unused: listeners.unusedInherited.map(\.description)))
    case .tellManager(let phase): manager.tell(phase)
    case .report(let message): reporter.report(message)
    case .exit: break
    }
  }

  private func load() {
    loaded = nil
    do throws(HostError) {
      try source.load { [reports] result in reports.post(.loaded(result)) }
    } catch {
      following.append(.notLoaded(error))
    }
  }

  private func create(_ number: Int) {
    guard let module = loaded else { return }
    loaded = nil
    reporter.newModule = Reporter.NewModule(
      origin: module.origin, start: number == 1 ? start : source.loadedAt)
    var configuration = configuration
    configuration.functionNames = module.functionNames
    do throws(HostError) {
      generations[number] = try Generation(
        number: number, module: module.module, configuration: configuration
      ) { [reports] generation, worker, event in
        reports.post(.worker(generation: generation, worker: worker, event))
      }
    } catch {
      following.append(.notStarted(generation: number, count: 1, error))
    }
  }

  private func startWorkers(_ workers: Range<Int>, of number: Int) {
    guard let generation = generations[number] else { return }
    for worker in workers {
      do throws(HostError) {
        try generation.start(worker)
      } catch {
        let count = workers.upperBound - worker
        return following.append(.notStarted(generation: number, count: count, error))
      }
    }
  }
}
