import Glibc
import Synchronization

/// Runs one instance of a module on a thread of its own. Several workers are several of these over
/// one module.
public final class Worker: Sendable {
  public enum Ending: Sendable {
    case ended(Outcome)
    /// The module never ran.
    case refused(HostError)
  }

  private let ending = Mutex<Ending?>(nil)

  /// - Parameter didEnd: called on the worker's thread as the last thing it does.
  public init(
    module: Module, configuration: InstanceConfiguration, drain: Drain,
    didEnd: @escaping @Sendable () -> Void
  ) throws(HostError) {
    try startThread { [self] in
      let result = Worker.run(module, configuration, drain)
      ending.withLock { $0 = result }
      didEnd()
    }
  }

  /// Nil while it runs.
  public var result: Ending? { ending.withLock { $0 } }

  private static func run(
    _ module: Module, _ configuration: InstanceConfiguration, _ drain: Drain
  ) -> Ending {
    do throws(HostError) {
      let instance = try Instance(module, configuration: configuration, drain: drain)
      return .ended(try instance.run())
    } catch {
      return .refused(error)
    }
  }
}

/// Starts a detached thread. It inherits the signal mask of the caller.
///
/// Its stack does not depend on the user's limit: the engine lets a module use 512 KiB of it.
func startThread(_ body: @escaping @Sendable () -> Void) throws(HostError) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  pthread_attr_setstacksize(&attributes, 4 << 20)
  var thread = pthread_t()
  let result = pthread_create(
    &thread, &attributes,
    { argument in
      if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  guard result == 0 else {
    box.release()
    throw .engine("has no thread: \(describe(error: result))")
  }
}
