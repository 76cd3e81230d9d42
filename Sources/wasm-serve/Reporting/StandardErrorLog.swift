import Glibc
import Logging
import Synchronization
import WasmHost

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
    tellLost()
    emit(event, 1)
  }

  /// Logs how many lines were lost, if any were.
  func tellLost() {
    let lost = linesLost.exchange(0, ordering: .relaxed)
    guard lost > 0 else { return }
    emit(
      LogEvent(
        level: .warning, message: "log lines were lost",
        metadata: ["lines": .stringConvertible(lost)], source: "", file: "", function: "", line: 0),
      lost)
  }

  /// - Parameter count: how many lines are lost if this one cannot be written.
  private func emit(_ event: LogEvent, _ count: Int) {
    let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
      .map { (key: $0.key, value: LogValue($0.value)) }
      .sorted { $0.key < $1.key }
    let line =
      switch format {
      case .text:
        "\(timestamp()) \(event.level) \(label): \(printable("\(event.message)"))"
          + metadata.map { " \($0.key)=\($0.value.asText)" }.joined() + "\n"
      case .json:
        "{"
          + ([
            ("time", quoted(timestamp())), ("level", quoted("\(event.level)")),
            ("logger", quoted(label)), ("message", quoted("\(event.message)")),
          ] + metadata.map { ($0.key, $0.value.asJSON) })
          .map { "\(quoted($0)):\($1)" }.joined(separator: ",") + "}\n"
      }
    if !writeLine(Array(line.utf8)) { linesLost.add(count, ordering: .relaxed) }
  }
}

/// A value beside a message: numbers and Booleans stay such in JSON.
private struct LogValue {
  private let text: String
  private let isLiteral: Bool

  /// Maximum length of a value, so that a line goes out in one piece.
  private static let limit = 1000

  init(_ value: Logger.Metadata.Value) {
    let full = "\(value)"
    text = full.utf8.count > LogValue.limit ? "\(full.prefix(LogValue.limit))..." : full
    if case .stringConvertible(let value) = value {
      isLiteral = value is any BinaryInteger || value is Bool || value is Decimal
    } else {
      isLiteral = false
    }
  }

  var asJSON: String { isLiteral ? text : quoted(text) }

  var asText: String {
    let isPlain =
      !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3d }
    return isPlain ? text : quoted(text)
  }
}

/// A number with three decimals: milliseconds from microseconds.
struct Decimal: CustomStringConvertible, Sendable {
  let thousandths: UInt64

  var description: String {
    let fraction = thousandths % 1000
    let digits = fraction < 10 ? "00" : fraction < 100 ? "0" : ""
    return "\(thousandths / 1000).\(digits)\(fraction)"
  }
}

/// How many lines could not be written, and have not been reported yet.
private let linesLost = Atomic<Int>(0)
/// Whether the reader has not taken a line in time: the next lines do not wait until it reads again.
private let isReaderStuck = Atomic<Bool>(false)

/// Writes a line, and waits a little for a slow reader. One that has stopped reading must not keep the host
/// from its work, or from a signal.
///
/// - Returns: false when the line is lost.
private func writeLine(_ bytes: [UInt8]) -> Bool {
  var start = 0
  while start < bytes.count {
    var question = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    let patience: Int32 = isReaderStuck.load(ordering: .relaxed) ? 0 : 100
    let isReady = poll(&question, 1, patience) != 0
    isReaderStuck.store(!isReady, ordering: .relaxed)
    if !isReady { return false }
    // A pipe that is ready takes PIPE_BUF octets without blocking, and in one piece.
    let written = bytes[start...].prefix(4096).withUnsafeBytes {
      write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
    if written < 0 && (errno == EINTR || errno == EAGAIN) { continue }
    guard written > 0 else { return false }
    start += written
  }
  return true
}

/// The time in UTC, to the millisecond (RFC 3339).
private func timestamp() -> String {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  var parts = tm()
  gmtime_r(&now.tv_sec, &parts)
  var text = [UInt8](repeating: 0, count: 32)
  let count = text.withUnsafeMutableBytes {
    strftime(
      $0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, "%Y-%m-%dT%H:%M:%S", &parts)
  }
  let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
  return "\(String(decoding: text[..<count], as: UTF8.self)).\(milliseconds)Z"
}

/// A text as a JSON string (RFC 8259): one line, whatever is in it. Characters that would control a terminal
/// are shown by their numbers.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case _ where scalar.steersReader:
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
