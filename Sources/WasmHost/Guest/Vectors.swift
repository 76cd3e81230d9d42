import Glibc
import GuestABI

/// The host's `iovec` array for a guest's `iovec` or `ciovec` array. Each range has been checked. The storage is
/// reused by the next call.
final class Vectors {
  /// The maximum number of vectors, which is IOV_MAX on Linux and on WasmEdge.
  static let limit: UInt32 = 1024

  private let storage: UnsafeMutableBufferPointer<iovec>
  private(set) var first = 0
  private(set) var count = 0
  /// The octets in all vectors from `first` on.
  private(set) var total = 0

  init() {
    storage = .allocate(capacity: Int(Vectors.limit))
  }

  deinit { storage.deallocate() }

  /// - Throws: `inval` for more than 1024 vectors, `fault` or `inval` for a bad address.
  func gather(_ address: UInt32, count: UInt32, in memory: GuestMemory) throws(Errno) {
    guard count <= Vectors.limit else { throw .inval }
    let records = try memory.array(of: Vector.self, at: address, count: count)
    (first, total) = (0, 0)
    for place in 0..<records.count {
      let record = records[place]
      let bytes = try memory.bytes(record.buffer, count: record.count)
      storage[place] = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
      total += bytes.count
    }
    self.count = Int(count)
  }

  /// Passes the remaining vectors as the message of sendmsg(2) or recvmsg(2).
  func withMessage<R>(_ body: (UnsafeMutablePointer<msghdr>) -> R) -> R {
    var message = msghdr()
    message.msg_iov = pointer
    message.msg_iovlen = count - first
    return body(&message)
  }

  var pointer: UnsafeMutablePointer<iovec>? { storage.baseAddress.map { $0 + first } }
  var remaining: Int32 { Int32(count - first) }

  /// Keeps the first `bytes` octets only.
  func shorten(to bytes: Int) {
    guard bytes < total else { return }
    total = bytes
    var rest = bytes
    for place in first..<count {
      storage[place].iov_len = min(storage[place].iov_len, rest)
      rest -= storage[place].iov_len
    }
  }

  /// Keeps as many whole lines as fit into `limit` octets; of a longer first line, its first part.
  func shorten(toLinesIn limit: Int) {
    guard total > limit else { return }
    var (offset, end) = (0, 0)
    for place in first..<count where offset < limit {
      let part = UnsafeRawBufferPointer(
        start: storage[place].iov_base, count: min(storage[place].iov_len, limit - offset))
      if let newline = part.lastIndex(of: UInt8(ascii: "\n")) { end = offset + newline + 1 }
      offset += part.count
    }
    shorten(to: end > 0 ? end : limit)
  }

  /// Drops the octets that a call has taken.
  func drop(_ bytes: Int) {
    var bytes = bytes
    total -= bytes
    while first < count, bytes >= storage[first].iov_len {
      bytes -= storage[first].iov_len
      first += 1
    }
    guard first < count, bytes > 0 else { return }
    storage[first].iov_base += bytes
    storage[first].iov_len -= bytes
  }
}
