import HTTPCodec
import HTTPService

/// The service on the public port: asks the application's handlers, adds what every response has, and
/// records it.
struct PublicService: ~Copyable {

  private let service: Service
  private let cors: CORS
  private var writer: ResponseWriter
  private var response: Response
  private var identifier = RequestIdentifier()

  init(
    _ routes: borrowing Routes, _ configuration: borrowing Configuration, _ limits: borrowing Limits
  ) {
    service = Service(routes)
    cors = CORS(configuration.allowedOrigins)
    writer = ResponseWriter(server: configuration.serverHeader, commonField: cors.commonField)
    response = Response(contentLimit: limits.responseContent, fieldsLimit: limits.responseFields)
  }

  /// Takes the memory of what all responses have. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { writer.reserve() && identifier.reserve() }

  /// Sets the date of the responses to come, in seconds since the Unix epoch.
  mutating func setTime(_ seconds: Int64) { writer.setTime(seconds) }

  /// What is wanted of the content of a request.
  ///
  /// - Parameter head: the request without its content.
  func plan(for head: Request) -> ContentPlan { service.plan(for: head) }

  /// Whether a handler wants to know clients' addresses.
  var usesClientAddress: Bool { service.usesClientAddress }

  /// The content of the response that was made last which is to be taken in pieces.
  var rest: ContentSource { mutating get { response.rest } }

  /// Appends the response to a request.
  ///
  /// - Returns: whether the connection stays open after it.
  mutating func respond(
    to request: Request, _ state: borrowing ConnectionState, _ journal: inout Journal,
    into output: inout OctetBuffer
  ) -> Bool {
    response.reset()
    let client = service.usesClientAddress ? journal.client(of: request.fields, state) : nil
    service.answer(
      request, Exchange(wallClock: journal.log.time, now: journal.now, client: client), &response)
    if !response.isSendable {
      journal.logUnsendableResponse(to: request.target)
      response.failUnsendable()
    }
    let isShared =
      response.hasOwnOrigins ? response.isShared : cors.addFields(for: request, to: &response)
    var name = InlineArray<32, UInt8>(repeating: 0)
    let identity = identifier.identify(
      request.fields, isNamed: request.isNamed, orMakeNew: journal.logsAccess || response.isNamed,
      in: &name, isShared: isShared, &response)
    let staysOpen = state.keepsAlive && !response.closesConnection
    let length = writer.append(
      &response, toHead: request.method == .head,
      connection: state.connectionOption(staysOpen: staysOpen), into: &output)
    var answer = RecordedAnswer(response.status, contentLength: length, identity: identity)
    answer.pattern = response.pattern
    answer.isLogged = response.isLogged
    journal.noteRequest(request.method, request.target, request.fields, state, answer)
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
    journal.logRefusal(error, fields, state, answer)
    journal.noteRefusal(method, fields, state, answer)
  }
}
