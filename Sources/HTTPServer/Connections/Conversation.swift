import HTTPCodec
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
  /// Whether it has been decided what to tell a client that asks if its content is wanted.
  private var hasConsidered = false
  /// Whether a response was made since `takeHasAnswered` was called last.
  private var hasAnswered = false

  init(on port: Port.Name, with peer: SocketAddress?, _ limits: Limits) {
    self.port = port
    self.peer = peer
    parser = RequestParser(limits: limits.request)
    requestsLeft = Int64(limits.requestsPerConnection)
  }

  /// Whether nothing can follow what has been read: the last request was complete, and its client has said that it
  /// was the last.
  private(set) var isRead = false

  /// Whether a request has begun and is not complete.
  private(set) var isInRequest = false

  /// Whether its header section is not complete either.
  var isInHead: Bool { mutating get { parser.isInHead } }

  /// Reads the requests in `input` and appends the responses to `output`.
  ///
  /// - Parameter began: when the first request began.
  /// - Returns: which of the octets must be kept, and passed again with more behind them. They
  ///   may be whole requests, when so much is to be sent that the others have to wait.
  mutating func answer(
    _ input: inout OctetBuffer, began: Int64, _ limits: Limits, _ services: inout Services,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) -> Range<Int> {
    var start = 0
    let full = output.count + limits.pendingResponses
    while phase == .open && start < input.count && output.count < full {
      var message = input.mutableOctets(from: start)
      // The first request may have begun earlier; the others begin in this turn.
      let began = start == 0 ? began : journal.now
      do throws(RequestError) {
        // Content that is not wanted may come or not: nothing behind it can be read.
        var next = message.count
        var keepsAlive = false
        switch try parser.parse(&message) {
        case .incomplete(let retained):
          let isWanted =
            !parser.expectsContinue || hasConsidered
            || considerHead(message.span, services, &output)
          if isWanted {
            isInRequest = parser.hasBegun
            return start..<start + retained
          }
        case .complete(let end):
          (next, keepsAlive) = (end, parser.keepsAlive)
          isRead = parser.isLast && end == message.count
        }
        requestsLeft &-= 1
        if requestsLeft == 0 { keepsAlive = false }
        let exchange = Exchange(
          keepsAlive: keepsAlive && !services.isDraining, isHTTP11: parser.isHTTP11, began: began,
          peer: peer)
        let staysOpen = services.respond(
          to: parser.request(in: message.span), exchange, on: port, &journal, into: &output)
        if !staysOpen { phase = .closing }
        hasAnswered = true
        start += next
        parser.begin()
        isInRequest = false
        hasConsidered = false
      } catch {
        refuse(
          error, parser.fields(in: message.span), began: began, &services, &journal, into: &output)
      }
    }
    return phase == .open ? start..<input.count : 0..<0
  }

  /// Decides what a client is told that asks whether its content is wanted (RFC 9110 10.1.1): 100
  /// if it is, unless some of it has come already.
  ///
  /// - Returns: whether it is. Otherwise the head is to be answered, for good.
  @inline(never)
  private mutating func considerHead(
    _ message: Span<UInt8>, _ services: borrowing Services, _ output: inout OctetBuffer
  ) -> Bool {
    hasConsidered = true
    guard services.wantsContent(of: parser.request(in: message), on: port) else { return false }
    if parser.awaitsContinue { output.append("HTTP/1.1 100 Continue\r\n\r\n") }
    return true
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

  private mutating func refuse(
    _ error: RequestError, _ fields: Fields, began: Int64, _ services: inout Services,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    services.refuse(
      error, parser.method, fields, isNamed: parser.isNamed,
      Exchange(keepsAlive: false, isHTTP11: parser.isHTTP11, began: began, peer: peer),
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
