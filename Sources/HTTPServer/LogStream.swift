import HTTPCodec
import Sockets

/// Where log lines go out. A reader that is slow or has gone must not hold up the server: what the
/// stream does not take now waits, up to a limit, and whole lines beyond that are dropped and
/// counted.
struct LogStream: ~Copyable {
  private static var limit: Int { 65_536 }

  private let descriptor: Int32
  private var waiting = OctetBuffer(limit: LogStream.limit)
  /// Lines that were dropped, and not told yet.
  private(set) var lost: Int64 = 0

  /// - Parameter descriptor: 1 or 2, or a pipe's in tests.
  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Whether something has to be tried again later.
  var isWaiting: Bool { !waiting.isEmpty }

  mutating func append(_ line: Octets) {
    if waiting.count > LogStream.limit / 2 { flush() }
    let start = waiting.count
    waiting.append(line)
    guard waiting.overflowed else { return }
    waiting.rollBack(to: start)
    lost += 1
  }

  /// Writes what the stream takes now.
  @inline(never)
  mutating func flush() {
    guard !waiting.isEmpty else { return }
    let octets = waiting.octets
    waiting.removeFirst(
      SystemProcess.write(octets.base, count: octets.count, to: descriptor))
  }

  mutating func takeLost() -> Int64 {
    defer { lost = 0 }
    return lost
  }
}
