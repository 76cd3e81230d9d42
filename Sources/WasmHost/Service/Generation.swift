/// The instances of one module: a worker each. A service has one, and for a while two when a module
/// takes the place of another.
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

  /// Ends its instances, whatever they do.
  public func terminate() {
    // In this order: an instance that is asked finds that it is to end.
    drain.terminate()
    module.engine.interrupt()
  }
}
