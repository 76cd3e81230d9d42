import Glibc
import Logging
import WasmHost

/// A module, and where its code came from.
struct LoadedModule: Sendable {
  let module: Module
  let result: CacheResult
}

/// The file that the module comes from, which may change while it is served.
final class ModuleSource {
  let path: String
  /// The file's name, which is the module's first argument.
  let name: String
  private let engine: Engine
  private let cache: ModuleCache?
  private let logger: Logger
  private(set) var result = CacheResult.off
  /// When it was asked for last, on the monotonic clock.
  private(set) var loadedAt: UInt64 = 0
  /// What is loaded, and what was seen since.
  private var loaded: FileState?
  private var seen: FileState?

  private struct FileState: Equatable {
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      inode = UInt(status.st_ino)
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  init(path: String, engine: Engine, cache: ModuleCache?, logger: Logger) {
    self.path = path
    name = path.lastIndex(of: "/").map { String(path[$0...].dropFirst()) } ?? path
    self.engine = engine
    self.cache = cache
    self.logger = logger
  }

  /// Reads and compiles it, on a thread of its own.
  ///
  /// - Parameter done: called on that thread.
  /// - Throws: `shortage`, when there is no thread.
  func load(
    done: @escaping @Sendable (Result<LoadedModule, HostError>) -> Void
  ) throws(HostError) {
    loadedAt = Clock.monotonic.now
    loaded = FileState(path)
    seen = loaded
    try startThread { [path, engine, cache, logger] in
      do throws(HostError) {
        let (module, result) = try Module.load(
          path: path, engine: engine, cache: cache, logger: logger)
        done(.success(LoadedModule(module: module, result: result)))
      } catch {
        done(.failure(error))
      }
    }
  }

  /// The module of what `load` has reported.
  func take(_ loaded: Result<LoadedModule, HostError>) throws(HostError) -> Module {
    let loaded = try loaded.get()
    result = loaded.result
    return loaded.module
  }

  /// The start of the module's SHA-256, as sha256sum(1) has it; read after the start, so unknown
  /// when the file is another one by now.
  var digest: String {
    let digest = try? Module.digest(path: path)
    return FileState(path) == loaded ? digest?.prefix(12).description ?? "?" : "?"
  }

  /// Whether the file is another one now, and is not being written any more: it was the same the
  /// last time.
  func hasChanged() -> Bool {
    let state = FileState(path)
    defer { seen = state }
    return state != nil && state != loaded && state == seen
  }
}
