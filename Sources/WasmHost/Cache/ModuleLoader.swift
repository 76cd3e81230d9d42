import Glibc
import Logging

/// Where a module's code came from.
public enum CacheResult: String, Sendable {
  case hit, miss, off
  /// The module's file contained the code (`wasm-serve compile`).
  case precompiled
}

/// A module that can be run, and the file that it came from.
public struct LoadedModule: Sendable {
  /// The file, as it was read.
  public struct Origin: Sendable {
    public let result: CacheResult
    fileprivate let file: FileContent

    /// The SHA-256 of the whole file, as sha256sum(1) prints it: 64 digits. Computing it takes milliseconds.
    public var digest: String { file.withBytes { WasmHost.digest(of: $0) } }

    /// Whether the file contains compiled code beside the module, used or not.
    public var containsNativeCode: Bool { file.withBytes { ModuleCacheEntry.isEntry($0) } }
  }

  public let module: Module
  public let origin: Origin
  /// The names of its functions in a file beside it; nil without one.
  public let functionNames: FunctionNames?

  fileprivate init(
    _ module: Module, _ result: CacheResult, _ file: FileContent, _ names: FunctionNames?
  ) {
    self.module = module
    origin = Origin(result: result, file: file)
    functionNames = names
  }
}

extension Module {
  /// Reads a module file and makes it runnable, from the cache if there is one.
  ///
  /// A file that `precompile` has written contains native code, which no sandbox holds. That code is run only if the
  /// caller allows it, only this user or root can have written the file, and the code fits this engine. Otherwise
  /// the module in the file is compiled.
  ///
  /// - Parameter logger: told why compiled code or a file with names is not used. Without it, the names are not read.
  /// - Throws: `unreadable`, `notAModule`.
  public static func load(
    path: String, engine: Engine, cache: ModuleCache?, allowsPrecompiled: Bool = false,
    logger: Logger? = nil
  ) throws(HostError) -> LoadedModule {
    try withModule(path) { (bytes, file, entry) throws(HostError) in
      let names = logger.flatMap {
        FunctionNames.load(besideModule: path, of: bytes, logger: $0)
      }
      if let entry {
        if allowsPrecompiled, file.distrust == nil,
          let code = ModuleCacheEntry.code(in: entry, for: bytes),
          let module = Module(deserializing: code, engine: engine)
        {
          return LoadedModule(module, .precompiled, file, names)
        }
        let reason =
          if !allowsPrecompiled {
            "it runs only with --allow-precompiled"
          } else if let distrust = file.distrust {
            distrust
          } else if !ModuleCacheEntry.isForThisEngine(entry) {
            "it is for another engine, or for other settings"
          } else {
            "it is damaged, or for another kind of processor"
          }
        logger?.warning(
          "the native code in the file is not used, the module beside it is compiled",
          metadata: ["file": "\(path)", "reason": "\(reason)"])
      }
      guard let cache else {
        return LoadedModule(
          try Module(compiling: bytes, path: path, engine: engine), .off, file, names)
      }
      if let module = cache.load(bytes, engine: engine) {
        return LoadedModule(module, .hit, file, names)
      }
      let module = try Module(compiling: bytes, path: path, engine: engine)
      cache.store(module, for: bytes)
      return LoadedModule(module, .miss, file, names)
    }
  }

  /// Compiles a module and writes both to a file that `load` takes.
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

  private static func unreadable(_ path: String, _ error: SystemError) -> HostError {
    switch error.number {
    case EFBIG:
      .excessive(path: path, reason: "the file has more than \(ModuleLimits.file >> 20) MiB")
    case EINVAL: .unreadable(path: path, reason: "it is no file")
    default: .unreadable(path: path, reason: error.description)
    }
  }

  /// Passes the bytes of a file's module to `body`, and the whole file if it contains compiled code too.
  static func withModule<R>(
    _ path: String,
    _ body: (
      _ module: UnsafeRawBufferPointer, _ file: FileContent, _ entry: UnsafeRawBufferPointer?
    ) throws(HostError) -> R
  ) throws(HostError) -> R {
    let file: FileContent
    do throws(SystemError) {
      file = try FileContent(path: path, atMost: ModuleLimits.file)
    } catch {
      throw error.shortage ?? unreadable(path, error)
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
