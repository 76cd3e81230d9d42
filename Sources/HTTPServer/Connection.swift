import HTTPCodec
import Sockets

/// What a response may have to know of the connection it goes out on.
struct ConnectionInfo {
  let isAdmin: Bool
  /// Known only where something logs it.
  let peer: SocketAddress?
}

/// One client's connection: octets in, octets out, no socket and no clock (the event loop has
/// those).
///
///                   request complete, or refused, or not in time
///     .open ──────────────────────────────────────────────────────▶ .closing
///       ▲ │ response with keep-alive                                   │ all is sent
///       └─┘                                                            ▼
///                                             client's end ◀────── .lingering
///
/// `.lingering` is the half-closed state in which what the client still sends is read and thrown
/// away: a close with unread input would make the system reset the connection, and the client
/// might lose the response (RFC 9112 9.6).
struct Connection: ~Copyable {
  enum Phase { case open, closing, lingering }

  /// From so many octets of responses on, no further request is read until some are sent.
  static var highWater: Int { 16_384 }

  let descriptor: Descriptor
  let info: ConnectionInfo
  private let limits: RequestParser.Limits
  private(set) var phase = Phase.open
  private var parser: RequestParser
  /// Of `maxRequests`; less than 0 where there is no limit.
  private var requestsLeft: Int64
  /// Whether the client was told, or need not be, if the content of its request is wanted.
  private var hasConsidered = false

  /// Octets that wait for the rest of their request, or for their turn. Memory of its own only
  /// while there are any.
  var input: OctetBuffer
  /// Octets that the socket would not take.
  var output: OctetBuffer
  /// The client has sent all that it ever will.
  var endOfInput = false

  /// Whether a response was made since `takeHasAnswered` was called last.
  private var hasAnswered = false

  // The event loop's own.
  /// The batch has responses for it: until they are sent, nothing else happens to it.
  var isBatched = false
  var interest: Interest = []
  var deadline = Deadlines.Link()
  var sentOfDeadline = 0

  init(
    descriptor: Descriptor, info: ConnectionInfo, limits: RequestParser.Limits, bufferSize: Int,
    outputLimit: Int, maxRequests: Int = 0
  ) {
    self.descriptor = descriptor
    self.info = info
    self.limits = limits
    parser = RequestParser(limits: limits)
    requestsLeft = Int64(maxRequests)
    input = OctetBuffer(limit: limits.request + bufferSize)
    output = OctetBuffer(limit: outputLimit)
  }

  /// Whether a request has begun and is not complete.
  var isInRequest: Bool { parser.hasBegun }

  /// Whether its header section is not complete either.
  var isInHead: Bool { parser.isInHead }

  /// Reads the requests in some octets and appends the responses to `responses`.
  ///
  /// - Returns: which of the octets must be kept, and passed again with more behind them. They
  ///   may be whole requests, when so much is to be sent that the others have to wait.
  mutating func take(
    _ octets: UnsafeMutablePointer<UInt8>, count: Int, _ responder: inout Responder,
    _ responses: inout OctetBuffer
  ) -> Range<Int> {
    var start = 0
    let full = responses.count + Connection.highWater
    while phase == .open && start < count && responses.count < full {
      let message = octets + start
      do {
        // Content that was not wanted may come or not: nothing behind it can be read.
        var next = count - start
        var keepsAlive = false
        switch try parser.parse(message, count: count - start) {
        case .incomplete(let retained):
          let isWanted =
            !parser.expectsContinue || hasConsidered || considerHead(message, responder, &responses)
          if isWanted { return start..<start + retained }
        case .complete(let end):
          (next, keepsAlive) = (end, parser.keepsAlive)
        }
        requestsLeft &-= 1
        if requestsLeft == 0 { keepsAlive = false }
        noteBeginning(start, &responder)
        let staysOpen = responder.respond(
          to: parser.request(in: message), keepsAlive: keepsAlive, isHTTP11: parser.isHTTP11,
          on: info, into: &responses)
        if !staysOpen { phase = .closing }
        hasAnswered = true
        start += next
        parser = RequestParser(limits: limits)
        hasConsidered = false
      } catch {
        noteBeginning(start, &responder)
        refuse(error, Octets(message, count: count - start), &responder, &responses)
      }
    }
    return phase == .open ? start..<count : 0..<0
  }

  /// A request that has its deadline already began when that was set; others begin in this turn.
  @inline(__always)
  private func noteBeginning(_ start: Int, _ responder: inout Responder) {
    responder.began = start == 0 && deadline.kind == .request ? deadline.since : responder.now
  }

  /// Decides what a client is told that asks whether its content is wanted (RFC 9110 10.1.1): 100
  /// if it is, unless some of it has come already.
  ///
  /// - Returns: whether it is. Otherwise the head is to be answered, for good.
  @inline(never)
  private mutating func considerHead(
    _ message: UnsafePointer<UInt8>, _ responder: borrowing Responder,
    _ responses: inout OctetBuffer
  ) -> Bool {
    hasConsidered = true
    guard responder.wantsContent(of: parser.request(in: message), on: info) else { return false }
    if parser.awaitsContinue { responses.append("HTTP/1.1 100 Continue\r\n\r\n") }
    return true
  }

  /// Ends the connection with an error response.
  ///
  /// - Parameter message: the octets of the request so far.
  mutating func refuse(
    _ error: RequestError, _ message: Octets, _ responder: inout Responder,
    _ responses: inout OctetBuffer
  ) {
    responder.refuse(
      error, method: parser.method, fields: parser.fields(in: message), isNamed: parser.isNamed,
      on: info, into: &responses)
    phase = .closing
    input.release()
  }

  /// Drops the octets outside of a range of `input`.
  mutating func keepOnly(_ range: Range<Int>) {
    if range.isEmpty { return input.release() }
    input.truncate(to: range.upperBound)
    input.removeFirst(range.lowerBound)
  }

  /// Drops octets of `output` that the socket has taken.
  mutating func noteSent(_ count: Int) {
    sentOfDeadline += count
    if count == output.count { output.release() } else { output.removeFirst(count) }
  }

  mutating func takeHasAnswered() -> Bool {
    defer { hasAnswered = false }
    return hasAnswered
  }

  /// All is sent, and the client is told so.
  mutating func linger() {
    phase = .lingering
    input.release()
  }
}
