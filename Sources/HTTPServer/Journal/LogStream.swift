import HTTPCodec
import Sockets

/// Where log lines go out. A reader that is slow or has gone must not hold up the server: what the
/// stream does not take now waits, up to a limit. Lines beyond that, and those that cannot be written
/// at all, are dropped and counted.
struct LogStream: ~Copyable {
  private static var limit: Int { 65_536 }

  private let descriptor: Int32
  private var waiting = OctetBuffer(limit: LogStream.limit)
  /// What is written ends in the middle of a line whose rest was dropped.
  private var isInLine = false
  /// Lines that were dropped, since `takeLost` was called last.
  private(set) var lost: Int64 = 0

  /// - Parameter descriptor: 1 or 2, or a pipe's in tests.
  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Whether something has to be tried again later.
  var isWaiting: Bool { !waiting.isEmpty }

  mutating func append(_ line: borrowing OctetBuffer) {
    if waiting.count > LogStream.limit / 2 { flush() }
    let start = waiting.count
    if isInLine { waiting.append("\n") }
    waiting.append(line)
    if waiting.overflowed {
      waiting.rollBack(to: start)
      lost &+= 1
    } else {
      isInLine = false
    }
  }

  /// Writes what the stream takes now.
  @inline(never)
  mutating func flush() {
    guard !waiting.isEmpty else { return }
    let written = SystemProcess.write(waiting.octets, to: descriptor)
    let endsInLine =
      written.count > 0 && waiting.octets[written.count - 1] != UInt8(ascii: "\n")
    waiting.removeFirst(written.count)
    if written.hasFailed { drop(fromInsideLine: endsInLine) }
  }

  /// Gives up what waits.
  mutating func drop() { drop(fromInsideLine: false) }

  private mutating func drop(fromInsideLine isInside: Bool) {
    lost &+= Int64(waiting.octets.count(of: UInt8(ascii: "\n")))
    waiting.removeAll()
    if isInside { isInLine = true }
  }

  mutating func takeLost() -> Int64 {
    defer { lost = 0 }
    return lost
  }
}
