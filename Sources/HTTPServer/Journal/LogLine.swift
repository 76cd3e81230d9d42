import HTTPCodec
import Memory
import Sockets

/// A log line that is being written.
struct LogLine: ~Copyable {
  private let format: LogFormat
  var text = OctetBuffer(limit: 4096)
  /// What the lines of the access log begin with, and the millisecond in which they do.
  private var accessStart = OctetBuffer(limit: 128)
  private var millisecond: Int64 = -1

  init(format: LogFormat) {
    self.format = format
  }

  mutating func reserve() -> Bool {
    text.reserve(4096) && accessStart.reserve(128)
  }

  @inline(never)
  @_optimize(size)
  mutating func begin(
    _ time: Int64, _ level: LogLevel, _ logger: StaticString, _ message: StaticString
  ) {
    text.removeAll()
    append("", inJSON: "{\"time\":\"")
    text.append(timestamp: time / .second, milliseconds: time / .millisecond % 1000)
    append(" ", inJSON: "\",\"level\":\"")
    text.append(text: level.name)
    append(" ", inJSON: "\",\"logger\":\"")
    text.append(text: logger)
    append(": ", inJSON: "\",\"message\":\"")
    text.append(text: message)
    append("", inJSON: "\"")
  }

  /// Begins a line of the access log.
  @inline(never)
  @_optimize(size)
  mutating func beginAccess(_ time: Int64) {
    if time / .millisecond == millisecond {
      text.removeAll()
      text.append(accessStart)
      return
    }
    begin(time, .info, "access", "request")
    millisecond = time / .millisecond
    accessStart.removeAll()
    accessStart.append(text)
  }

  @inline(never)
  mutating func end() {
    append("\n", inJSON: "}\n")
  }

  /// Adds a field.
  @inline(never)
  mutating func add(_ field: LogField, _ value: Int64) {
    begin(field)
    add(value)
  }

  mutating func add(_ field: LogField, _ value: StaticString) {
    add(field, value.octets)
  }

  /// - Parameter value: any octets; those that could be taken for something else are escaped.
  @inline(never)
  mutating func add(_ field: LogField, _ value: Span<UInt8>) {
    begin(field)
    add(value)
  }

  @inline(never)
  mutating func add(_ field: LogField, _ address: SocketAddress) {
    begin(field)
    text.append(octet: UInt8(ascii: "\""))
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  @inline(never)
  mutating func add(_ field: LogField, _ address: IPAddress) {
    begin(field)
    text.append(octet: UInt8(ascii: "\""))
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  @inline(never)
  private mutating func begin(_ field: LogField) {
    let octets = field.octets.span
    if format == .json { return text.append(octets) }
    begin(octets.extracting(2..<octets.count &- 2))
  }

  /// Begins a field with the name that a service has for it. Its value is to follow.
  mutating func begin(_ name: Span<UInt8>) {
    append(" ", inJSON: ",\"")
    text.append(name)
    append("=", inJSON: "\":")
  }

  @inline(never)
  private mutating func append(_ inText: StaticString, inJSON: StaticString) {
    text.append(text: format == .text ? inText : inJSON)
  }

  /// Adds the value of the field that was begun.
  mutating func add(_ value: Int64) {
    text.append(decimal: value)
  }

  /// Adds the value of the field that was begun, octets of any kind.
  mutating func add(_ value: Span<UInt8>) {
    let isPlain =
      format == .text && !value.isEmpty && value.count <= OctetBuffer.quotedLimit
      && value.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    if isPlain { text.append(value) } else { text.append(quoted: value) }
  }
}
