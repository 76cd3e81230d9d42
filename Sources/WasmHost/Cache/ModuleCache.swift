import Glibc
import Logging

/// Compiled modules on disk, so that a start does not compile.
///
/// Compiled code is run as it is. So an entry ends in a code that only this user's key can have made
/// (`CacheKey`), whatever way it came into the directory; and the directory must be one that nobody else can
/// write to. An entry is found by a hash and *verified by comparing the module's bytes*, all of which it
/// holds: a collision costs a compilation and can never run another module's code.
public struct ModuleCache: Sendable {
  public let directory: String
  private let key: CacheKey

  /// Makes the directories when they are missing (0700), and the key.
  ///
  /// - Parameter keyDirectory: of the user's state; nil where there is none.
  /// - Returns: nil, with a warning, for a directory that cannot be trusted or made, and without a key.
  public init?(directory: String, keyDirectory: String?, logger: Logger) {
    var reason = PrivateDirectory.make(directory)
    var key: CacheKey?
    if reason == nil {
      if let keyDirectory {
        do throws(CacheKey.Refusal) {
          key = try CacheKey.load(from: keyDirectory)
        } catch {
          reason = error.reason
        }
      } else {
        reason = "there is no directory for its key: neither HOME nor XDG_STATE_HOME is set"
      }
    }
    guard let key else {
      logger.warning(
        "no module cache",
        metadata: ["directory": "\(directory)", "reason": "\(reason ?? "unknown")"])
      return nil
    }
    self.directory = directory
    self.key = key
  }

  /// `$XDG_CACHE_HOME/wasm-serve`, or `~/.cache/wasm-serve`; nil without a home.
  public static var defaultDirectory: String? {
    PrivateDirectory.path(variable: "XDG_CACHE_HOME", inHome: ".cache")
  }

  /// Nil when there is no usable entry: a missing, damaged or foreign one, or one of another
  /// engine.
  func load(_ module: UnsafeRawBufferPointer, engine: Engine) -> Module? {
    let path = path(for: module)
    guard let file = try? FileContent(path: path),
      file.status.st_uid == geteuid(), file.status.st_mode & 0o022 == 0
    else { return nil }
    let loaded = file.withBytes { bytes -> Module? in
      guard let entry = verified(bytes),
        let code = ModuleCacheEntry.code(in: entry, for: module)
      else { return nil }
      return Module(deserializing: code, engine: engine)
    }
    // Used just now: the last to go.
    if loaded != nil { utimensat(AT_FDCWD, path, nil, 0) }
    return loaded
  }

  /// What the key's code at the end of a file vouches for.
  private func verified(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard bytes.count > CacheKey.size else { return nil }
    let end = bytes.count - CacheKey.size
    let entry = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    // Without a branch on a single octet, whose time would tell how many are right.
    let difference = zip(key.code(of: entry), bytes[end...]).reduce(0) { $0 | $1.0 ^ $1.1 }
    return difference == 0 ? entry : nil
  }

  /// Writes an entry, or replaces one, in one step. A failure is only a slower next start.
  func store(_ compiled: Module, for module: UnsafeRawBufferPointer) {
    let path = path(for: module)
    try? ModuleCacheEntry.write(compiled, for: module, to: path, mode: 0o600, key: key)
    prune()
  }

  /// So many entries are kept, and so many bytes of them; those go that were not used for longest.
  static let mostEntries = 64
  static let mostBytes = 1 << 30
  /// A file that a writer was killed over is not being written any more after so many seconds.
  private static let writing = 3600

  /// Removes what is over the limits. A process that uses an entry just now has it mapped: for it, it stays whole.
  private func prune() {
    guard let folder = opendir(directory) else { return }
    defer { closedir(folder) }
    var entries: [(path: String, size: Int, used: Int)] = []
    let now = time(nil)
    while let item = readdir(folder) {
      let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let isWhole = ModuleCache.isEntry(name) else { continue }
      let path = "\(directory)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      if isWhole {
        entries.append((path, Int(status.st_size), status.st_mtim.tv_sec))
      } else if now - status.st_mtim.tv_sec > ModuleCache.writing {
        unlink(path)
      }
    }
    var (count, size) = (0, 0)
    for entry in entries.sorted(by: { $0.used > $1.used }) {
      count += 1
      size += entry.size
      if count > ModuleCache.mostEntries || size > ModuleCache.mostBytes { unlink(entry.path) }
    }
  }

  /// Whether a name is an entry's (true), or that of one that is being written (false); nil for any
  /// other file.
  private static func isEntry(_ name: String) -> Bool? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[1] == "module", parts[0].utf8.count == 16,
      parts[0].allSatisfy({ $0.isHexDigit })
    else { return nil }
    return parts.count == 2 ? true : parts[2].utf8.count == 6 ? false : nil
  }

  /// Named for the module and for how it is compiled.
  func path(for module: UnsafeRawBufferPointer) -> String {
    let settings = Array(Engine.fingerprint.utf8).withUnsafeBytes(fnv1a)
    let digits = String(fnv1a(module) ^ settings, radix: 16)
    return "\(directory)/\(String(repeating: "0", count: 16 - digits.count))\(digits).module"
  }
}
