import HTTPCodec
import Sockets

/// Turns a request into the octets of its response: asks the router, adds what every response
/// has, counts and logs it.
struct Responder: ~Copyable {
  private let router: Router
  private let cors: CORS
  private let serverHeader: Octets
  private let logsAccess: Bool
  private let trustedProxies: TrustedProxies
  private var response: Response
  /// Date and Server: the same in all responses of a second.
  private var commonFields = OctetBuffer(limit: 1024)
  /// The begin of nearly all responses of the public port: 200, the common fields, CORS.
  private var usualBegin = OctetBuffer(limit: 2048)
  private var identifier = RequestIdentifier()

  var admin: Admin
  var metrics = Board.inherited()
  var log: Log
  /// The time of the event loop's turn, in nanoseconds of the monotonic clock.
  var now: Int64 = 0
  /// When the request that is answered has begun, on the same clock.
  var began: Int64 = 0
  /// When the turn began, on the system's clock: what a line of the access log measures from.
  var turnBegan: Int64 = 0
  /// Lines that a client can cause at will, in this second.
  private var causedLines = 0
  /// Those of them that were not written one by one.
  private(set) var unlogged: Int64 = 0
  /// In a drain every response is the last one of its connection.
  var isDraining = false
  /// How many requests of the public port have been answered; the event loop knows how long it took.
  private(set) var answered: UInt64 = 0

  init(router: Router, configuration: Configuration) {
    self.router = router
    cors = CORS(policy: configuration.corsAllowOrigin)
    serverHeader = configuration.serverHeader
    logsAccess = configuration.accessLog
    trustedProxies = configuration.trustedProxies
    response = Response(limit: configuration.responseLimit)
    admin = Admin(hosts: configuration.adminHosts)
    log = Log(level: configuration.logLevel, format: configuration.logFormat)
  }

  /// Takes the memory of what all responses have.
  ///
  /// - Returns: false when there is not enough.
  mutating func reserve() -> Bool {
    commonFields.reserve(1024) && usualBegin.reserve(2048) && log.reserve()
  }

  /// To be called when a second has begun.
  mutating func setTime(_ seconds: Int64) {
    tellUnlogged()
    commonFields.removeAll()
    commonFields.append("Date: ")
    commonFields.append(httpDate: seconds)
    commonFields.append("\r\n")
    if !serverHeader.isEmpty { commonFields.append(field: "Server", serverHeader) }
    usualBegin.removeAll()
    usualBegin.append(statusLine: .ok)
    usualBegin.append(commonFields.octets)
    usualBegin.append(cors.commonField)
  }

  /// Whether the content of this request can matter: it cannot where no handler will see it.
  ///
  /// - Parameter head: the request without its content.
  func wantsContent(of head: Request, on connection: ConnectionInfo) -> Bool {
    connection.isAdmin ? admin.hasPage(for: head) : router.hasHandler(for: head)
  }

  /// Appends the response to a request.
  ///
  /// - Returns: whether the connection stays open behind it.
  mutating func respond(
    to request: Request, keepsAlive: Bool, isHTTP11: Bool, on connection: ConnectionInfo,
    into output: inout OctetBuffer
  ) -> Bool {
    response.reset()
    if connection.isAdmin {
      admin.answer(
        request, &response, metrics, isReady: !isDraining, at: log.time / Configuration.second,
        now: now)
      // At once: the next request of this turn may ask for readiness.
      if admin.drainRequested { isDraining = true }
    } else {
      router.answer(request, &response)
    }
    // A response of the handler's that cannot be sent: too large, no memory, or not a final one.
    if response.content.overflowed || response.fields.overflowed || response.status.isInterim {
      if mayLogCaused(), log.begin(.error, "the handler's response cannot be sent") {
        log.line.add("target", request.targetOctets)
        log.end()
      }
      response.reset()
      response.fail(.internalServerError, "the response could not be made")
      response.closesConnection = true
    }
    let isShared = !connection.isAdmin && cors.addFields(for: request, to: &response)
    let identity = identity(of: request.fields, isNamed: request.isNamed, isShared: isShared)
    let staysOpen = keepsAlive && !isDraining && !response.closesConnection
    let length = appendResponse(
      to: connection, isHead: request.method == .head,
      connectionOption: staysOpen ? (isHTTP11 ? nil : "keep-alive") : "close",
      into: &output)
    // (Probes and scrapes would fill the figures and the log with themselves.)
    if connection.isAdmin { return staysOpen }
    metrics.countRequest(request.method, response.status)
    answered &+= 1
    if logsAccess {
      logAccess(
        request.method, request.targetOctets, length, connection, request.fields, identity)
    }
    return staysOpen
  }

  /// Appends the response to what could not be read as a request.
  ///
  /// - Parameter fields: those of its header section, if that could be read.
  mutating func refuse(
    _ error: RequestError, method: Method, fields: Fields, isNamed: Bool,
    on connection: ConnectionInfo,
    into output: inout OctetBuffer
  ) {
    response.reset()
    response.fail(error.status, error.reason)
    // A page of an origin that may read our responses is to see why.
    let isShared = !connection.isAdmin && cors.addOrigin(of: fields, to: &response)
    let identity = identity(of: fields, isNamed: isNamed, isShared: isShared)
    let length = appendResponse(
      to: connection, isHead: method == .head, connectionOption: "close", into: &output)
    if !connection.isAdmin { metrics.countRejection(method, error.status) }
    if log.level <= .info, mayLogCaused(), log.begin(.info, "request refused") {
      log.line.add("status", Int64(error.status.code))
      log.line.add("reason", error.reason)
      logOrigin(connection, fields, identity)
      log.end()
    }
    if logsAccess && !connection.isAdmin {
      logAccess(method, Octets("-"), length, connection, fields, identity)
    }
  }

  /// What the request is called, where somebody wants to know: its client said a name, or there is a
  /// log. The response tells it, and if it is shared with a page of another origin, that the page may
  /// read this field (Fetch standard, "CORS-exposed header-name list").
  @inline(__always)
  private mutating func identity(
    of fields: Fields, isNamed: Bool, isShared: Bool
  ) -> RequestIdentity? {
    guard isNamed || logsAccess,
      let identity = identifier.identify(fields, orMakeNew: logsAccess)
    else { return nil }
    response.addField("X-Request-Id", identity.id)
    if isShared { response.addField("Access-Control-Expose-Headers", "X-Request-Id") }
    return identity
  }

  /// Appends the head and, unless there is none to a HEAD, the content (RFC 9112 4, 5, 6).
  ///
  /// - Returns: how many octets of content were appended.
  private mutating func appendResponse(
    to connection: ConnectionInfo, isHead: Bool, connectionOption: StaticString?,
    into output: inout OctetBuffer
  ) -> Int {
    if response.status == .ok && !connection.isAdmin {
      output.append(usualBegin.octets)
    } else {
      output.append(statusLine: response.status)
      output.append(commonFields.octets)
      if !connection.isAdmin { output.append(cors.commonField) }
    }
    // A 205 says that it has none (RFC 9110 15.3.6).
    let hasContent = !response.status.forbidsContent && response.status != .resetContent
    let length = hasContent ? response.content.count : 0
    if !response.status.forbidsContent {
      if let contentType = response.contentType, length > 0 {
        output.append("Content-Type: ")
        output.append(contentType)
        output.append("\r\nContent-Length: ")
      } else {
        output.append("Content-Length: ")
      }
      output.append(decimal: Int64(length))
      output.append("\r\n")
    }
    if !response.allowed.isEmpty { output.append(field: "Allow", response.allowed) }
    output.append(response.fields.octets)
    if let connectionOption {
      output.append("Connection: ")
      output.append(connectionOption)
      output.append("\r\n")
    }
    output.append("\r\n")
    if isHead { return 0 }
    output.append(response.content.octets[0..<length])
    return length
  }

  /// A client that is refused again and again does not fill the log: so many lines a second are enough
  /// to see what is wrong.
  private static var mostCausedLines: Int { 10 }

  private mutating func mayLogCaused() -> Bool {
    if causedLines < Responder.mostCausedLines {
      causedLines += 1
      return true
    }
    unlogged += 1
    return false
  }

  /// A connection that was closed at once, since its address has as many as it may.
  @inline(never)
  mutating func noteOverLimit(_ peer: SocketAddress) {
    metrics.connectionsOverLimit += 1
    guard log.level <= .info, mayLogCaused(),
      log.begin(.info, "connection closed: its address has as many as it may")
    else { return }
    log.line.add("peer", peer)
    log.end()
  }

  /// To be called when a second is over: tells what of it was not logged line by line.
  mutating func tellUnlogged() {
    causedLines = 0
    guard unlogged > 0, log.begin(.info, "more requests were refused than are logged one by one")
    else { return }
    log.line.add("requests", unlogged)
    log.end()
    unlogged = 0
  }

  @inline(never)
  private mutating func logAccess(
    _ method: Method, _ target: Octets, _ length: Int, _ connection: ConnectionInfo,
    _ fields: Fields, _ identity: RequestIdentity?
  ) {
    log.beginAccess()
    log.line.add("method", method.name)
    log.line.add("target", target)
    log.line.add("status", Int64(response.status.code))
    log.line.add("bytes", Int64(length))
    // (What has gone by before this turn, on the loop's clock, and what since.)
    let nanoseconds = now - began + SystemProcess.monotonicTime() - turnBegan
    log.line.add("duration_us", max(0, nanoseconds) / 1000)
    logOrigin(connection, fields, identity)
    if let agent = fields["user-agent"] { log.line.add("user_agent", agent) }
    log.endAccess()
  }

  /// Who asks, and what the request is called.
  @inline(never)
  private mutating func logOrigin(
    _ connection: ConnectionInfo, _ fields: Fields, _ identity: RequestIdentity?
  ) {
    if let peer = connection.peer {
      log.line.add("peer", peer)
      if let client = trustedProxies.client(of: fields, from: peer) {
        log.line.add("client", client)
      }
    }
    guard let identity else { return }
    log.line.add("request_id", identity.id)
    if let traceID = identity.traceID { log.line.add("trace_id", traceID) }
  }
}
