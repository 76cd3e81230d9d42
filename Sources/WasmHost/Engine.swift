import CWasmtime

/// One engine per process: the settings that compiled code depends on.
public final class Engine: Sendable {
  let handle: EngineObject

  /// Names everything that `init` sets; compiled code of other settings is not loaded
  /// (`ModuleCache`).
  static let fingerprint = "speed;reservation=4g;guard=32m;fixed;no-unwind-info"

  /// The release of the engine that this host was built for.
  public static let version = WASMTIME_VERSION

  public init() throws(HostError) {
    guard let config = wasm_config_new() else { throw .engine("cannot be configured") }
    wasmtime_config_cranelift_opt_level_set(config, UInt8(WASMTIME_OPT_LEVEL_SPEED))
    // The whole 32-bit address space is reserved, so bounds checks are the MMU's work, and growth
    // never moves the memory: GuestMemory relies on it.
    wasmtime_config_memory_reservation_set(config, 4 << 30)
    wasmtime_config_memory_guard_size_set(config, 32 << 20)
    wasmtime_config_memory_may_move_set(config, false)
    // Only native debuggers and profilers would read it.
    wasmtime_config_native_unwind_info_set(config, false)
    guard let engine = wasm_engine_new_with_config(config) else {
      throw .engine("does not start")
    }
    handle = EngineObject(engine, delete: wasm_engine_delete)
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
