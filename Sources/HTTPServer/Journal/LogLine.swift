import HTTPCodec
import Memory
import Sockets

/// A log line that is being written.
struct LogLine: ~Copyable {
  private let format: LogFormat
  var text = OctetBuffer(limit: 4096)
  /// The time as it is written, which many lines have in common, and the millisecond that it is.
  private var timestamp = OctetBuffer(limit: 32)
  private var millisecond: Int64 = -1

  init(format: LogFormat) {
    self.format = format
  }

  mutating func reserve() -> Bool { text.reserve(4096) && timestamp.reserve(32) }

  @inline(never)
  @_optimize(size)
  mutating func begin(
    _ time: Int64, _ level: LogLevel, _ logger: StaticString, _ message: StaticString
  ) {
    text.removeAll()
    let isText = format == .text
    text.append(text: isText ? "" : "{\"time\":\"")
    if time / .millisecond != millisecond {
      millisecond = time / .millisecond
      timestamp.removeAll()
      timestamp.append(timestamp: time / .second, milliseconds: millisecond % 1000)
    }
    text.append(timestamp)
    text.append(text: isText ? " " : "\",\"level\":\"")
    text.append(text: level.name)
    text.append(text: isText ? " " : "\",\"logger\":\"")
    text.append(text: logger)
    text.append(text: isText ? ": " : "\",\"message\":\"")
    text.append(text: message)
    text.append(text: isText ? "" : "\"")
  }

  @inline(never)
  mutating func end() {
    text.append(text: format == .text ? "\n" : "}\n")
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ value: Int64) {
    beginField(name)
    text.append(decimal: value)
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ value: StaticString) {
    add(name, value.octets)
  }

  /// - Parameter value: any octets; those that could be taken for something else are escaped.
  @inline(never)
  mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
    beginField(name)
    let isPlain =
      format == .text && !value.isEmpty && value.count <= OctetBuffer.quotedLimit
      && value.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    if isPlain { text.append(value) } else { text.append(quoted: value) }
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ address: SocketAddress) {
    beginField(name)
    text.append(octet: UInt8(ascii: "\""))
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ address: IPAddress) {
    beginField(name)
    text.append(octet: UInt8(ascii: "\""))
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  private mutating func beginField(_ name: StaticString) {
    if format == .text {
      text.append(octet: UInt8(ascii: " "))
      text.append(text: name)
      text.append(octet: UInt8(ascii: "="))
    } else {
      text.append(",\"")
      text.append(text: name)
      text.append("\":")
    }
  }
}
