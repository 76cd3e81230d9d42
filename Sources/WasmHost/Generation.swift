/// The instances of one module: a worker each. A service has one, and for a while two when a module
/// takes the place of another.
public final class Generation {
  public let number: Int
  public let drain: Drain
  /// Workers whose end has not been reported.
  public private(set) var running = 0

  private var started = 0
  private let module: Module
  private let configuration: InstanceConfiguration
  private let workers: Int
  private let report: @Sendable (_ generation: Int, _ worker: Int, Worker.Event) -> Void

  /// Starts the first worker, whose instance shows whether the module is any good.
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

  /// Starts the other workers; a second time does nothing.
  public func startOthers() throws(HostError) {
    while started < workers { try start(started) }
  }

  /// To be called for each end that is reported.
  public func noteEnd() { running -= 1 }

  private func start(_ worker: Int) throws(HostError) {
    started += 1
    var configuration = configuration
    configuration.worker = worker
    _ = try Worker(
      module: module, configuration: configuration, drain: drain, restarts: true
    ) { [number, report] event in report(number, worker, event) }
    running += 1
  }
}
