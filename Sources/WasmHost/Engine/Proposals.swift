import CWasmtime

/// Which of WebAssembly's proposals a module may use: those that compilers for wasip1 and WasmEdge use by default.
///
/// A module that needs another one is refused when it is compiled, and the engine's message names the proposal.
/// (Sign extension, saturating conversions and mutable globals are always on.) Each proposal is more code in the
/// engine that can be wrong, and memories, tables or threads from another proposal would need limits of their own.
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
    // (Without it, function references are the only reference type. This host gives a guest no others.)
    wasmtime_config_gc_support_set,
  ]

  static var names: String { allowed.map(\.name).joined(separator: ",") }

  static func configure(_ config: OpaquePointer) {
    for setter in refused { setter(config, false) }
    for (_, setter) in allowed { setter(config, true) }
  }
}
