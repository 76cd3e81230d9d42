import Glibc
import Logging
import WasmHost

/// The file that the module comes from, which may change while it is served.
final class ModuleSource {
  private let path: String
  private let engine: Engine
  private let cache: ModuleCache?
  private let allowsPrecompiled: Bool
  private let logger: Logger
  /// When `load` was called last, in nanoseconds on the monotonic clock.
  private(set) var loadedAt: UInt64 = 0
  /// The file as it was when it was loaded, and when `hasChanged` was asked last.
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

  init(
    path: String, engine: Engine, cache: ModuleCache?, allowsPrecompiled: Bool, logger: Logger
  ) {
    self.path = path
    self.engine = engine
    self.cache = cache
    self.allowsPrecompiled = allowsPrecompiled
    self.logger = logger
  }

  /// Reads and compiles the file, on a thread of its own: that may take long, and signals do not wait.
  ///
  /// - Parameter done: called on that thread.
  /// - Throws: `shortage`, when there is no thread.
  func load(
    done: @escaping @Sendable (Result<LoadedModule, HostError>) -> Void
  ) throws(HostError) {
    loadedAt = Clock.monotonic.now
    loaded = FileState(path)
    seen = loaded
    try startThread { [path, engine, cache, allowsPrecompiled, logger] in
      do throws(HostError) {
        done(
          .success(
            try Module.load(
              path: path, engine: engine, cache: cache, allowsPrecompiled: allowsPrecompiled,
              logger: logger)))
      } catch {
        done(.failure(error))
      }
    }
  }

  /// Whether the file has changed since it was loaded, and is complete: it was the same at the last call.
  func hasChanged() -> Bool {
    let state = FileState(path)
    defer { seen = state }
    return state != nil && state != loaded && state == seen
  }
}
