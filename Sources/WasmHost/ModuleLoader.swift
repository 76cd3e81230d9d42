import Logging

/// Where a module's code came from.
public enum CacheResult: String, Sendable {
  case hit, miss, off
  /// The file itself had it (`wasm-serve compile`).
  case precompiled
}

extension Module {
  /// Reads a module file and makes it runnable, from the cache if there is one.
  ///
  /// A file that `precompile` has written brings its code along. That is run only when nobody else
  /// can have written it, and when it fits this engine: else the module in the file is what counts.
  ///
  /// - Throws: `unreadable`, `notAModule`.
  public static func load(
    path: String, engine: Engine, cache: ModuleCache?, logger: Logger? = nil
  ) throws(HostError) -> (Module, CacheResult) {
    try withModule(path) { (bytes, file, entry) throws(HostError) in
      if let entry {
        let reason: String
        if let distrust = file.distrust {
          reason = distrust
        } else if !ModuleCacheEntry.isCompiled(entry, for: engine) {
          reason = "it is for another engine, or for other settings"
        } else if let code = ModuleCacheEntry.code(in: entry, for: bytes, engine: engine),
          let module = Module(deserializing: code, engine: engine)
        {
          return (module, .precompiled)
        } else {
          reason = "it is damaged, or for another kind of processor"
        }
        logger?.warning(
          "the compiled code is not used, the module is compiled anew",
          metadata: ["file": "\(path)", "reason": "\(reason)"])
      }
      guard let cache else {
        return (try Module(compiling: bytes, path: path, engine: engine), .off)
      }
      if let module = cache.load(bytes, engine: engine) { return (module, .hit) }
      let module = try Module(compiling: bytes, path: path, engine: engine)
      cache.store(module, for: bytes)
      return (module, .miss)
    }
  }

  /// Compiles a module and writes it with its code: a file that `load` takes.
  ///
  /// - Throws: `unreadable`, `notAModule`, `unwritable`.
  public static func precompile(
    path: String, to output: String, engine: Engine
  ) throws(HostError) {
    try withModule(path) { (bytes, _, _) throws(HostError) in
      let module = try Module(compiling: bytes, path: path, engine: engine)
      do throws(SystemError) {
        try ModuleCacheEntry.write(module, for: bytes, to: output, mode: 0o644)
      } catch {
        throw .unwritable(path: output, reason: error.description)
      }
    }
  }

  /// The SHA-256 of a file's module, as sha256sum(1) has it.
  public static func digest(path: String) throws(HostError) -> String {
    try withModule(path) { (bytes, _, _) throws(HostError) in SHA256.digest(of: bytes) }
  }

  /// Passes on the bytes of a file's module, and the whole of the file if there is compiled code in
  /// it too.
  static func withModule<R>(
    _ path: String,
    _ body: (
      _ module: UnsafeRawBufferPointer, _ file: FileContent, _ entry: UnsafeRawBufferPointer?
    ) throws(HostError) -> R
  ) throws(HostError) -> R {
    let file: FileContent
    do throws(SystemError) {
      file = try FileContent(path: path, isCopied: true)
    } catch {
      throw error.shortage ?? .unreadable(path: path, reason: error.description)
    }
    return try file.withBytes { (bytes) throws(HostError) in
      guard ModuleCacheEntry.isEntry(bytes) else {
        try checkPreamble(bytes, path: path)
        return try body(bytes, file, nil)
      }
      guard let module = ModuleCacheEntry.module(in: bytes) else {
        throw .notAModule(path: path, reason: "the module in the compiled file is damaged")
      }
      try checkPreamble(module, path: path)
      return try body(module, file, bytes)
    }
  }
}
