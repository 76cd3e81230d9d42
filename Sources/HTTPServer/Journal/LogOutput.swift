import HTTPCodec
import Sockets

/// Log lines: what happens, to standard error; the access log, to standard output. In one shape:
///
///     2026-11-26T08:00:00.123Z info http_server: listening address="[::]:1234"
///     {"time":"2026-11-26T08:00:00.123Z","level":"info","logger":"http_server","message":"listening",…}
struct LogOutput: ~Copyable {
  let level: LogLevel
  /// What the service calls itself.
  private let name: StaticString
  /// The time that lines get, in nanoseconds since the Unix epoch; the event loop keeps it up to date.
  var time: Int64 = 0
  /// The line that `begin` has begun, to add fields to.
  var line: LogLine
  /// Access lines are many: they go out together, once a turn of the loop.
  private var accessLines: LogStream
  private var lines: LogStream
  /// Lines that were lost since the start, and those of them that no log line has reported yet.
  private(set) var linesLost: UInt64 = 0
  private var untold: Int64 = 0
  /// Those that a line has reported which may wait still: if that is lost, they are to be reported again.
  private var told: Int64 = 0
  private var toldAt: Int64 = 0

  /// - Parameters:
  ///   - name: what the service calls itself.
  ///   - output: the descriptor of access lines; tests have a pipe.
  ///   - errors: the descriptor of other lines.
  init(
    _ name: StaticString, level: LogLevel, format: LogFormat, output: Int32 = 1, errors: Int32 = 2
  ) {
    self.name = name
    self.level = level
    accessLines = LogStream(descriptor: output)
    lines = LogStream(descriptor: errors)
    line = LogLine(format: format)
  }

  /// Takes the memory of a line. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { line.reserve() }

  /// Begins a line, unless lines of this level are not wanted. Fields may be added to `line`, then
  /// `end` writes it.
  @inline(never)
  mutating func begin(_ level: LogLevel, _ message: StaticString) -> Bool {
    guard level >= self.level else { return false }
    line.begin(time, level, name, message)
    return true
  }

  /// Writes the line that was begun.
  @inline(never)
  mutating func end() {
    line.end()
    lines.append(line.text)
    lines.flush()
  }

  @inline(never)
  mutating func write(_ level: LogLevel, _ message: StaticString) {
    if begin(level, message) { end() }
  }

  mutating func beginAccess() {
    line.beginAccess(time)
  }

  mutating func endAccess() {
    line.end()
    accessLines.append(line.text)
  }

  /// Whether there are lines that no reader has taken yet.
  var isWaiting: Bool { accessLines.isWaiting || lines.isWaiting }

  /// Writes the lines that wait, and a line about those that were dropped: once a second at the most,
  /// as that one may be lost as well.
  @inline(never)
  mutating func flush() {
    if !isWaiting && untold == 0 && accessLines.lost &+ lines.lost == 0 { return }
    accessLines.flush()
    let lost = lines.lost
    lines.flush()
    if lines.lost > lost { untold &+= told }
    if !lines.isWaiting { told = 0 }
    countLost()
    guard untold > 0, !isWaiting, time &- toldAt >= .second || time < toldAt else {
      return
    }
    tellLost()
  }

  @inline(never)
  private mutating func countLost() {
    let lost = accessLines.takeLost() &+ lines.takeLost()
    linesLost &+= UInt64(clamping: lost)
    untold &+= lost
  }

  @inline(never)
  private mutating func tellLost() {
    toldAt = time
    guard begin(.warn, "log lines were lost") else { return }
    line.add(.lines, untold)
    end()
    // (Not counted as one of them.)
    if lines.takeLost() > 0 { return }
    told = lines.isWaiting ? untold : 0
    untold = 0
  }

  /// Ends the log: lines that no reader takes now are lost.
  mutating func finish() {
    flush()
    accessLines.drop()
    lines.drop()
    untold &+= told
    countLost()
    if untold > 0 { tellLost() }
  }
}
