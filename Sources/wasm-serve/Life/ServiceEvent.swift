import WasmHost

extension ServiceLife {
  /// What happens to a service.
  enum Event {
    /// The first module is wanted.
    case start
    /// The module's file may have another module now: SIGHUP, or a changed file with `--watch`.
    case replacementWanted
    /// The module's file is read and compiled. The machine never sees the module itself.
    case loaded
    case notLoaded(HostError)
    /// So many of the workers that were to start have not.
    case notStarted(generation: Int, count: Int, HostError)
    case worker(generation: Int, worker: Int, Worker.Event)
    /// What `Action.checkPassedSockets` has found: those that the module does not listen on.
    case passedSocketsChecked(unused: [String])
    /// SIGTERM, SIGINT, or SIGHUP of a terminal that was closed.
    case signal(Int32)
    /// Time has passed; a deadline may have.
    case timePassed
  }

  /// What is to be done, in this order. Generations go by their number.
  enum Action: Equatable {
    /// Read and compile the module's file; `Event.loaded` or `notLoaded` follows.
    case load
    /// Make a generation of the module that was loaded last, without a worker yet.
    case create(generation: Int)
    /// `Event.notStarted` follows when one of them cannot start; none is tried after it.
    case startWorkers(generation: Int, workers: Range<Int>)
    /// Have its instances finish what they have begun.
    case drain(generation: Int, Drain.Purpose)
    /// End its instances, whatever they do.
    case terminate(generation: Int)
    /// Its instances need their listening sockets no more.
    case releaseListeners(generation: Int)
    /// All its workers have ended.
    case forget(generation: Int)
    /// Keep no listening socket from now on.
    case closeListeners
    /// `Event.passedSocketsChecked` follows.
    case checkPassedSockets
    case tellManager(Phase)
    case report(Message)
    /// The service is over; nothing follows.
    case exit(ExitStatus)
  }

  /// What a service manager is told of the service.
  enum Phase {
    case ready, reloading, stopping
  }

  /// What the operator is told. Reporting/ has the sentences.
  enum Message: Equatable {
    /// A new module serves, or has served and ended.
    case serves(addresses: [String], isFirst: Bool)
    /// A further socket of the module's listens.
    case listensToo(address: String)
    case notReplaced(Rejection)
    case trapped(Trap, worker: Int, pause: UInt64)
    case failedToStart(reason: String, worker: Int, pause: UInt64)
    case crashedTooOften(Trap)
    case trappedInDrain(Trap, worker: Int)
    /// Why there is no service, or no more of it.
    case failed(HostError)
    case ended(Trap)
    case notCompiledInTime
    case passedSocketsUnused([String])
    /// By a signal, or by the guest's own wish.
    case draining(signal: Int32?)
    case notDrainedInTime
    case replacedNotDrainedInTime(generation: Int)
  }

  /// Why a module does not take the current one's place.
  enum Rejection: Equatable {
    case notCompiledInTime
    case notReadyInTime
    case failed(HostError)
    case failedToStart(String)
    case trapped(Trap)
    case ended(Worker.Ending)
  }
}
