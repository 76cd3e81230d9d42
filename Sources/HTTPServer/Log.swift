import HTTPCodec
import Sockets

public enum LogLevel: UInt8, Comparable {
  case debug, info, warn, error

  init?(_ name: Octets) {
    if name == "debug" {
      self = .debug
    } else if name == "info" {
      self = .info
    } else if name == "warn" {
      self = .warn
    } else if name == "error" {
      self = .error
    } else {
      return nil
    }
  }

  var name: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warn: "warn"
    case .error: "error"
    }
  }

  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

public enum LogFormat {
  case text, json

  init?(_ name: Octets) {
    if name == "text" { self = .text } else if name == "json" { self = .json } else { return nil }
  }
}

/// Log lines: what happens, to standard error; the access log, to standard output. In one shape:
///
///     2026-11-26T08:00:00.123Z info http_server: listening address="[::]:1234"
///     {"time":"2026-11-26T08:00:00.123Z","level":"info","logger":"http_server","message":"listening",…}
public struct Log: ~Copyable {
  let level: LogLevel
  /// For the lines to come, in nanoseconds since the Unix epoch; the event loop keeps it up.
  var time: Int64 = 0
  /// The line that was begun, to add fields to.
  var line: LogLine
  /// Access lines are many: they go out together, once a turn of the loop.
  private var accessLines = LogStream(descriptor: 1)
  private var lines = LogStream(descriptor: 2)
  /// Lines that were lost since the start, and those of them that no line has told of yet.
  private(set) var linesLost: UInt64 = 0
  private var untold: Int64 = 0
  private var toldAt: Int64 = 0

  init(level: LogLevel, format: LogFormat) {
    self.level = level
    line = LogLine(format: format)
  }

  /// Takes the memory of a line. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { line.reserve() }

  /// Begins a line, unless lines of this level are not wanted. Fields may be added to `line`, then
  /// `end` writes it.
  @inline(never)
  mutating func begin(_ level: LogLevel, _ message: StaticString) -> Bool {
    guard level >= self.level else { return false }
    line.begin(time, level, "http_server", message)
    return true
  }

  /// Writes the line that was begun.
  mutating func end() {
    line.end()
    lines.append(line.text.octets)
    lines.flush()
  }

  mutating func write(_ level: LogLevel, _ message: StaticString) {
    if begin(level, message) { end() }
  }

  mutating func beginAccess() {
    line.begin(time, .info, "access", "request")
  }

  mutating func endAccess() {
    line.end()
    accessLines.append(line.text.octets)
  }

  /// Whether there are lines that a reader has not taken yet.
  var isWaiting: Bool { accessLines.isWaiting || lines.isWaiting }

  /// Writes out what waits, and says so when lines had to be dropped: once a second at the most, as
  /// that line may be lost as well.
  mutating func flush() {
    if !isWaiting && untold == 0 && accessLines.lost + lines.lost == 0 { return }
    accessLines.flush()
    lines.flush()
    countLost()
    guard untold > 0, !isWaiting, time - toldAt >= Configuration.second || time < toldAt else {
      return
    }
    tellLost()
  }

  private mutating func countLost() {
    let lost = accessLines.takeLost() + lines.takeLost()
    linesLost &+= UInt64(clamping: lost)
    untold += lost
  }

  private mutating func tellLost() {
    toldAt = time
    guard begin(.warn, "log lines were lost") else { return }
    line.add("lines", untold)
    end()
    // (Not counted as one of them.)
    if lines.takeLost() == 0, !lines.isWaiting { untold = 0 }
  }

  /// The end: what has not been taken by now is lost.
  mutating func finish() {
    accessLines.flush()
    lines.flush()
    accessLines.drop()
    lines.drop()
    countLost()
    if untold > 0 { tellLost() }
  }
}

/// A log line in the making.
struct LogLine: ~Copyable {
  private let format: LogFormat
  fileprivate var text = OctetBuffer(limit: 4096)

  init(format: LogFormat) {
    self.format = format
  }

  fileprivate mutating func reserve() -> Bool { text.reserve(4096) }

  fileprivate mutating func begin(
    _ time: Int64, _ level: LogLevel, _ logger: StaticString, _ message: StaticString
  ) {
    text.removeAll()
    let isText = format == .text
    text.append(isText ? "" : "{\"time\":\"")
    text.append(timestamp: time / Configuration.second, milliseconds: time / 1_000_000 % 1000)
    text.append(isText ? " " : "\",\"level\":\"")
    text.append(level.name)
    text.append(isText ? " " : "\",\"logger\":\"")
    text.append(logger)
    text.append(isText ? ": " : "\",\"message\":\"")
    text.append(message)
    text.append(isText ? "" : "\"")
  }

  fileprivate mutating func end() {
    text.append(format == .text ? "\n" : "}\n")
  }

  mutating func add(_ name: StaticString, _ value: Int64) {
    beginField(name)
    text.append(decimal: value)
  }

  mutating func add(_ name: StaticString, _ value: StaticString) {
    add(name, Octets(value))
  }

  /// - Parameter value: anything at all; what could be taken for something else is escaped.
  mutating func add(_ name: StaticString, _ value: Octets) {
    beginField(name)
    let isPlain =
      format == .text && !value.isEmpty && value.count <= OctetBuffer.quotedLimit
      && value.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    if isPlain { text.append(value) } else { text.append(quoted: value) }
  }

  mutating func add(_ name: StaticString, _ address: SocketAddress) {
    beginField(name)
    text.append(octet: UInt8(ascii: "\""))
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  mutating func add(_ name: StaticString, _ address: IPAddress) {
    beginField(name)
    text.append(octet: UInt8(ascii: "\""))
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  private mutating func beginField(_ name: StaticString) {
    if format == .text {
      text.append(octet: UInt8(ascii: " "))
      text.append(name)
      text.append(octet: UInt8(ascii: "="))
    } else {
      text.append(",\"")
      text.append(name)
      text.append("\":")
    }
  }
}

extension OctetBuffer {
  /// So much of a value is logged: one target must not fill the log.
  static var quotedLimit: Int { 256 }

  /// Appends octets of any kind as a JSON string, which is one line and ASCII.
  @inline(never)
  mutating func append(quoted octets: Octets) {
    append(octet: UInt8(ascii: "\""))
    for octet in octets[0..<min(octets.count, OctetBuffer.quotedLimit)] {
      if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") {
        append(octet: UInt8(ascii: "\\"))
        append(octet: octet)
      } else if octet < 0x20 || octet >= 0x7F {
        append("\\u00")
        append(hexadecimal: octet)
      } else {
        append(octet: octet)
      }
    }
    append(octet: UInt8(ascii: "\""))
  }

  mutating func append(hexadecimal octet: UInt8) {
    let digits = Octets("0123456789abcdef")
    append(octet: digits[Int(octet >> 4)])
    append(octet: digits[Int(octet & 0xF)])
  }
}
