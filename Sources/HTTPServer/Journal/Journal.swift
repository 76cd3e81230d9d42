import HTTPCodec
import HTTPService
import Memory
import Sockets

/// The record of what the server does: metrics, log lines and the scoreboard. The event loop owns it, and
/// passes it to whatever has something to record.
struct Journal: ~Copyable {
  /// Log lines a second that clients can cause at will: enough to see what is wrong, too few to fill a
  /// disk.
  private static var linesPerSecond: Int { 10 }

  var metrics = Scoreboard.inherited()
  var log: LogOutput
  var scoreboard = Scoreboard()
  /// Whether each request gets a line in the access log.
  let logsAccess: Bool
  private let trustedProxies: TrustedProxies

  /// The time of the event loop's turn, in nanoseconds of the loop's monotonic clock.
  private(set) var now: Int64 = 0
  /// The start of the turn on the system's clock, from which the access log measures; 0 as long as there is none.
  private var turnBegan: Int64

  /// Requests to the public port that have been answered.
  private(set) var answered: UInt64 = 0
  /// Lines in this second that clients have caused.
  private var causedLines = 0
  /// Refused requests of this second that got no line of their own.
  private(set) var unlogged: Int64 = 0

  @_optimize(size)
  init(_ configuration: borrowing Configuration) {
    log = LogOutput(
      configuration.name, level: configuration.logLevel, format: configuration.logFormat)
    logsAccess = configuration.accessLog
    // (1 has the first turn set it. A flag of its own, or an optional, is larger than the module may be.)
    turnBegan = logsAccess ? 1 : 0
    trustedProxies = configuration.trustedProxies
    metrics.gauges.connectionsLimit = UInt64(configuration.maxConnections)
  }

  /// Takes the memory of a log line. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { log.reserve() }

  // MARK: Time

  /// A turn of the event loop begins.
  mutating func beginTurn(at now: Int64, wallClock: Int64) {
    self.now = now
    log.time = wallClock
    if turnBegan != 0 { turnBegan = SystemProcess.monotonicTime() }
  }

  /// A turn of the event loop ends.
  mutating func endTurn() {
    if scoreboard.takeIsDue(at: now) { Scoreboard.write(metrics) }
    log.flush()
  }

  /// A second begins.
  mutating func beginSecond(wallClock: Int64) {
    log.time = wallClock
    logUnlogged()
    metrics.logLinesLost = log.linesLost
    if metrics.startTime == 0 { metrics.startTime = UInt64(clamping: wallClock / .second) }
    metrics.gauges.memory = SystemProcess.memorySize
  }

  /// The event loop ends.
  mutating func finish() {
    log.finish()
    metrics.logLinesLost = log.linesLost
    Scoreboard.write(metrics)
  }

  // MARK: Requests

  /// Counts a request that was answered.
  mutating func countRequest(_ method: Method, _ status: Status) {
    metrics.countRequest(method, status)
    answered &+= 1
  }

  /// The address of the client of a request: its connection's, or what a trusted proxy says.
  @inline(never)
  func client(of fields: Fields, _ state: borrowing ConnectionState) -> IPAddress? {
    guard let peer = state.peer else { return nil }
    return trustedProxies.client(of: fields, from: peer) ?? peer.host
  }

  /// Records a request of the public port that was refused before a handler saw it.
  mutating func noteRefusal(
    _ method: Method, _ fields: Fields, _ state: borrowing ConnectionState, _ answer: RecordedAnswer
  ) {
    metrics.countRejection(method, answer.status)
    if logsAccess { logAccess(method, ("-" as StaticString).octets, fields, state, answer) }
  }

  /// Logs why a request was refused.
  @inline(never)
  @_optimize(size)
  mutating func logRefusal(
    _ error: RequestError, _ fields: Fields, _ state: borrowing ConnectionState,
    _ answer: RecordedAnswer
  ) {
    guard log.level <= .info, mayLogCaused(), log.begin(.info, "request refused") else { return }
    log.line.add(.status, Int64(error.status.code))
    log.line.add(.reason, error.reason)
    addOrigin(fields, state, answer)
    log.end()
  }

  /// Logs that the response which a handler made cannot be sent.
  @inline(never)
  mutating func logUnsendableResponse(to target: Span<UInt8>) {
    guard mayLogCaused(),
      log.begin(.error, "the response of a handler cannot be sent: is it over MAX_RESPONSE_SIZE?")
    else { return }
    log.line.add(.target, target)
    log.end()
  }

  /// Records a connection that was closed at once, since its address has as many as it may.
  @inline(never)
  mutating func noteOverLimit(_ peer: SocketAddress) {
    metrics.connectionsOverLimit &+= 1
    guard log.level <= .info, mayLogCaused(),
      log.begin(.info, "connection closed: its address has as many as it may")
    else { return }
    log.line.add(.peer, peer)
    log.end()
  }

  private mutating func mayLogCaused() -> Bool {
    if causedLines < Journal.linesPerSecond {
      causedLines &+= 1
      return true
    }
    unlogged &+= 1
    return false
  }

  /// Logs how many requests of the last second were refused without a line of their own.
  @inline(never)
  mutating func logUnlogged() {
    causedLines = 0
    guard unlogged > 0, log.begin(.info, "more requests were refused than are logged one by one")
    else { return }
    log.line.add(.requests, unlogged)
    log.end()
    unlogged = 0
  }

  /// Logs a request in the access log.
  ///
  /// - Parameter target: of the request, as it was sent.
  @inline(never)
  mutating func logAccess(
    _ method: Method, _ target: Span<UInt8>, _ fields: Fields, _ state: borrowing ConnectionState,
    _ answer: RecordedAnswer
  ) {
    log.beginAccess()
    log.line.add(.method, method.name)
    log.line.add(.target, target)
    if !answer.pattern.isEmpty { log.line.add(.route, answer.pattern.span) }
    log.line.add(.status, Int64(answer.status.code))
    log.line.add(.bytes, Int64(answer.contentLength))
    // (Up to this turn on the loop's clock, and in this turn on the system's; the first line of a log that only some
    // routes have begins to measure.)
    let time = SystemProcess.monotonicTime()
    turnBegan = turnBegan == 0 ? time : turnBegan
    let nanoseconds = now &- state.began &+ time &- turnBegan
    log.line.add(.duration, max(0, nanoseconds) / 1000)
    addOrigin(fields, state, answer)
    if let agent = fields["user-agent"] { log.line.add(.userAgent, agent) }
    log.endAccess()
  }

  /// Adds the fields that tell who sent the request, and what it is called.
  @inline(never)
  private mutating func addOrigin(
    _ fields: Fields, _ state: borrowing ConnectionState, _ answer: RecordedAnswer
  ) {
    if let peer = state.peer {
      log.line.add(.peer, peer)
      if let client = trustedProxies.client(of: fields, from: peer) {
        log.line.add(.client, client)
      }
    }
    guard let identity = answer.identity else { return }
    log.line.add(.requestID, identity.id)
    if let traceID = identity.traceID { log.line.add(.traceID, traceID) }
  }
}

/// What the journal records of a response.
struct RecordedAnswer: ~Escapable {
  let status: Status
  /// In octets.
  let contentLength: Int
  let identity: RequestIdentity?
  /// Of the route that has answered; empty without one.
  let pattern: ImmortalOctets

  @_lifetime(copy identity)
  init(
    _ status: Status, contentLength: Int, identity: RequestIdentity?,
    pattern: ImmortalOctets = ImmortalOctets()
  ) {
    self.status = status
    self.pattern = pattern
    self.contentLength = contentLength
    self.identity = identity
  }
}

/// The names of a request, in logs and in its response (X-Request-Id): they bring a client's complaint and
/// a line of a log together.
struct RequestIdentity: ~Escapable {
  let id: Span<UInt8>
  /// The trace that the request is a part of (W3C Trace Context).
  let traceID: Span<UInt8>?

  @_lifetime(copy id, copy traceID)
  init(_ id: Span<UInt8>, traceID: Span<UInt8>?) {
    self.id = id
    self.traceID = traceID
  }
}
