/// The instances of one module: a worker each. A service has one, and for a while two when a module
/// takes the place of another.
public final class Generation {
  public let number: Int
  public let drain: Drain
  /// Workers whose end has not been reported.
  public private(set) var running = 0
  /// Where its sockets listen, in the order in which they were opened.
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

  /// To be called when an instance waits for connections. The first one has opened its sockets: now
  /// the other workers start, which are to have the same, on the same ports where the kernel has
  /// chosen them.
  ///
  /// - Throws: `shortage`, when one of them cannot be started.
  public func noteWaiting(_ worker: Int) throws(HostError) {
    ready.insert(worker)
    while started < workers { try start(started) }
  }

  /// Whether all workers have an instance that waits for connections, or had one.
  public var isReady: Bool { ready.count == workers }

  /// Ends its instances, whatever they do.
  public func terminate() {
    // In this order: an instance that is asked finds that it is to end.
    drain.terminate()
    module.engine.interrupt()
  }

  /// To be called for each end that is reported.
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
