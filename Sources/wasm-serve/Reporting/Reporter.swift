import Glibc
import Logging
import WasmHost

/// Tells the operator what becomes of the service: the sentences for `ServiceLife`'s messages.
struct Reporter {
  /// What there is to tell about a module once it serves.
  struct NewModule {
    let origin: LoadedModule.Origin
    /// Nanoseconds on the monotonic clock, at which the service was started or the module asked for.
    let start: UInt64
  }

  let settings: Settings
  let workers: Int
  /// The module's.
  let environment: [InstanceConfiguration.Variable]
  let confinement: Confinement
  let logger: Logger
  /// Whether the log is read in a terminal, and not by a program.
  let isForPeople: Bool
  /// Kept until it is told, since it holds the file's octets.
  var newModule: NewModule?

  mutating func report(_ message: ServiceLife.Message) {
    switch message {
    case .serves(let addresses, let isFirst):
      tellService(addresses, isFirst: isFirst)
    case .listensToo(let address):
      guard logger.logLevel <= .info else { return }
      if isForPeople {
        tell("\(settings.moduleName) serves \(ServerSettings.url(of: address)) too")
      } else {
        logger.info("\(settings.moduleName) listens on \(address) too")
      }
    case .notReplaced(let rejection):
      newModule = nil
      logger.error(
        "the module is not replaced, the old one goes on",
        metadata: ["reason": "\(reason(of: rejection))"])
    case .failed(let error): complain(error.description)
    case .ended(let trap): complain(trap)
    case .notCompiledInTime:
      complain(
        HostError.excessive(path: settings.module, reason: compileTimeout).description)
    case .passedSocketsUnused(let sockets):
      complain(
        "the module does not listen on what was passed on (LISTEN_FDS): "
          + sockets.joined(separator: ", ") + "; its PORT or ADMIN_PORT must be the same")
    case .trapped, .failedToStart, .crashedTooOften, .trappedInDrain:
      reportInstance(message)
    case .draining, .notDrainedInTime, .replacedNotDrainedInTime:
      reportDrain(message)
    }
  }

  private func reportInstance(_ message: ServiceLife.Message) {
    switch message {
    case .trapped(let trap, let worker, let pause):
      logger.error(
        "the module trapped, its connections are closed, another instance takes its place",
        metadata: [
          "reason": "\(reason(of: trap))", "worker": .stringConvertible(worker),
          "backtrace": "\(trap.frames.map(\.description).joined(separator: ", "))",
          "pause_ms": milliseconds(pause),
        ])
    case .failedToStart(let reason, let worker, let pause):
      logger.error(
        "the next instance of a worker has not started, it is tried again",
        metadata: [
          "reason": "\(reason)", "worker": .stringConvertible(worker),
          "pause_ms": milliseconds(pause),
        ])
    case .crashedTooOften(let trap):
      logger.error("the module crashed too often", metadata: ["reason": "\(trap.message)"])
    case .trappedInDrain(let trap, let worker):
      logger.error(
        "the module trapped while it drained, its connections are closed",
        metadata: ["reason": "\(reason(of: trap))", "worker": .stringConvertible(worker)])
    default: break
    }
  }

  private func reportDrain(_ message: ServiceLife.Message) {
    let timeout = Logger.MetadataValue.stringConvertible(settings.drainTimeout.wholeSeconds)
    switch message {
    case .draining(let signal):
      var metadata: Logger.Metadata = ["timeout_s": timeout]
      let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP"]
      if let signal { metadata["signal"] = "\(names[signal] ?? "\(signal)")" }
      logger.info("draining", metadata: metadata)
    case .notDrainedInTime:
      logger.error(
        "the module has not drained in time and is ended", metadata: ["timeout_s": timeout])
    case .replacedNotDrainedInTime(let generation):
      logger.warning(
        "the replaced module has not drained in time and is ended",
        metadata: ["generation": .stringConvertible(generation)])
    default: break
    }
  }

  // MARK: Reasons

  private var compileTimeout: String {
    "it is not compiled within --compile-timeout (\(settings.compileTimeout.wholeSeconds) s)"
  }

  private func reason(of rejection: ServiceLife.Rejection) -> String {
    switch rejection {
    case .notCompiledInTime: compileTimeout
    case .notReadyInTime:
      "it was not ready for connections within \(ServiceLife.Limits().start.wholeSeconds) s"
    case .failed(let error): error.description
    case .failedToStart(let reason): reason
    case .trapped(let trap): "it trapped: \(reason(of: trap))"
    case .ended(let end): end.description
    }
  }

  private func reason(of trap: Trap) -> String {
    trap.isInterrupt ? "a handler took longer than --handler-timeout" : trap.message
  }

  // MARK: The line of the start

  private mutating func tellService(_ addresses: [String], isFirst: Bool) {
    let module = newModule
    newModule = nil
    // What the line tells takes time to find out.
    guard logger.logLevel <= .info else { return }
    if isFirst, isForPeople { return tellPeople(addresses) }
    let text =
      isFirst
      ? "\(settings.moduleName) listens on \(addresses.first ?? "?"), Ctrl-C drains and stops it"
      : "\(settings.moduleName) is replaced"
    logger.info("\(text)", metadata: limits.merging(facts(about: module)) { $1 })
    for address in isFirst ? addresses.dropFirst() : addresses[...] {
      report(.listensToo(address: address))
    }
  }

  /// In a terminal, what a person wants to know: where to click, and how to stop it.
  private func tellPeople(_ addresses: [String]) {
    let urls = addresses.map(ServerSettings.url)
    let number = workers == 1 ? "1 worker" : "\(workers) workers"
    tell(
      "\(settings.moduleName) serves \(urls.first ?? "?") (\(number); Ctrl-C drains and stops it)")
    for url in urls.dropFirst() { tell("\(settings.moduleName) serves \(url) too") }
  }

  private var limits: Logger.Metadata {
    var limits: Logger.Metadata = [
      "memory": "\(settings.memory)", "workers": .stringConvertible(workers),
      "memory_total": "\(settings.memoryTotal(workers: workers, environment))",
      "drain_timeout_s": .stringConvertible(settings.drainTimeout.wholeSeconds),
    ]
    if let most = settings.maxConnections { limits["connections"] = .stringConvertible(most) }
    if settings.handlerTimeout > .zero {
      limits["handler_timeout_ms"] = .stringConvertible(
        settings.handlerTimeout.nanoseconds / 1_000_000)
    }
    return limits
  }

  private func facts(about module: NewModule?) -> Logger.Metadata {
    var facts: Logger.Metadata = [
      "version": "\(version)", "wasmtime": "\(Engine.version)", "confined": "\(confinement)",
    ]
    if let module {
      facts["start_ms"] = milliseconds(Clock.monotonic.now - module.start)
      // The whole file's, as sha256sum(1) has it.
      facts["module"] = "\(module.origin.digest.prefix(12))"
      facts["cache"] = "\(module.origin.result)"
      if module.origin.containsNativeCode { facts["native_code"] = .stringConvertible(true) }
    }
    return facts
  }
}

/// From nanoseconds.
private func milliseconds(_ nanoseconds: UInt64) -> Logger.MetadataValue {
  .stringConvertible(Decimal(thousandths: nanoseconds / 1000))
}
