// The part of Wasmtime's C API that the host uses, and no more.
//
// The engine is distributed as one shared library without headers. These declarations follow the
// C API of the release named below (wasm.h, wasmtime.h); names, types and layouts are the engine's
// own. An engine of another release needs this file checked against it.

#ifndef CWASMTIME_WASMTIME_H
#define CWASMTIME_WASMTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WASMTIME_VERSION "50.0.1"

// MARK: Vectors and names (wasm.h)

typedef struct wasm_byte_vec_t {
  size_t size;
  uint8_t *data;
} wasm_byte_vec_t;
typedef wasm_byte_vec_t wasm_name_t;

void wasm_byte_vec_delete(wasm_byte_vec_t *);

// MARK: Engine and configuration

typedef struct wasm_config_t wasm_config_t;
typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasmtime_error wasmtime_error_t;

#define WASMTIME_OPT_LEVEL_SPEED 1

wasm_config_t *wasm_config_new(void);
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);  // takes the config
void wasm_engine_delete(wasm_engine_t *);
void wasmtime_engine_increment_epoch(wasm_engine_t *);

void wasmtime_config_cranelift_opt_level_set(wasm_config_t *, uint8_t);
void wasmtime_config_memory_may_move_set(wasm_config_t *, bool);
void wasmtime_config_memory_reservation_set(wasm_config_t *, uint64_t);
void wasmtime_config_memory_guard_size_set(wasm_config_t *, uint64_t);
void wasmtime_config_epoch_interruption_set(wasm_config_t *, bool);
void wasmtime_config_native_unwind_info_set(wasm_config_t *, bool);
void wasmtime_config_wasm_multi_value_set(wasm_config_t *, bool);
void wasmtime_config_wasm_bulk_memory_set(wasm_config_t *, bool);
void wasmtime_config_wasm_reference_types_set(wasm_config_t *, bool);
void wasmtime_config_wasm_simd_set(wasm_config_t *, bool);
void wasmtime_config_gc_support_set(wasm_config_t *, bool);
void wasmtime_config_wasm_threads_set(wasm_config_t *, bool);
void wasmtime_config_shared_memory_set(wasm_config_t *, bool);
void wasmtime_config_wasm_tail_call_set(wasm_config_t *, bool);
void wasmtime_config_wasm_function_references_set(wasm_config_t *, bool);
void wasmtime_config_wasm_gc_set(wasm_config_t *, bool);
void wasmtime_config_wasm_relaxed_simd_set(wasm_config_t *, bool);
void wasmtime_config_wasm_multi_memory_set(wasm_config_t *, bool);
void wasmtime_config_wasm_memory64_set(wasm_config_t *, bool);
void wasmtime_config_wasm_wide_arithmetic_set(wasm_config_t *, bool);
void wasmtime_config_wasm_exceptions_set(wasm_config_t *, bool);
void wasmtime_config_wasm_custom_page_sizes_set(wasm_config_t *, bool);
void wasmtime_config_wasm_stack_switching_set(wasm_config_t *, bool);
void wasmtime_config_wasm_compact_imports_set(wasm_config_t *, bool);
void wasmtime_config_parallel_compilation_set(wasm_config_t *, bool);
wasmtime_error_t *wasmtime_config_target_set(wasm_config_t *, const char *triple);

void wasmtime_error_message(const wasmtime_error_t *, wasm_name_t *out);
void wasmtime_error_delete(wasmtime_error_t *);
wasmtime_error_t *wasmtime_error_new(const char *);

// MARK: Types

typedef struct wasm_valtype_t wasm_valtype_t;
typedef struct wasm_functype_t wasm_functype_t;
typedef struct wasm_externtype_t wasm_externtype_t;
typedef struct wasm_importtype_t wasm_importtype_t;

typedef struct wasm_valtype_vec_t {
  size_t size;
  wasm_valtype_t **data;
} wasm_valtype_vec_t;

typedef struct wasm_importtype_vec_t {
  size_t size;
  wasm_importtype_t **data;
} wasm_importtype_vec_t;

#define WASM_I32 0
#define WASM_I64 1
#define WASM_F32 2
#define WASM_F64 3

wasm_valtype_t *wasm_valtype_new(uint8_t kind);
uint8_t wasm_valtype_kind(const wasm_valtype_t *);
void wasm_valtype_vec_new(wasm_valtype_vec_t *out, size_t, wasm_valtype_t *const *);

// Takes both vectors.
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *params, wasm_valtype_vec_t *results);
void wasm_functype_delete(wasm_functype_t *);
const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *);
const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *);

#define WASM_EXTERN_FUNC 0
#define WASM_EXTERN_GLOBAL 1
#define WASM_EXTERN_TABLE 2
#define WASM_EXTERN_MEMORY 3

uint8_t wasm_externtype_kind(const wasm_externtype_t *);
const wasm_functype_t *wasm_externtype_as_functype_const(const wasm_externtype_t *);

const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *);
const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *);
const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *);
void wasm_importtype_vec_delete(wasm_importtype_vec_t *);

typedef struct wasm_exporttype_t wasm_exporttype_t;

typedef struct wasm_exporttype_vec_t {
  size_t size;
  wasm_exporttype_t **data;
} wasm_exporttype_vec_t;

const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *);
const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *);
void wasm_exporttype_vec_delete(wasm_exporttype_vec_t *);

typedef struct wasm_memorytype_t wasm_memorytype_t;

const wasm_memorytype_t *wasm_externtype_as_memorytype_const(const wasm_externtype_t *);
// In pages.
uint64_t wasmtime_memorytype_minimum(const wasm_memorytype_t *);
bool wasmtime_memorytype_maximum(const wasm_memorytype_t *, uint64_t *out);
uint64_t wasmtime_memorytype_page_size(const wasm_memorytype_t *);

// MARK: Modules

typedef struct wasmtime_module wasmtime_module_t;

wasmtime_error_t *wasmtime_module_new(
    wasm_engine_t *, const uint8_t *wasm, size_t, wasmtime_module_t **out);
void wasmtime_module_delete(wasmtime_module_t *);
void wasmtime_module_imports(const wasmtime_module_t *, wasm_importtype_vec_t *out);
void wasmtime_module_exports(const wasmtime_module_t *, wasm_exporttype_vec_t *out);
wasmtime_error_t *wasmtime_module_serialize(wasmtime_module_t *, wasm_byte_vec_t *out);
wasmtime_error_t *wasmtime_module_deserialize(
    wasm_engine_t *, const uint8_t *, size_t, wasmtime_module_t **out);
wasmtime_error_t *wasmtime_wat2wasm(const char *wat, size_t, wasm_byte_vec_t *out);

// MARK: Stores

typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;

wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *data, void (*finalizer)(void *));
void wasmtime_store_delete(wasmtime_store_t *);
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
// A negative limit is no limit.
void wasmtime_store_limiter(
    wasmtime_store_t *, int64_t memory_size, int64_t table_elements, int64_t instances,
    int64_t tables, int64_t memories);

// In ticks of the engine from now.
void wasmtime_context_set_epoch_deadline(wasmtime_context_t *, uint64_t);
// Called in the guest's thread when it computes beyond the deadline: answers with an error, which ends it, or
// sets a new deadline in ticks from now. (The kind of update stays 0, "continue".)
void wasmtime_store_epoch_deadline_callback(
    wasmtime_store_t *,
    wasmtime_error_t *(*)(wasmtime_context_t *, void *data, uint64_t *ticks, uint8_t *kind),
    void *data, void (*finalizer)(void *));

// MARK: Externs

typedef struct wasmtime_func {
  uint64_t store_id;
  void *__private;
} wasmtime_func_t;

typedef struct wasmtime_table {
  struct {
    uint64_t store_id;
    uint32_t __private1;
  };
  uint32_t __private2;
} wasmtime_table_t;

typedef struct wasmtime_memory {
  struct {
    uint64_t store_id;
    uint32_t __private1;
  };
  uint32_t __private2;
} wasmtime_memory_t;

typedef struct wasmtime_global {
  uint64_t store_id;
  uint32_t __private1;
  uint32_t __private2;
  uint32_t __private3;
} wasmtime_global_t;

typedef struct wasmtime_tag {
  struct {
    uint64_t store_id;
    uint32_t __private1;
    uint32_t __private2;
  };
  uint32_t __private3;
} wasmtime_tag_t;

#define WASMTIME_EXTERN_FUNC 0
#define WASMTIME_EXTERN_MEMORY 3

typedef struct wasmtime_extern {
  uint8_t kind;
  union {
    wasmtime_func_t func;
    wasmtime_global_t global;
    wasmtime_table_t table;
    wasmtime_memory_t memory;
    void *sharedmemory;
    wasmtime_tag_t tag;
  } of;
} wasmtime_extern_t;

void wasmtime_extern_delete(wasmtime_extern_t *);

uint8_t *wasmtime_memory_data(const wasmtime_context_t *, const wasmtime_memory_t *);
size_t wasmtime_memory_data_size(const wasmtime_context_t *, const wasmtime_memory_t *);

// MARK: Functions

typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasmtime_caller wasmtime_caller_t;

typedef union wasmtime_val_raw {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  uint8_t v128[16];
  void *funcref;
} wasmtime_val_raw_t;

// Parameters come in, and results go out, in the same array.
typedef wasm_trap_t *(*wasmtime_func_unchecked_callback_t)(
    void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *args_and_results, size_t);

void wasmtime_func_new_unchecked(
    wasmtime_context_t *, const wasm_functype_t *, wasmtime_func_unchecked_callback_t, void *env,
    void (*finalizer)(void *), wasmtime_func_t *out);
wasmtime_error_t *wasmtime_func_call_unchecked(
    wasmtime_context_t *, const wasmtime_func_t *, wasmtime_val_raw_t *args_and_results, size_t,
    wasm_trap_t **trap);
bool wasmtime_caller_export_get(
    wasmtime_caller_t *, const char *name, size_t, wasmtime_extern_t *item);

// MARK: Instances

typedef struct wasmtime_instance {
  uint64_t store_id;
  size_t __private;
} wasmtime_instance_t;

// Imports are given in the module's order.
wasmtime_error_t *wasmtime_instance_new(
    wasmtime_context_t *, const wasmtime_module_t *, const wasmtime_extern_t *imports, size_t,
    wasmtime_instance_t *, wasm_trap_t **trap);
bool wasmtime_instance_export_get(
    wasmtime_context_t *, const wasmtime_instance_t *, const char *name, size_t,
    wasmtime_extern_t *item);

// MARK: Traps

typedef struct wasm_frame_t wasm_frame_t;

typedef struct wasm_frame_vec_t {
  size_t size;
  wasm_frame_t **data;
} wasm_frame_vec_t;

wasm_trap_t *wasmtime_trap_new(const char *message, size_t);
void wasm_trap_delete(wasm_trap_t *);

void wasm_trap_message(const wasm_trap_t *, wasm_name_t *out);  // ends in a NUL
void wasm_trap_trace(const wasm_trap_t *, wasm_frame_vec_t *out);
void wasmtime_error_wasm_trace(const wasmtime_error_t *, wasm_frame_vec_t *out);
void wasm_frame_vec_delete(wasm_frame_vec_t *);
uint32_t wasm_frame_func_index(const wasm_frame_t *);
size_t wasm_frame_module_offset(const wasm_frame_t *);
const wasm_name_t *wasmtime_frame_func_name(const wasm_frame_t *);  // may be NULL

#endif
