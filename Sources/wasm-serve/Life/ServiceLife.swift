import WasmHost

/// The life of a service, as a state machine of events and times. It opens no file and starts no thread:
/// `handle` is told what happened and says what is to be done, and `nextDeadline` when it wants to be asked
/// again. `ServiceLoop` does it; tests need neither threads nor time.
///
///               all its workers wait     another
///     compiled     for connections    took its place     all its workers ended
///     ────────▶ candidate ──────▶ current ──────▶ retiring ──────▶ gone
///                   │                                ▲
///                   └────────────────────────────────┘
///                     a worker failed, trapped or ended; or it took too long
///
/// A generation is the instances of one module. There is at most one candidate, one current generation, and any
/// number of retiring ones. Two rules hold:
///
/// - What serves goes on until all of its successor serves: a candidate that fails changes nothing.
/// - The service ends when its current generation does, whether by itself or asked to.
///
/// | state | SIGHUP, changed file | SIGTERM, /drain | a worker ends | its deadline passes |
/// |---|---|---|---|---|
/// | compiling | once more, behind this | exit 0 | | first: exit 65; else rejected |
/// | first candidate | once more, behind this | all drain | the last one: exit with its status | it is current |
/// | candidate | once more, behind this | all drain | rejected | rejected and terminated |
/// | current | compile | all drain | all drain, exit with its status | |
/// | retiring | | goes on | the last one: gone | terminated |
/// | ending | nothing | a second signal: exit 128+n | the last one: exit | exit 75 |
///
/// - Replacement.swift: from a file to the current generation
/// - WorkerEvents.swift: what workers tell
/// - Ending.swift: signals, drains and exit statuses
struct ServiceLife {
  /// A point on the monotonic clock, as the time since its zero.
  typealias Time = Duration

  struct Limits {
    var compile = Settings.standard.compileTimeout
    var drain = Settings.standard.drainTimeout
    /// How long a new module may take until all its workers wait for connections.
    var start = Duration.seconds(10)
    /// How long a first module that listens may take until it waits for connections: one that never does
    /// is a service all the same.
    var listening = Duration.seconds(1)
  }

  /// The instances of one module, as far as this machine needs to know them.
  struct Generation {
    let number: Int
    /// Workers whose end has not been reported.
    var running = 1
    /// Whether the workers besides the first one were started.
    var hasAllWorkers: Bool
    /// Workers with an instance that waits for connections, or had one.
    var ready: Set<Int> = []
    /// Where its sockets listen, in the order in which they were opened.
    var addresses: [String] = []
    /// When it has failed to become ready, or to drain; nil for never.
    var deadline: Time?
  }

  enum Compilation: Equatable {
    case none
    case running(deadline: Time)
    /// It took too long. Its thread cannot be stopped, so nothing else is compiled until it ends.
    case abandoned
  }

  struct End {
    var status: ExitStatus
    let deadline: Time
  }

  let limits: Limits
  let workers: Int

  var compilation = Compilation.none
  var candidate: Generation?
  var current: Generation?
  var retiring: [Generation] = []
  var ending: End?

  /// The number of the newest generation.
  var newest = 0
  /// The module's file is to be read again when what is under way is settled.
  var wantsReplacement = false
  /// A second signal does not wait for a drain.
  var wasSignalled = false
  /// Addresses that were reported.
  var reportedAddresses: Set<String> = []

  /// What the present event has to be followed by.
  private var actions: [Action] = []

  init(workers: Int, limits: Limits = Limits()) {
    self.workers = workers
    self.limits = limits
  }

  /// Takes an event, and returns what is to be done about it.
  mutating func handle(_ event: Event, at now: Time) -> [Action] {
    actions = []
    switch event {
    case .start: load(at: now)
    case .replacementWanted: replace(at: now)
    case .loaded: handleLoaded(nil, at: now)
    case .notLoaded(let error): handleLoaded(error, at: now)
    case .notStarted(let generation, let count, let error):
      handleNotStarted(count, of: generation, error, at: now)
    case .worker(let generation, let worker, let event):
      handle(event, of: worker, in: generation, at: now)
    case .passedSocketsChecked(let unused): handlePassedSockets(unused: unused, at: now)
    case .signal(let number): handleSignal(number, at: now)
    case .timePassed: checkDeadlines(at: now)
    }
    if let ending, current == nil, candidate == nil, retiring.isEmpty { act(.exit(ending.status)) }
    return actions
  }

  /// When `Event.timePassed` is due; nil for never.
  var nextDeadline: Time? {
    var deadlines = retiring.map(\.deadline)
    if case .running(let deadline) = compilation { deadlines.append(deadline) }
    // In a drain the candidate has the time that all have.
    deadlines.append(ending == nil ? candidate?.deadline : ending?.deadline)
    return deadlines.compactMap(\.self).min()
  }

  /// - Postcondition: nothing follows an exit.
  mutating func act(_ action: Action) {
    if case .exit = actions.last { return }
    actions.append(action)
  }
}
