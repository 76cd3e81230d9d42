import Glibc
import Logging
import Synchronization

/// Log lines on standard error, each in one write: text for people, or one JSON object a line for
/// collectors.
struct StandardErrorLog: LogHandler {
  let label: String
  let format: LogFormat
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]

  init(label: String, format: LogFormat) {
    self.label = label
    self.format = format
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let lost = linesLost.exchange(0, ordering: .relaxed)
    if lost > 0 {
      emit(
        LogEvent(
          level: .warning, message: "log lines were lost: nobody read them",
          metadata: ["lines": "\(lost)"], source: "", file: "", function: "", line: 0), lost)
    }
    emit(event, 1)
  }

  /// - Parameter count: the lines that are lost if this one is.
  private func emit(_ event: LogEvent, _ count: Int) {
    let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
      .map { (key: $0.key, value: "\($0.value)") }
      .sorted { $0.key < $1.key }
    let line =
      switch format {
      case .text:
        "\(timestamp()) \(event.level) \(label): \(event.message)"
          + metadata.map { " \($0.key)=\(isPlain($0.value) ? $0.value : quoted($0.value))" }
          .joined() + "\n"
      case .json:
        json(
          [
            ("time", timestamp()), ("level", "\(event.level)"), ("logger", label),
            ("message", "\(event.message)"),
          ] + metadata.map { ($0.key, $0.value) }) + "\n"
      }
    if !writeWithoutWaiting(Array(line.utf8)) { linesLost.add(count, ordering: .relaxed) }
  }
}

private let linesLost = Atomic<Int>(0)

/// A reader that has stopped reading must not keep the host from its work, or from a signal.
///
/// - Returns: false when the stream did not take it all.
private func writeWithoutWaiting(_ bytes: [UInt8]) -> Bool {
  var start = 0
  while start < bytes.count {
    var question = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&question, 1, 0) == 0 { return false }
    // So much does not block on a pipe that is ready (PIPE_BUF).
    let written = bytes[start...].prefix(4096).withUnsafeBytes {
      write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
    if written < 0 && errno == EINTR { continue }
    guard written > 0 else { return false }
    start += written
  }
  return true
}

/// The time in UTC, to the second (RFC 3339).
private func timestamp() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  var text = [UInt8](repeating: 0, count: 32)
  let count = text.withUnsafeMutableBytes {
    strftime(
      $0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
  }
  return String(decoding: text[..<count], as: UTF8.self)
}

/// Whether a value needs no quotes beside others.
private func isPlain(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3d }
}

/// One object of strings (RFC 8259).
private func json(_ members: [(String, String)]) -> String {
  "{" + members.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}"
}

private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\u{0}"..<"\u{20}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
