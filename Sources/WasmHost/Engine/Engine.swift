import CWasmtime
import Glibc

/// The engine, one for each process, with the settings that compiled code depends on.
public final class Engine: Sendable {
  let handle: EngineObject
  /// How long a guest may compute between two waits, in nanoseconds; 0 for no limit.
  let handlerTimeout: UInt64

  /// The name of all that `init` sets. Code that was compiled with other settings is not loaded
  /// (`ModuleCache`).
  static var fingerprint: String {
    "speed;reservation=4g;guard=32m;fixed;no-unwind-info;epochs;\(Proposals.names)"
  }

  /// The release of the engine that this host was built for.
  public static let version = WASMTIME_VERSION

  /// How much address space is reserved for a linear memory, and how much is behind it.
  private static let reservation = 4 << 30
  private static let guardSize = 32 << 20

  /// A resource that an instance needs and the system has no more of at present; nil when it has all of them.
  ///
  /// This tells a shortage from a module that asks for too much. The engine's errors are texts, so the resources
  /// are tried.
  static var missingResource: String? {
    let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "descriptor" }
    close(descriptor)
    let size = reservation + guardSize
    guard let address = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { return "memory" }
    munmap(address, size)
    return nil
  }

  private static var portableTarget: String {
    #if arch(x86_64)
      "x86_64-unknown-linux-gnu"
    #else
      "aarch64-unknown-linux-gnu"
    #endif
  }

  /// - Parameters:
  ///   - handlerTimeout: how long a guest may compute without waiting before it is ended, in nanoseconds, kept
  ///     to a tenth; 0 for no limit.
  ///   - isPortable: whether compiled code runs on every processor of this architecture, instead of those that
  ///     have the extensions of this one.
  public init(handlerTimeout: UInt64 = 0, isPortable: Bool = false) throws(HostError) {
    self.handlerTimeout = handlerTimeout
    guard let config = wasm_config_new() else { throw .engine("cannot be configured") }
    wasmtime_config_cranelift_opt_level_set(config, UInt8(WASMTIME_OPT_LEVEL_SPEED))
    // The whole 32-bit address space is reserved, so bounds checks are the MMU's work, and growth
    // never moves the memory: GuestMemory relies on it.
    wasmtime_config_memory_reservation_set(config, UInt64(Engine.reservation))
    wasmtime_config_memory_guard_size_set(config, UInt64(Engine.guardSize))
    wasmtime_config_memory_may_move_set(config, false)
    // Compile on the calling thread. The engine's thread pool aborts the process (SIGABRT) when it cannot start
    // its threads, and a reload near a limit must not end the service.
    wasmtime_config_parallel_compilation_set(config, false)
    // Only native debuggers and profilers read unwind tables.
    wasmtime_config_native_unwind_info_set(config, false)
    if isPortable, let error = wasmtime_config_target_set(config, Engine.portableTarget) {
      throw .engine("does not compile portable code: \(String(consumingError: error))")
    }
    // Compiled loops and functions check whether the guest is to end (`interrupt`). Without the check a guest that
    // loops forever would keep a core until the process ends.
    wasmtime_config_epoch_interruption_set(config, true)
    Proposals.configure(config)
    guard let engine = wasm_engine_new_with_config(config) else {
      throw .engine("does not start")
    }
    handle = EngineObject(engine, delete: wasm_engine_delete)
    if handlerTimeout > 0 { try startTicking(every: max(handlerTimeout / 10, 100_000)) }
  }

  /// Makes all guests that compute check whether they are to end (`Instance.mayCompute`).
  func interrupt() { wasmtime_engine_increment_epoch(handle.pointer) }

  /// Advances the engine's epoch at an interval, on a thread that ends with the engine.
  private func startTicking(every interval: UInt64) throws(HostError) {
    let pause = timespec(
      tv_sec: Int(interval / 1_000_000_000), tv_nsec: Int(interval % 1_000_000_000))
    try startThread { [weak handle] in
      var pause = pause
      while true {
        nanosleep(&pause, nil)
        guard let handle else { return }
        wasmtime_engine_increment_epoch(handle.pointer)
      }
    }
  }
}

/// Owns an object of the engine that any thread may use. Wasmtime documents this of engines and modules, which the
/// compiler cannot know. (Stores and their contents belong to one thread: see `Instance`.)
final class EngineObject: @unchecked Sendable {
  let pointer: OpaquePointer
  private let delete: @Sendable (OpaquePointer) -> Void

  init(_ pointer: OpaquePointer, delete: @escaping @Sendable (OpaquePointer) -> Void) {
    self.pointer = pointer
    self.delete = delete
  }

  deinit { delete(pointer) }
}
