import HTTPCodec

/// The service on the public port: asks the application's handlers, adds what every response has, and
/// records it.
struct PublicService: ~Copyable {
  private let router: Router
  private let cors: CORS
  private var writer: ResponseWriter
  private var response: Response
  private var identifier = RequestIdentifier()

  init(_ router: Router, _ configuration: Configuration, _ limits: Limits) {
    self.router = router
    cors = CORS(configuration.allowedOrigins)
    writer = ResponseWriter(server: configuration.serverHeader, commonField: cors.commonField)
    response = Response(limits)
  }

  /// Takes the memory of what all responses have. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { writer.reserve() && identifier.reserve() }

  /// Sets the date of the responses to come, in seconds since the Unix epoch.
  mutating func setTime(_ seconds: Int64) { writer.setTime(seconds) }

  /// Whether the content of this request can matter: it cannot where no handler will see it.
  ///
  /// - Parameter head: the request without its content.
  func wantsContent(of head: Request) -> Bool { router.hasHandler(for: head) }

  /// Appends the response to a request.
  ///
  /// - Returns: whether the connection stays open after it.
  mutating func respond(
    to request: Request, _ exchange: borrowing Exchange, _ journal: inout Journal,
    into output: inout OctetBuffer
  ) -> Bool {
    response.reset()
    router.answer(request, &response)
    if !response.isSendable {
      journal.logUnsendableResponse(to: request.target)
      response.failUnsendable()
    }
    let isShared = cors.addFields(for: request, to: &response)
    var name = InlineArray<32, UInt8>(repeating: 0)
    let identity = identifier.identify(
      request.fields, isNamed: request.isNamed, orMakeNew: journal.logsAccess, in: &name,
      isShared: isShared, &response)
    let staysOpen = exchange.keepsAlive && !response.closesConnection
    let length = writer.append(
      &response, toHead: request.method == .head,
      connection: exchange.connectionOption(staysOpen: staysOpen), into: &output)
    journal.noteRequest(
      request.method, request.target, request.fields, exchange,
      RecordedAnswer(response.status, contentLength: length, identity: identity))
    return staysOpen
  }

  /// Appends the response to what could not be read as a request.
  ///
  /// - Parameter fields: those of its header section, if that could be read.
  mutating func refuse(
    _ error: RequestError, _ method: Method, _ fields: Fields, isNamed: Bool,
    _ exchange: borrowing Exchange,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    response.reset()
    response.fail(error.status, error.reason)
    // A page of an origin that may read our responses is to see why.
    let isShared = cors.addOrigin(of: fields, to: &response)
    var name = InlineArray<32, UInt8>(repeating: 0)
    let identity = identifier.identify(
      fields, isNamed: isNamed, orMakeNew: journal.logsAccess, in: &name, isShared: isShared,
      &response)
    let length = writer.append(
      &response, toHead: method == .head, connection: "close", into: &output)
    let answer = RecordedAnswer(error.status, contentLength: length, identity: identity)
    journal.logRefusal(error, fields, exchange, answer)
    journal.noteRefusal(method, fields, exchange, answer)
  }
}
