import CWasmtime

/// Which of WebAssembly's later proposals a module may use: what compilers for wasip1 and WasmEdge emit when
/// nobody asks for more. All others are refused when the module is compiled; the engine's message names
/// the one that is missing. (Sign extension, saturating conversions and mutable globals are always there.)
///
/// More code in the engine is more that can be wrong with it, and each of memory, tables and threads that a
/// guest gets by another proposal would need a limit of its own.
enum Proposals {
  private typealias Setter = @convention(c) (OpaquePointer?, Bool) -> Void

  private static let allowed: [(name: String, set: Setter)] = [
    ("multi-value", wasmtime_config_wasm_multi_value_set),
    ("bulk-memory", wasmtime_config_wasm_bulk_memory_set),
    ("reference-types", wasmtime_config_wasm_reference_types_set),
    ("simd", wasmtime_config_wasm_simd_set),
  ]

  private static let refused: [Setter] = [
    wasmtime_config_wasm_threads_set, wasmtime_config_shared_memory_set,
    wasmtime_config_wasm_tail_call_set, wasmtime_config_wasm_function_references_set,
    wasmtime_config_wasm_gc_set, wasmtime_config_wasm_relaxed_simd_set,
    wasmtime_config_wasm_multi_memory_set, wasmtime_config_wasm_memory64_set,
    wasmtime_config_wasm_wide_arithmetic_set, wasmtime_config_wasm_exceptions_set,
    wasmtime_config_wasm_custom_page_sizes_set, wasmtime_config_wasm_stack_switching_set,
    wasmtime_config_wasm_compact_imports_set,
    // (Of the reference types this leaves functions; nothing here could give a guest another.)
    wasmtime_config_gc_support_set,
  ]

  static var names: String { allowed.map(\.name).joined(separator: ",") }

  static func configure(_ config: OpaquePointer) {
    for setter in refused { setter(config, false) }
    for (_, setter) in allowed { setter(config, true) }
  }
}
