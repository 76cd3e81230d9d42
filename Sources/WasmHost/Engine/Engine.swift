import CWasmtime
import Glibc

/// One engine per process: the settings that compiled code depends on.
public final class Engine: Sendable {
  let handle: EngineObject
  /// How long a guest may compute between two waits, in nanoseconds; 0 for as long as it likes.
  let handlerTimeout: UInt64

  /// Names everything that `init` sets; compiled code of other settings is not loaded
  /// (`ModuleCache`).
  static var fingerprint: String {
    "speed;reservation=4g;guard=32m;fixed;no-unwind-info;epochs;\(Proposals.names)"
  }

  /// The release of the engine that this host was built for.
  public static let version = WASMTIME_VERSION

  /// How much address space is reserved for a linear memory, and how much is behind it.
  private static let reservation = 4 << 30
  private static let guardSize = 32 << 20

  /// What of an instance's needs the system does not have just now: what tells a shortage from a
  /// module that asks for too much. Tried, as the engine's errors are texts.
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
  ///   - handlerTimeout: how long a guest may compute without waiting for anything before it is
  ///     ended, in nanoseconds, to a tenth; 0 for as long as it likes.
  ///   - isPortable: whether it compiles for every processor of this architecture, and not for those
  ///     alone that have what this one has.
  public init(handlerTimeout: UInt64 = 0, isPortable: Bool = false) throws(HostError) {
    self.handlerTimeout = handlerTimeout
    guard let config = wasm_config_new() else { throw .engine("cannot be configured") }
    wasmtime_config_cranelift_opt_level_set(config, UInt8(WASMTIME_OPT_LEVEL_SPEED))
    // The whole 32-bit address space is reserved, so bounds checks are the MMU's work, and growth
    // never moves the memory: GuestMemory relies on it.
    wasmtime_config_memory_reservation_set(config, UInt64(Engine.reservation))
    wasmtime_config_memory_guard_size_set(config, UInt64(Engine.guardSize))
    wasmtime_config_memory_may_move_set(config, false)
    // On the thread that asks for it. The engine's pool of threads ends the process where it cannot
    // have them (SIGABRT), which a reload near a limit must not do to the service.
    wasmtime_config_parallel_compilation_set(config, false)
    // Only native debuggers and profilers would read it.
    wasmtime_config_native_unwind_info_set(config, false)
    if isPortable, let error = wasmtime_config_target_set(config, Engine.portableTarget) {
      throw .engine("does not compile for others: \(String(consumingError: error))")
    }
    // Each loop and each function looks whether the guest is to end (`interrupt`): without it, one that
    // computes for ever could not be ended, and would take a core until the process ends.
    wasmtime_config_epoch_interruption_set(config, true)
    Proposals.configure(config)
    guard let engine = wasm_engine_new_with_config(config) else {
      throw .engine("does not start")
    }
    handle = EngineObject(engine, delete: wasm_engine_delete)
    if handlerTimeout > 0 { try startTicking(every: max(handlerTimeout / 10, 100_000)) }
  }

  /// Has all guests that compute look whether they are to end (`Instance.mayCompute`).
  func interrupt() { wasmtime_engine_increment_epoch(handle.pointer) }

  /// The engine's clock, for as long as it is there.
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

/// Owns an object of the engine that may be used from any thread: Wasmtime documents engines and
/// modules as such, which the compiler cannot know. (Stores and what lives in them are not: see
/// `Instance`.)
final class EngineObject: @unchecked Sendable {
  let pointer: OpaquePointer
  private let delete: @Sendable (OpaquePointer) -> Void

  init(_ pointer: OpaquePointer, delete: @escaping @Sendable (OpaquePointer) -> Void) {
    self.pointer = pointer
    self.delete = delete
  }

  deinit { delete(pointer) }
}
