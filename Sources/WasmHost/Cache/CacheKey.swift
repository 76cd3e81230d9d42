import CLinux
import Glibc

/// The key of the authentication code at the end of each cache entry. It never leaves the user's state directory.
///
/// The code tells an entry that this user's host has written from one that came with a downloaded folder or an
/// archive.
public struct CacheKey: Sendable {
  static let size = 16

  private let words: (UInt64, UInt64)

  /// - Parameter octets: `size` of them.
  init(_ octets: [UInt8]) {
    func word(_ place: Int) -> UInt64 {
      octets.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
    }
    words = (word(0), word(8))
  }

  /// The code of some octets: that of the codes of their two halves, which are computed side by side. Each of the
  /// three has a key of its own, made of this one.
  func code(of octets: UnsafeRawBufferPointer) -> [UInt8] {
    let middle = octets.count / 16 * 8
    var first = SipHash(key: derived(1).words)
    var second = SipHash(key: derived(2).words)
    SipHash.update(
      &first, UnsafeRawBufferPointer(rebasing: octets[..<middle]),
      &second, UnsafeRawBufferPointer(rebasing: octets[middle...]))
    var whole = SipHash(key: derived(3).words)
    (first.finalize() + second.finalize()).withUnsafeBytes { whole.update($0) }
    return whole.finalize()
  }

  private func derived(_ number: UInt8) -> CacheKey {
    var hash = SipHash(key: words)
    withUnsafeBytes(of: number) { hash.update($0) }
    return CacheKey(hash.finalize())
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

  /// Reads the key in a directory, or creates both.
  ///
  /// - Throws: why there is no key.
  static func load(from directory: String) throws(Refusal) -> CacheKey {
    if let reason = PrivateDirectory.make(directory) {
      throw Refusal(reason: "the directory of its key, '\(directory)': \(reason)")
    }
    let path = directory + "/cache.key"
    // (When several processes start at once, all use the key of the first.)
    for _ in 0..<2 {
      if let key = try read(path) { return key }
      try make(path)
    }
    throw Refusal(reason: "its key '\(path)' cannot be read")
  }

  struct Refusal: Error { let reason: String }

  /// Reads a key file; nil when there is none.
  private static func read(_ path: String) throws(Refusal) -> CacheKey? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw unusable(path, describe(error: errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unusable(path, describe(error: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unusable(path, "it is not a file") }
    guard status.st_uid == geteuid() else { throw unusable(path, "it belongs to another user") }
    guard status.st_mode & 0o077 == 0 else { throw unusable(path, "other users may read it") }
    var octets = [UInt8](repeating: 0, count: size + 1)
    guard Glibc.read(descriptor, &octets, octets.count) == size else {
      throw unusable(path, "it does not have \(size) octets")
    }
    return CacheKey(Array(octets.prefix(size)))
  }

  /// Writes a new key to a temporary file and links it to its name, unless a key has come there meanwhile.
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
