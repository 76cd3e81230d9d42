import CWasmtime

/// A compiled module, which all instances share, on any thread.
public final class Module: Sendable {
  let engine: Engine
  let handle: EngineObject
  let imports: [Import]
  /// The module's shape; nil for a module that was loaded as compiled code.
  let shape: ModuleShape?

  /// Takes ownership of the engine's object.
  private init(_ pointer: OpaquePointer, engine: Engine, shape: ModuleShape? = nil) {
    self.engine = engine
    self.shape = shape
    handle = EngineObject(pointer, delete: wasmtime_module_delete)
    imports = Import.all(of: pointer)
  }

  /// Compiles a module, which takes tens of milliseconds.
  ///
  /// - Parameter path: the file's name, for messages.
  /// - Throws: `notAModule`, `excessive`.
  public convenience init(
    compiling bytes: UnsafeRawBufferPointer, path: String, engine: Engine
  ) throws(HostError) {
    try Module.checkPreamble(bytes, path: path)
    let shape: ModuleShape
    do throws(ModuleLimits.Excess) {
      shape = try ModuleLimits.shape(of: bytes)
    } catch {
      throw .excessive(path: path, reason: error.reason)
    }
    var pointer: OpaquePointer?
    func compile(_ bytes: UnsafeRawBufferPointer) -> OpaquePointer? {
      wasmtime_module_new(
        engine.handle.pointer, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &pointer)
    }
    let error =
      if let stripped = ModuleNames.stripped(bytes) {
        stripped.withUnsafeBytes(compile)
      } else {
        compile(bytes)
      }
    if let error {
      let reason = String(consumingError: error)
      if let resource = Engine.missingResource { throw .shortage(of: resource, reason: reason) }
      throw .notAModule(path: path, reason: reason)
    }
    guard let pointer else { throw .engine("returned no module") }
    self.init(pointer, engine: engine, shape: shape)
  }

  /// Loads what `withSerialized` gave; nil when the engine refuses it.
  ///
  /// The bytes become native code without a check, so they must come from a place that only this user can write to.
  convenience init?(deserializing bytes: UnsafeRawBufferPointer, engine: Engine) {
    var pointer: OpaquePointer?
    let error = wasmtime_module_deserialize(
      engine.handle.pointer, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &pointer)
    if let error { wasmtime_error_delete(error) }
    guard let pointer else { return nil }
    self.init(pointer, engine: engine)
  }

  /// Passes the compiled code to `body`; nil when the engine cannot give it.
  func withSerialized<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R? {
    var bytes = wasm_byte_vec_t()
    if let error = wasmtime_module_serialize(handle.pointer, &bytes) {
      wasmtime_error_delete(error)
      return nil
    }
    defer { wasm_byte_vec_delete(&bytes) }
    return body(UnsafeRawBufferPointer(bytes.bytes))
  }

  /// Checks a file's first octets, for messages that say what the file is. The engine would say "magic header not
  /// detected" of an object file and of a text alike.
  static func checkPreamble(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(HostError) {
    guard let reason = FileKind(bytes).refusal else { return }
    throw .notAModule(path: path, reason: reason)
  }
}
