import CLinux
import Glibc

/// What tells an entry of the cache that this user's host has written from one that somebody else has put
/// there, in a downloaded folder or an archive: a code over all of it, with a key that never leaves
/// the user's state directory.
public struct CacheKey: Sendable {
  static let size = 16

  private let words: (UInt64, UInt64)

  /// - Parameter octets: `size` of them.
  private init(_ octets: [UInt8]) {
    func word(_ place: Int) -> UInt64 {
      octets.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
    }
    words = (word(0), word(8))
  }

  /// The code of some octets, which are one behind the other.
  func code(of parts: UnsafeRawBufferPointer...) -> [UInt8] {
    var hash = SipHash(key: words)
    for part in parts { hash.update(part) }
    return hash.finalize()
  }

  /// `$XDG_STATE_HOME/wasm-serve`, or `~/.local/state/wasm-serve`; nil without a home. A service of
  /// systemd has a directory of its own (`StateDirectory=`).
  public static var defaultDirectory: String? {
    if let own = getenv("STATE_DIRECTORY").flatMap({ String(validatingCString: $0) }),
      own.hasPrefix("/"), !own.contains(":")
    {
      return own + "/wasm-serve"
    }
    return PrivateDirectory.path(variable: "XDG_STATE_HOME", inHome: ".local/state")
  }

  /// Reads the key of a directory, or makes both.
  ///
  /// - Throws: why there is none.
  static func load(from directory: String) throws(Refusal) -> CacheKey {
    if let reason = PrivateDirectory.make(directory) {
      throw Refusal(reason: "the directory of its key, '\(directory)': \(reason)")
    }
    let path = directory + "/cache.key"
    // (Of several processes that start at once the first one's is everybody's.)
    for _ in 0..<2 {
      if let key = try read(path) { return key }
      try make(path)
    }
    throw Refusal(reason: "its key '\(path)' cannot be read")
  }

  struct Refusal: Error { let reason: String }

  /// Nil when there is none, or a part of one.
  private static func read(_ path: String) throws(Refusal) -> CacheKey? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw unusable(path, describe(error: errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unusable(path, describe(error: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unusable(path, "it is not a file") }
    guard status.st_uid == geteuid() else { throw unusable(path, "it belongs to another user") }
    guard status.st_mode & 0o077 == 0 else { throw unusable(path, "others may read it") }
    var octets = [UInt8](repeating: 0, count: size + 1)
    guard Glibc.read(descriptor, &octets, octets.count) == size else {
      throw unusable(path, "it does not have \(size) octets")
    }
    return CacheKey(Array(octets.prefix(size)))
  }

  /// Writes a key aside and gives it its name, unless there is one by now.
  private static func make(_ path: String) throws(Refusal) {
    var octets = [UInt8](repeating: 0, count: size)
    guard getrandom(&octets, octets.count, 0) == size else {
      throw unusable(path, describe(error: errno))
    }
    var temporary = "\(path).XXXXXX".utf8CString.map { $0 }
    let descriptor = mkstemp(&temporary)
    guard descriptor >= 0 else { throw unusable(path, describe(error: errno)) }
    defer {
      close(descriptor)
      unlink(temporary)
    }
    guard write(descriptor, octets, octets.count) == octets.count,
      link(temporary, path) == 0 || errno == EEXIST
    else { throw unusable(path, describe(error: errno)) }
  }

  private static func unusable(_ path: String, _ reason: String) -> Refusal {
    Refusal(reason: "its key '\(path)': \(reason)")
  }
}
