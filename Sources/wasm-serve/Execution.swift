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
    let configuration = makeConfiguration(logger)
    do throws(HostError) {
      let signals = try Supervisor.blockSignals()
      let engine = try Engine(handlerTimeout: UInt64(handlerTimeout * 1e9))
      let workers = workers ?? Cores.available
      let listeners = ListenerPool(sharesPorts: workers > 1, inherited: inheritedSockets())
      var shared = configuration
      shared.listeners = listeners
      shared.board = Board()
      let supervisor = try Supervisor(
        options: self, workers: workers,
        source: ModuleSource(
          path: operand, engine: engine, cache: makeCache(logger), logger: logger),
        configuration: shared, listeners: listeners, signals: signals, logger: logger,
        start: start)
      return try supervisor.run()
    } catch {
      complain(error.description)
      return ExitStatus.of(error)
    }
  }

  func makeLogger() -> Logger {
    // As the module's own lines, which are in the same stream, unless somebody says otherwise.
    let variables = environmentFiles.flatMap(\.variables) + environment
    let form = variables.last { $0.name == "LOG_FORMAT" }.flatMap { LogFormat(rawValue: $0.value) }
    var logger = Logger(label: "wasm-serve") { label in
      StandardErrorLog(label: label, format: logFormat ?? form ?? .text)
    }
    logger.logLevel = isQuiet ? .warning : .info
    return logger
  }

  private func makeCache(_ logger: Logger) -> ModuleCache? {
    guard usesCache, let directory = cacheDirectory ?? ModuleCache.defaultDirectory else {
      return nil
    }
    return ModuleCache(directory: directory, logger: logger)
  }

  private func makeConfiguration(_ logger: Logger) -> InstanceConfiguration {
    var configuration = InstanceConfiguration()
    let name = operand.lastIndex(of: "/").map { String(operand[$0...].dropFirst()) } ?? operand
    configuration.arguments = [name] + arguments
    // Its log and ours are one stream: in one form, unless somebody says otherwise.
    let form = logFormat.map { [InstanceConfiguration.Variable("LOG_FORMAT", $0.rawValue)] } ?? []
    for variable in form + environmentFiles.flatMap(\.variables) + environment {
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

  /// The listening sockets that systemd passes on (sd_listen_fds(3)).
  private func inheritedSockets() -> [Int32] {
    guard let process = getenv("LISTEN_PID").flatMap({ Int32(String(cString: $0)) }),
      process == getpid(),
      let count = getenv("LISTEN_FDS").flatMap({ Int32(String(cString: $0)) }), count > 0
    else { return [] }
    let sockets = Array(3..<(3 + min(count, 1024)))
    for socket in sockets {
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
      _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    }
    return sockets
  }

  /// One descriptor for each connection: the soft limit of 1024 is for programs that use select(2).
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
