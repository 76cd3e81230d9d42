import HTTPCodec
import HTTPService

/// The service on the public port: asks the application's handlers, adds what every response has, and
/// records it.
struct PublicService: ~Copyable {

  private let service: Service
  private let cors: CORS
  private var answering: Answering

  init(
    _ routes: borrowing Routes, _ configuration: borrowing Configuration, _ limits: borrowing Limits
  ) {
    service = Service(routes, maxContent: configuration.maxOtherContent)
    cors = CORS(configuration.allowedOrigins)
    answering = Answering(
      server: configuration.serverHeader, commonField: cors.commonField,
      content: limits.responseContent, fields: limits.responseFields)
  }

  /// Takes the memory of what all responses have. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { answering.reserve() }

  /// Sets the date of the responses to come, in seconds since the Unix epoch.
  mutating func setTime(_ seconds: Int64) { answering.writer.setTime(seconds) }

  /// What is wanted of the content of a request.
  ///
  /// - Parameter head: the request without its content.
  func plan(for head: Request) -> ContentPlan { service.plan(for: head) }

  /// Whether a handler wants to know clients' addresses.
  var usesClientAddress: Bool { service.usesClientAddress }

  /// The content of the response that was made last which is to be taken in pieces.
  var rest: ContentSource { mutating get { answering.response.rest } }

  /// Appends the response to a request.
  ///
  /// - Returns: whether the connection stays open after it.
  mutating func respond(
    to request: consuming Request, _ state: borrowing ConnectionState, _ journal: inout Journal,
    into output: inout OctetBuffer
  ) -> Bool {
    answering.response.reset()
    let client = service.usesClientAddress ? journal.client(of: request.fields, state) : nil
    service.answer(
      request, Exchange(wallClock: journal.log.time, now: journal.now, client: client),
      &answering.response)
    if !answering.response.isSendable {
      journal.logUnsendableResponse(to: request.target)
      answering.response.failUnsendable()
    }
    let isShared =
      answering.response.hasOwnOrigins
      ? answering.response.isShared : cors.addFields(for: request, to: &answering.response)
    var name = InlineArray<32, UInt8>(repeating: 0)
    let identity = answering.identifier.identify(
      request.fields, isNamed: request.isNamed,
      orMakeNew: journal.logsAccess || answering.response.isNamed,
      in: &name, isShared: isShared, &answering.response)
    let staysOpen = state.keepsAlive && !answering.response.closesConnection
    let length = answering.writer.append(
      &answering.response, toHead: request.method == .head,
      connection: state.connectionOption(staysOpen: staysOpen), into: &output)
    journal.countRequest(request.method, answering.response.status)
    if journal.logsAccess || answering.response.isLogged {
      journal.logAccess(
        request.method, request.target, request.fields, state,
        RecordedAnswer(
          answering.response.status, contentLength: length, identity: identity,
          pattern: answering.response.pattern))
    }
    return staysOpen
  }

  /// Appends the response to what could not be read as a request.
  ///
  /// - Parameter fields: those of its header section, if that could be read.
  mutating func refuse(
    _ error: RequestError, _ method: Method, _ fields: Fields, isNamed: Bool,
    _ state: borrowing ConnectionState,
    _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    answering.refuse(error, method, fields, isNamed: isNamed, cors, state, &journal, into: &output)
  }
}
