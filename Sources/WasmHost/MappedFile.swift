import Glibc

/// A file's bytes, mapped into memory for reading.
final class MappedFile {
  private let bytes: UnsafeRawBufferPointer
  /// Of the file when it was mapped.
  let status: stat

  /// - Throws: the system's error number.
  init(path: String) throws(SystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(number: EISDIR) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(number: EINVAL) }
    self.status = status
    let size = Int(status.st_size)
    if size == 0 {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0),
      address != MAP_FAILED
    else { throw .last }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Why its content is not to be run as it is; nil when only this user, or root, can have written
  /// it.
  var distrust: String? {
    if status.st_uid != geteuid(), status.st_uid != 0 { return "it belongs to another user" }
    return status.st_mode & 0o022 == 0 ? nil : "others may write to it"
  }

  /// The bytes are valid within `body` only.
  func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  deinit {
    if let address = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }
}

/// An error number of the host, with the system's words for it.
struct SystemError: Error, CustomStringConvertible {
  let number: Int32

  static var last: SystemError { SystemError(number: errno) }

  var description: String { describe(error: number) }
}

func isEqual(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
  guard first.count == second.count else { return false }
  guard let a = first.baseAddress, let b = second.baseAddress else { return true }
  return memcmp(a, b, first.count) == 0
}
