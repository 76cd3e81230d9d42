import HTTPCodec
import HTTPService
import Memory

/// What the services on both ports make their responses with.
struct Answering: ~Copyable {
  var response: Response
  var writer: ResponseWriter
  var identifier = RequestIdentifier()

  /// - Parameters:
  ///   - server: the Server field's value; no such field when empty.
  ///   - commonField: a field line of all responses of the port, or nothing.
  ///   - content: octets of content in one response at the most.
  ///   - fields: octets of fields that a handler adds to one response at the most.
  @inline(never)
  init(server: ImmortalOctets, commonField: StaticString = "", content: Int, fields: Int) {
    writer = ResponseWriter(server: server, commonField: commonField)
    response = Response(contentLimit: content, fieldsLimit: fields)
  }

  /// Takes the memory of what all responses have. - Returns: false when there is not enough.
  @inline(never)
  mutating func reserve() -> Bool { writer.reserve() && identifier.reserve() }

  /// Appends the response to what could not be read as a request, and records it.
  ///
  /// - Parameters:
  ///   - fields: those of its header section, if that could be read.
  ///   - cors: which pages may read the response; nil on the admin port, whose refusals are in no metrics.
  @inline(never)
  mutating func refuse(
    _ error: RequestError, _ method: Method, _ fields: Fields, isNamed: Bool, _ cors: CORS?,
    _ state: borrowing ConnectionState, _ journal: inout Journal, into output: inout OctetBuffer
  ) {
    let status = error.status
    response.reset()
    response.fail(status, error.reason)
    // A page of an origin that may read our responses is to see why.
    let isShared = cors?.addOrigin(of: fields, to: &response) ?? false
    var name = InlineArray<32, UInt8>(repeating: 0)
    let identity = identifier.identify(
      fields, isNamed: isNamed, orMakeNew: journal.logsAccess, in: &name, isShared: isShared,
      &response)
    let length = writer.append(
      &response, toHead: method == .head, connection: "close", into: &output)
    let answer = RecordedAnswer(status, contentLength: length, identity: identity)
    journal.logRefusal(error, fields, state, answer)
    if cors != nil { journal.noteRefusal(method, fields, state, answer) }
  }
}
