import Glibc
import Logging
import WasmHost

extension Settings {
  /// `wasm-serve run`: runs the module from its start to its end; returns the exit status.
  func run() -> Int32 {
    let start = Clock.monotonic.now
    openStandardStreams()
    let logger = makeLogger()
    defer { StandardErrorLog(label: logger.label, format: lineFormat).tellLost() }
    let descriptors = raiseDescriptorLimit()
    let configuration = makeConfiguration(logger)
    do throws(HostError) {
      // Before anything is opened: a new descriptor could be taken for a passed one.
      let inherited = try inheritedSockets()
      let signals = try Signals()
      let workers = workers ?? Cores.available
      let cache = makeCache(logger)
      // Before there are threads, and after what is read once.
      let confinement = confine(cache: cache, logger: logger)
      let engine = try Engine(handlerTimeout: handlerTimeout.nanoseconds)
      warn(of: descriptors, for: workers, configuration)
      for mistake in misspellings(own: ownVariables()) {
        logger.warning("\(mistake.name) is not a setting of the server; \(mistake.setting) is")
      }
      let listeners = ListenerPool(sharesPorts: workers > 1, inherited: inherited)
      defer { listeners.giveBackInherited() }
      var shared = configuration
      shared.listeners = listeners
      shared.scoreboard = Scoreboard()
      // Twice as many while a module is replaced.
      shared.descriptors = DescriptorBudget(descriptors: descriptors, instances: 2 * workers)
      let loop = try ServiceLoop(
        source: ModuleSource(
          path: module, engine: engine, cache: cache, allowsPrecompiled: allowsPrecompiled,
          logger: logger),
        configuration: shared, listeners: listeners, signals: signals,
        reporter: Reporter(
          settings: self, workers: workers, environment: configuration.environment,
          confinement: confinement, logger: logger,
          isForPeople: lineFormat == .text && isatty(STDERR_FILENO) == 1),
        start: start)
      return loop.run().code
    } catch {
      complain(error.description)
      return ExitStatus(error).code
    }
  }

  private func makeLogger() -> Logger {
    var logger = Logger(label: "wasm-serve") { [lineFormat] label in
      StandardErrorLog(label: label, format: lineFormat)
    }
    logger.logLevel = isQuiet ? .warning : .info
    return logger
  }

  /// As the module's own lines, which are in the same stream, unless an option says otherwise.
  private var lineFormat: LogFormat {
    let form = ServerSettings(variables).logFormat.flatMap { LogFormat(rawValue: $0) }
    return logFormat ?? form ?? .text
  }

  private func makeCache(_ logger: Logger) -> ModuleCache? {
    guard usesCache, let directory = cacheDirectory ?? ModuleCache.defaultDirectory else {
      return nil
    }
    return ModuleCache(
      directory: directory, keyDirectory: CacheKey.defaultDirectory, logger: logger)
  }

  private func makeConfiguration(_ logger: Logger) -> InstanceConfiguration {
    var configuration = InstanceConfiguration()
    configuration.arguments = [moduleName] + arguments
    // Its log and the host's are one stream: of one format, unless the module's environment has another.
    let format = logFormat.map { [ServerSettings.logFormat($0.rawValue)] } ?? []
    configuration.environment = lastOfEachName(format + variables)
    configuration.grants =
      listen.isEmpty ? ServerSettings(configuration.environment).grants : Grants(listen)
    configuration.connectGrants = ConnectGrants(allowConnect)
    configuration.maxConnections = maxConnections
    configuration.memoryLimit = memory.bytes
    configuration.socketMemory = Int32(clamping: socketMemory.bytes)
    configuration.readsStandardInput = readsStandardInput
    configuration.logger = logger
    return configuration
  }

  /// The last variable of each name, which is the one that counts: a guest's getenv would take the first.
  private func lastOfEachName(
    _ variables: [InstanceConfiguration.Variable]
  ) -> [InstanceConfiguration.Variable] {
    var names: Set<String> = []
    return Array(variables.reversed().filter { names.insert($0.name).inserted }.reversed())
  }

  /// Opens those of the standard streams that are closed: a socket would get such a descriptor, and the log
  /// would go to a client.
  private func openStandardStreams() {
    while true {
      let descriptor = open("/dev/null", O_RDWR)
      guard 0...2 ~= descriptor else {
        if descriptor > 2 { close(descriptor) }
        return
      }
    }
  }

  /// The listening sockets that systemd has passed on (sd_listen_fds(3)).
  private func inheritedSockets() throws(HostError) -> [InheritedSocket] {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    guard let process = variable("LISTEN_PID").flatMap({ Int32($0) }), process == getpid(),
      let count = variable("LISTEN_FDS").flatMap({ Int32($0) }), count > 0
    else { return [] }
    let names = (variable("LISTEN_FDNAMES") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    var sockets: [InheritedSocket] = []
    for place in 0..<min(Int(count), 1024) {
      sockets.append(
        try InheritedSocket(
          descriptor: 3 + Int32(place), name: place < names.count ? String(names[place]) : ""))
    }
    return sockets
  }

  /// Raises the soft limit of descriptors to the hard one, since each connection takes one: the usual soft
  /// limit of 1024 is for programs that use select(2).
  ///
  /// - Returns: the limit.
  private func raiseDescriptorLimit() -> UInt {
    let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(descriptors, &limit) == 0 else { return .max }
    let present = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    return setrlimit(descriptors, &limit) == 0 ? limit.rlim_max : present
  }

  /// Warns when the system's limit is less than what the connections of all workers can come to need.
  private func warn(
    of limit: UInt, for workers: Int, _ configuration: InstanceConfiguration
  ) {
    let each = connectionsOfEach(configuration.environment)
    let others = ServerSettings.otherDescriptors
    let needed = UInt(workers) * (UInt(each) + others)
    guard limit < needed else { return }
    configuration.logger.warning(
      "the limit of open descriptors is too low for all connections",
      metadata: [
        "limit": .stringConvertible(limit), "needed": .stringConvertible(needed),
        "workers": .stringConvertible(workers),
        "connections": .stringConvertible(each),
      ])
  }
}
