import Glibc
import Logging

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
    _ = Array(line.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
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
