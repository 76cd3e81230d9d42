/// The workers that run one module. A service has one generation, and two while a module replaces another.
public final class Generation {
  public let number: Int
  public let drain: Drain
  /// The number of workers whose end has not been reported.
  public private(set) var running = 0
  /// The addresses of its listening sockets, in the order in which they were opened.
  public var addresses: [String] = []

  private var started = 0
  private var ready: Set<Int> = []
  private let module: Module
  private let configuration: InstanceConfiguration
  private let workers: Int
  private let report: @Sendable (_ generation: Int, _ worker: Int, Worker.Event) -> Void

  /// Starts the first worker, whose instance shows whether the module can be run at all.
  ///
  /// - Throws: `shortage`.
  public init(
    number: Int, module: Module, configuration: InstanceConfiguration, workers: Int,
    report: @escaping @Sendable (_ generation: Int, _ worker: Int, Worker.Event) -> Void
  ) throws(HostError) {
    self.number = number
    self.module = module
    self.configuration = configuration
    self.workers = workers
    self.report = report
    drain = try Drain()
    try start(0)
  }

  /// Notes that an instance waits for connections. The first instance has then opened its sockets, and the other
  /// workers start. They get the same ones, on the same ports where the kernel has chosen them.
  ///
  /// - Throws: `shortage`, when a worker cannot be started.
  public func noteWaiting(_ worker: Int) throws(HostError) {
    ready.insert(worker)
    while started < workers { try start(started) }
  }

  /// Whether each worker has, or had, an instance that waits for connections.
  public var isReady: Bool { ready.count == workers }

  /// Ends the instances, whatever they do.
  public func terminate() {
    // In this order, so that an instance finds the request when the engine makes it check.
    drain.terminate()
    module.engine.interrupt()
  }

  /// Notes the end of a worker. Call it for each end that is reported.
  public func noteEnd() { running -= 1 }

  private func start(_ worker: Int) throws(HostError) {
    var configuration = configuration
    configuration.user.generation = number
    configuration.user.worker = worker
    _ = try Worker(
      module: module, configuration: configuration, drain: drain, restarts: true
    ) { [number, report] event in report(number, worker, event) }
    started += 1
    running += 1
  }
}
