import HTTPCodec
import Memory
import Sockets

/// The service's log: lines on standard error beside the server's, with the service's name, in the form that
/// `LOG_FORMAT` says and from the level on that `LOG_LEVEL` says.
///
///     2026-11-26T08:00:00.123Z info todo: a todo was added id=7
///
/// A line that cannot be written at once is lost: a reader of the log that is slow does not make clients wait.
public enum Log {
  /// A line to add fields to, while `Log.info(_:_:)` and the like call its closure. It has 4000 octets: a field for
  /// which there is no room is left out.
  public struct Line: ~Copyable {
    var line: LogLine

    /// Adds a field with a number.
    public mutating func add(_ name: StaticString, _ value: Int64) {
      let start = line.text.count
      line.begin(name.octets)
      line.add(value)
      keepIfItFits(from: start)
    }

    /// Adds a field with a number: `line.add("count", list.count)`.
    public mutating func add(_ name: StaticString, _ value: Int) { add(name, Int64(value)) }

    /// Adds a field with octets of any kind, at most 256 of them: what could be taken for something else is escaped.
    public mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
      let start = line.text.count
      line.begin(name.octets)
      line.add(value)
      keepIfItFits(from: start)
    }

    /// Adds a field with a literal.
    public mutating func add(_ name: StaticString, _ value: StaticString) {
      add(name, value.octets)
    }

    /// Removes a field that does not fit: a part of it could leave no room for the line's end, and the next line would
    /// be joined to this one.
    private mutating func keepIfItFits(from start: Int) {
      if line.text.overflowed || line.text.count > 4000 { line.text.rollBack(to: start) }
    }
  }

  /// Written once, before the first request.
  nonisolated(unsafe) static var name: StaticString = "http_server"

  /// Writes a line for those who look for a fault.
  public static func debug(_ message: StaticString, _ fields: (inout Line) -> Void = { _ in }) {
    write(.debug, message, fields)
  }

  /// Writes a line about what goes on as it should.
  ///
  /// ```swift
  /// Log.info("a todo was added") { $0.add("id", 7) }
  /// ```
  public static func info(_ message: StaticString, _ fields: (inout Line) -> Void = { _ in }) {
    write(.info, message, fields)
  }

  /// Writes a line about what an operator should look at.
  public static func warn(_ message: StaticString, _ fields: (inout Line) -> Void = { _ in }) {
    write(.warn, message, fields)
  }

  /// Writes a line about what has failed.
  public static func error(_ message: StaticString, _ fields: (inout Line) -> Void = { _ in }) {
    write(.error, message, fields)
  }

  private static func write(
    _ level: LogLevel, _ message: StaticString, _ fields: (inout Line) -> Void
  ) {
    let isWanted = level >= (setting("LOG_LEVEL").flatMap { LogLevel($0.span) } ?? .info)
    guard isWanted else { return }
    var line = Line(
      line: LogLine(format: setting("LOG_FORMAT").flatMap { LogFormat($0.span) } ?? .text))
    guard line.line.reserve() else { return }
    unsafe line.line.begin(SystemProcess.wallClockTime(), level, name, message)
    fields(&line)
    line.line.end()
    _ = SystemProcess.write(line.line.text.octets, to: 2)
  }

  private static func setting(_ name: StaticString) -> ImmortalOctets? {
    SystemProcess.readEnvironment() ? SystemProcess.environment(name) : nil
  }
}
