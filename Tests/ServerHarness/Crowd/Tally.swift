import Synchronization

/// What the clients of one kind have seen, counted while they go on.
public final class Tally: Sendable {
  public struct Counts: Sendable {
    public var connections = 0
    public var open = 0
    /// Requests that were sent as a whole.
    public var requests = 0
    /// Right answers to them.
    public var answered = 0
    /// Other final responses, by status.
    public var statuses: [Int: Int] = [:]
    /// Ends of connections that were not the client's.
    public var refused = 0
    public var closed = 0
    public var reset = 0
    /// Among these: before the first octet of an answer to the first request. Such a connection may
    /// never have reached the server: in a drain, or when the system's queue has overflowed (it
    /// then sends SYN cookies, and resets whoever sends more than one segment before his turn).
    public var cutOff = 0
    /// The first few.
    public var cutOffTexts: [String] = []
    public var failures = 0
    /// The first few.
    public var failureTexts: [String] = []
    public var latencies = Latencies()
  }

  public let name: String
  private let state = Mutex(Counts())

  public init(_ name: String) { self.name = name }

  public var counts: Counts { state.withLock { $0 } }

  func note(_ change: (inout Counts) -> Void) { state.withLock { change(&$0) } }

  func fail(_ text: String) {
    // Of a response's text, say: one failure is one line.
    let text = text.replacing("\n", with: " ")
    note {
      $0.failures += 1
      if $0.failureTexts.count < 5 { $0.failureTexts.append("\(name): \(text)") }
    }
  }

  /// The latencies since they were taken the last time.
  public func takeLatencies() -> Latencies {
    state.withLock { counts in
      defer { counts.latencies = Latencies() }
      return counts.latencies
    }
  }
}
