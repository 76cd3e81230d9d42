import Foundation

/// Runs a body on a thread of its own.
public func inBackground(_ body: @escaping @Sendable () -> Void) {
  let thread = Thread(block: body)
  thread.stackSize = 512 << 10
  thread.start()
}

/// Something that a thread of its own works on.
public final class Background<Value: Sendable>: @unchecked Sendable {
  private let changed = NSCondition()
  private var result: Result<Value, any Error>?

  public init(_ body: @escaping @Sendable () throws -> Value) {
    inBackground { [self] in
      let result = Result { try body() }
      changed.withLock {
        self.result = result
        changed.broadcast()
      }
    }
  }

  /// Waits for it. (Everything that a test does in a thread has time limits of its own.)
  public func value() throws -> Value {
    try changed.withLock {
      while true {
        if let result { return try result.get() }
        changed.wait()
      }
    }
  }
}

/// Runs a body on several threads at once, and waits for all of them.
@discardableResult
public func inParallel<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
  let all = (0..<count).map { index in Background { try body(index) } }
  let results = all.map { background in Result { try background.value() } }
  return try results.map { try $0.get() }
}

/// Waits for what can only be asked for, not waited for.
public func eventually(
  _ what: String, seconds: Double = 60, _ condition: () throws -> Bool
) throws {
  // (The wall clock of a machine that has just started may jump.)
  let watch = Stopwatch()
  while try !condition() {
    guard watch.seconds < seconds else { throw TestFailure("not in \(seconds) s: \(what)") }
    usleep(5_000)
  }
}

/// Seconds since it was made.
public struct Stopwatch: Sendable {
  private let start = ProcessInfo.processInfo.systemUptime

  public init() {}

  public var seconds: Double { ProcessInfo.processInfo.systemUptime - start }
}
