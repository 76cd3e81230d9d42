import Glibc

/// A file's content, copied at `init`. It never changes, so any thread may read it (which the compiler cannot
/// know of a pointer).
final class FileContent: @unchecked Sendable {
  private let bytes: UnsafeRawBufferPointer
  /// The status of the file when it was opened.
  let status: stat

  /// Reads a file. The content is copied and not mapped: reading beyond the end of a mapped file that was
  /// shortened meanwhile raises SIGBUS, which would end the process.
  ///
  /// - Parameter most: how many octets it may have; a longer file is EFBIG.
  /// - Throws: the system's error number; EINVAL for a pipe, a device or a socket.
  init(path: String, atMost most: Int = .max) throws(SystemError) {
    // (A pipe would be waited for otherwise, until a program writes into it.)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(number: EISDIR) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(number: EINVAL) }
    self.status = status
    let size = Int(status.st_size)
    guard size <= most else { throw SystemError(number: EFBIG) }
    if size == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    bytes = try FileContent.copy(descriptor, count: size)
  }

  /// Reads `count` octets, or fewer if the file has become shorter.
  private static func copy(
    _ descriptor: Int32, count: Int
  ) throws(SystemError) -> UnsafeRawBufferPointer {
    guard let buffer = malloc(count) else { throw .last }
    var filled = 0
    while filled < count {
      let got = read(descriptor, buffer + filled, count - filled)
      if got < 0, errno == EINTR { continue }
      if got < 0 {
        let error = SystemError.last
        free(buffer)
        throw error
      }
      if got == 0 { break }
      filled += got
    }
    return UnsafeRawBufferPointer(start: buffer, count: filled)
  }

  /// Why the content must not be run as native code; nil when only this user or root can have written it.
  var distrust: String? {
    if status.st_uid != geteuid(), status.st_uid != 0 { return "it belongs to another user" }
    return status.st_mode & 0o022 == 0 ? nil : "other users may write to it"
  }

  /// The bytes are valid within `body` only.
  func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  deinit { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }
}

/// An error number of the system, described by strerror(3).
struct SystemError: Error, CustomStringConvertible {
  let number: Int32

  static var last: SystemError { SystemError(number: errno) }

  var description: String { describe(error: number) }

  /// The error as a shortage, which another try may not meet; nil for other errors.
  var shortage: HostError? {
    switch number {
    case EMFILE, ENFILE: .shortage(of: "descriptor", reason: description)
    case ENOMEM: .shortage(of: "memory", reason: description)
    default: nil
    }
  }
}

func isEqual(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
  guard first.count == second.count else { return false }
  guard let a = first.baseAddress, let b = second.baseAddress else { return true }
  return memcmp(a, b, first.count) == 0
}
