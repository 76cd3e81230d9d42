import Glibc
import Logging
import WasmHost

extension Options {
  /// Runs the module from start to end; returns the exit status.
  func execute() -> Int32 {
    let start = Clock.monotonic.now
    openStandardStreams()
    let logger = makeLogger()
    signal(SIGPIPE, SIG_IGN)
    raiseDescriptorLimit()
    do throws(HostError) {
      // Blocked before there is a second thread, which inherits it.
      let supervisor = try Supervisor(drainTimeout: drainTimeout, logger: logger)
      let engine = try Engine()
      let (compiled, cacheResult) = try Module.load(
        path: module, engine: engine, cache: makeCache(logger))
      var configuration = makeConfiguration(logger)
      let name = configuration.arguments[0]
      configuration.didListen = { [memory] address in
        logger.info(
          "\(name) listens on \(address), Ctrl-C drains and stops it",
          metadata: [
            "version": "\(version)", "wasmtime": "\(Engine.version)", "memory": "\(memory)",
            "cache": "\(cacheResult)", "start": "\(milliseconds(Clock.monotonic.now - start))ms",
          ])
      }
      let drain = try Drain()
      let worker = try Worker(
        module: compiled, configuration: configuration, drain: drain,
        didEnd: supervisor.workerEnded)
      if let status = supervisor.supervise(drain: drain) { return status }
      return status(of: worker)
    } catch {
      complain(error.description)
      return ExitStatus.of(error)
    }
  }

  private func status(of worker: Worker) -> Int32 {
    switch worker.result {
    case .ended(.exited(let status)):
      // A process has eight bits of it; a failure stays one.
      return status == 0 ? 0 : max(Int32(status & 0xff), 1)
    case .ended(.trapped(let trap)):
      complain(trap)
      return ExitStatus.software
    case .refused(let error):
      complain(error.description)
      return ExitStatus.of(error)
    case nil:
      return ExitStatus.software
    }
  }

  private func makeLogger() -> Logger {
    var logger = Logger(label: "wasm-serve") { label in
      StandardErrorLog(label: label, format: logFormat)
    }
    logger.logLevel = quiet ? .warning : .info
    return logger
  }

  private func makeCache(_ logger: Logger) -> ModuleCache? {
    guard !noCache, let directory = cacheDir ?? ModuleCache.defaultDirectory else { return nil }
    return ModuleCache(directory: directory, logger: logger)
  }

  private func makeConfiguration(_ logger: Logger) -> InstanceConfiguration {
    var configuration = InstanceConfiguration()
    let name = module.lastIndex(of: "/").map { String(module[$0...].dropFirst()) } ?? module
    configuration.arguments = [name] + arguments
    for variable in envFile.flatMap(\.variables) + environment.compactMap(\.variable) {
      // The last one counts; a guest's getenv takes the first.
      configuration.environment.removeAll { $0.name == variable.name }
      configuration.environment.append(variable)
    }
    configuration.grants =
      listen.isEmpty ? Grants(environment: configuration.environment) : Grants(listen)
    configuration.connectGrants = ConnectGrants(allowConnect)
    configuration.maxConnections = maxConnections
    configuration.memoryLimit = memory.bytes
    configuration.logger = logger
    return configuration
  }

  /// A standard descriptor that is closed would become a socket's, and the log would go to a client.
  private func openStandardStreams() {
    while true {
      let descriptor = open("/dev/null", O_RDWR)
      guard 0...2 ~= descriptor else {
        if descriptor > 2 { close(descriptor) }
        return
      }
    }
  }

  /// One descriptor for each connection: the soft limit of 1024 is for programs that use select(2).
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

/// With two decimals, from nanoseconds.
private func milliseconds(_ nanoseconds: UInt64) -> String {
  let hundredths = nanoseconds / 10_000
  let fraction = hundredths % 100
  return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
}
