import HTTPCodec
import HTTPService
import Sockets

/// The requests of one connection and their responses, in order: octets in, octets out, no socket and no
/// clock (`Connection` and the event loop have those).
///
///                   request complete, or refused, or not in time
///     .open ──────────────────────────────────────────────────────▶ .closing
///       ▲ │ response with keep-alive                                   │ all is sent
///       └─┘                                                            ▼
///                                             client's end ◀────── .lingering
///
/// From `.closing` the end comes at once where the client has said that it sends nothing more, and all that it has
/// sent is read (`isRead`).
///
/// `.lingering` is the half-closed state in which what the client still sends is read and thrown
/// away: a close with unread input would make the system reset the connection, and the client
/// might lose the response (RFC 9112 9.6).
struct Conversation: ~Copyable {
  enum Phase { case open, closing, lingering }

  let port: Port.Name
  /// The client's address, known only where something needs it.
  let peer: SocketAddress?
  private(set) var phase = Phase.open
  private var parser: RequestParser
  /// Of `MAX_REQUESTS_PER_CONNECTION`; less than 0 where there is no limit.
  private var requestsLeft: Int64
  /// What the service wants of the content of the request, once its head is complete and more has to come.
  private var plan: ContentPlan?
  /// Content of the last response that has not been taken yet: pieces of it go out as the client takes them, and
  /// no further request is answered meanwhile.
  private var rest = ContentSource()
  /// Whether a response was made since `takeHasAnswered` was called last.
  private var hasAnswered = false

  init(on port: Port.Name, with peer: SocketAddress?, _ limits: borrowing Limits) {
    self.port = port
    self.peer = peer
    parser = RequestParser(limits: limits.request)
    requestsLeft = Int64(limits.requestsPerConnection)
  }

  /// Whether nothing can follow what has been read: the last request was complete, and its client has said that it
  /// was the last.
  private(set) var isRead = false

  /// When the request began, where its deadline has been set anew; nil where the deadline tells.
  var firstOctetAt: Int64?

  /// Whether a request has begun and is not complete.
  private(set) var isInRequest = false

  /// Whether its header section is not complete either.
  var isInHead: Bool { mutating get { parser.isInHead } }

  /// Reads the requests in `input` and appends the responses to `output`.
  ///
  /// - Parameters:
  ///   - began: when the first request began.
  ///   - most: octets of responses after which no further request is answered.
  /// - Returns: which of the octets must be kept, and passed again with more behind them. They
  ///   may be whole requests, when so much is to be sent that the others have to wait.
  mutating func answer(
    _ input: inout OctetBuffer, began: Int64, upTo most: Int, _ services: inout Services,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) -> Range<Int> {
    var start = 0
    let full = output.count + most
    while phase == .open && start < input.count && output.count < full && !hasRest {
      var message = input.mutableOctets(from: start)
      // The first request may have begun earlier; the others begin in this turn.
      let began = start == 0 ? began : journal.now
      do throws(RequestError) {
        // Content that is not wanted may come or not: nothing behind it can be read.
        var next = message.count
        var keepsAlive = false
        switch try parser.parse(&message) {
        case .incomplete(let retained):
          var goesOn = true
          if parser.isInContent { goesOn = try considerContent(message.span, &services, &output) }
          if goesOn {
            isInRequest = parser.hasBegun
            return start..<start + retained
          }
        case .complete(let end):
          (next, keepsAlive) = (end, parser.keepsAlive)
          isRead = parser.isLast && end == message.count
        }
        requestsLeft &-= 1
        if requestsLeft == 0 { keepsAlive = false }
        let state = ConnectionState(
          keepsAlive: keepsAlive && !services.isDraining, isHTTP11: parser.isHTTP11, began: began,
          peer: peer)
        let staysOpen = services.respond(
          to: parser.request(in: message.span), state, on: port, &journal, into: &output)
        if !staysOpen { phase = .closing }
        rest = services.rest(on: port)
        hasAnswered = true
        start += next
        parser.begin()
        isInRequest = false
        plan = nil
        firstOctetAt = nil
      } catch {
        refuse(
          error, parser.fields(in: message.span), began: began, &services, &journal, into: &output)
      }
    }
    return phase == .open ? start..<input.count : 0..<0
  }

  /// Holds the content, of which there is more to come, against what the service wants of it. A client that asks
  /// whether it is wanted (RFC 9110 10.1.1) is told 100 if it is, unless some of it has come already.
  ///
  /// - Returns: whether the client is to go on. Otherwise the head is to be answered, for good.
  @inline(never)
  private mutating func considerContent(
    _ message: Span<UInt8>, _ services: inout Services, _ output: inout OctetBuffer
  ) throws(RequestError) -> Bool {
    let isNew = plan == nil
    let plan = plan ?? services.plan(for: parser.request(in: message), on: port)
    self.plan = plan
    if parser.contentLength > Int64(plan.limit) { throw .requestTooLarge }
    guard isNew, parser.expectsContinue else { return true }
    if plan.isWanted, parser.awaitsContinue { output.append("HTTP/1.1 100 Continue\r\n\r\n") }
    return plan.isWanted
  }

  /// Whether there is more of the last response to be taken.
  var hasRest: Bool { rest.count > 0 }

  /// Appends the next octets of the last response, `limit` at the most.
  mutating func takeRest(_ limit: Int, into output: inout OctetBuffer) {
    rest.take(limit, into: &output)
  }

  /// When the time of the request is over that has begun; nil for what `REQUEST_TIMEOUT` says.
  ///
  /// - Parameter began: when it began.
  func requestEnds(_ began: Int64) -> Int64? {
    guard let plan, plan.time > 0 else { return nil }
    return began &+ plan.time
  }

  /// Ends the conversation with an error response.
  ///
  /// - Parameters:
  ///   - input: the octets of the request so far.
  ///   - began: when it began.
  mutating func refuse(
    _ error: RequestError, _ input: borrowing OctetBuffer, began: Int64, _ services: inout Services,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    refuse(
      error, parser.fields(in: input.octets), began: began, &services, &journal, into: &output)
  }

  @inline(never)
  private mutating func refuse(
    _ error: RequestError, _ fields: Fields, began: Int64, _ services: inout Services,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    services.refuse(
      error, parser.method, fields, isNamed: parser.isNamed,
      ConnectionState(keepsAlive: false, isHTTP11: parser.isHTTP11, began: began, peer: peer),
      on: port, &journal, into: &output)
    phase = .closing
  }

  @inline(__always)
  mutating func takeHasAnswered() -> Bool {
    defer { hasAnswered = false }
    return hasAnswered
  }

  /// All is sent, and the client is told so.
  mutating func linger() { phase = .lingering }
}
