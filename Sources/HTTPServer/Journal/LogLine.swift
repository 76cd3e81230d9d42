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
  /// What the lines of the access log begin with in a millisecond.
  private var accessStart = OctetBuffer(limit: 128)
  private var accessMillisecond: Int64 = -1

  init(format: LogFormat) {
    self.format = format
  }

  mutating func reserve() -> Bool {
    text.reserve(4096) && timestamp.reserve(32) && accessStart.reserve(128)
  }

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

  /// Begins a line of the access log.
  @inline(never)
  @_optimize(size)
  mutating func beginAccess(_ time: Int64) {
    if time / .millisecond == accessMillisecond {
      text.removeAll()
      text.append(accessStart)
      return
    }
    begin(time, .info, "access", "request")
    accessMillisecond = millisecond
    accessStart.removeAll()
    accessStart.append(text)
  }

  @inline(never)
  mutating func end() {
    text.append(text: format == .text ? "\n" : "}\n")
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ value: Int64) {
    begin(name)
    text.append(decimal: value)
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ value: StaticString) {
    add(name, value.octets)
  }

  /// - Parameter value: any octets; those that could be taken for something else are escaped.
  @inline(never)
  mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
    let isPlain =
      format == .text && !value.isEmpty && value.count <= OctetBuffer.quotedLimit
      && value.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    begin(name, isQuoted: !isPlain)
    if isPlain { return text.append(value) }
    text.append(escaped: value.extracting(first: OctetBuffer.quotedLimit), isASCII: true)
    text.append(octet: UInt8(ascii: "\""))
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ address: SocketAddress) {
    begin(name, isQuoted: true)
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  @inline(never)
  mutating func add(_ name: StaticString, _ address: IPAddress) {
    begin(name, isQuoted: true)
    text.append(address: address)
    text.append(octet: UInt8(ascii: "\""))
  }

  /// Appends the name of a field, and what stands around it.
  @inline(never)
  private mutating func begin(_ name: StaticString, isQuoted: Bool = false) {
    var (before, behind) = (ShortOctets(), ShortOctets())
    if format == .text {
      before.append(UInt8(ascii: " "))
      behind.append(UInt8(ascii: "="))
    } else {
      before.append(UInt8(ascii: ","))
      before.append(UInt8(ascii: "\""))
      behind.append(UInt8(ascii: "\""))
      behind.append(UInt8(ascii: ":"))
    }
    if isQuoted { behind.append(UInt8(ascii: "\"")) }
    text.append(before, name.octets, behind)
  }
}
