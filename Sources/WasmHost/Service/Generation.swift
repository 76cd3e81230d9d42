/// The workers that run one module. A service has one generation, and two while a module replaces another.
public final class Generation {
  public let number: Int
  public let drain: Drain
  private let module: Module
  private let configuration: InstanceConfiguration
  private let report: @Sendable (_ generation: Int, _ worker: Int, Worker.Event) -> Void

  /// Has no workers yet.
  ///
  /// - Parameter report: called on the workers' threads.
  /// - Throws: `shortage`.
  public init(
    number: Int, module: Module, configuration: InstanceConfiguration,
    report: @escaping @Sendable (_ generation: Int, _ worker: Int, Worker.Event) -> Void
  ) throws(HostError) {
    self.number = number
    self.module = module
    self.configuration = configuration
    self.report = report
    drain = try Drain()
  }

  /// Starts a worker, which reports its end when it comes to it.
  ///
  /// - Throws: `shortage`.
  public func start(_ worker: Int) throws(HostError) {
    var configuration = configuration
    configuration.user.generation = number
    configuration.user.worker = worker
    _ = try Worker(
      module: module, configuration: configuration, drain: drain, restarts: true
    ) { [number, report] event in report(number, worker, event) }
  }

  /// Ends the instances, whatever they do.
  public func terminate() {
    // In this order, so that an instance finds the request when the engine makes it check.
    drain.terminate()
    module.engine.interrupt()
  }
}
