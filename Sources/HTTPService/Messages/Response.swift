import HTTPCodec
import Memory

/// The response that a handler fills in. It starts as 200 without content.
///
///     routes.get("/health") { _, response in
///       response.contentType = "application/json"
///       response.write(#"{"healthy":true}"#)
///     }
///
/// Content-Length, Date and Connection are added when the handler has returned. Content larger than
/// `MAX_RESPONSE_SIZE` (32 KiB unless it is set), or more than 8 KiB of added fields, becomes a 500.
public struct Response: ~Copyable {
  /// The status, 200 unless the handler changes it. A final one: an interim status (1xx) becomes a 500.
  public var status = Status.ok
  /// The media type of the content, plain text in UTF-8 unless the handler changes it; nil for none. Not
  /// sent where there is no content.
  public var contentType: StaticString? = Response.plainText {
    didSet { hasUsualType = false }
  }
  /// Whether the connection is closed after this response; false unless the handler changes it.
  public var closesConnection = false

  /// Whether the content type is still the one that a response starts with.
  package private(set) var hasUsualType = true
  /// Whether Content-Type is among the added fields (`setContentType`): a literal that is set later takes its place.
  var hasTypeField = false
  /// The methods that the resource has, where the response is about that; Allow lists them
  /// (RFC 9110 10.2.1), which a 405 must have.
  package var allowed = MethodSet()
  package var fields: OctetBuffer
  @usableFromInline package var content: OctetBuffer
  /// Content behind `content`, for the driver to take in pieces.
  package var rest = ContentSource()
  /// The pattern of the route that answers; empty without one.
  package var pattern = ImmortalOctets()
  /// What is to be said where no handler is called.
  var fallback = Fallback.notFound
  /// Whether the request gets a name (X-Request-Id) and a line in the access log, whatever the settings say.
  package var isNamed = false
  package var isLogged = false
  /// Whether the route has said which pages may read the response, in place of `CORS_ALLOW_ORIGIN`.
  package var hasOwnOrigins = false
  /// Whether a page of another origin may read it, where the route has said so.
  package var isShared = false

  enum Fallback {
    case notFound, unknownMethod, tooLarge
    case methods(MethodSet)
  }

  /// - Parameters:
  ///   - contentLimit: octets of content at the most.
  ///   - fieldsLimit: octets of added fields at the most.
  package init(contentLimit: Int, fieldsLimit: Int) {
    fields = OctetBuffer(limit: fieldsLimit)
    content = OctetBuffer(limit: contentLimit)
  }

  /// `text/plain; charset=utf-8`, the content type of a response unless its handler changes it.
  public static var plainText: StaticString { "text/plain; charset=utf-8" }

  /// Appends octets to the content, such as those of a request: `response.write(request.content)`.
  public mutating func write(_ octets: Span<UInt8>) { content.append(octets) }

  /// Appends a literal to the content: `response.write("ok\n")`.
  public mutating func write(_ text: StaticString) { content.append(text: text) }

  /// Appends a number to the content, in decimal digits.
  public mutating func write(_ number: Int64) { content.append(decimal: number) }

  /// Appends a number to the content, in decimal digits: `response.write(items.count)`.
  public mutating func write(_ number: Int) { write(Int64(number)) }

  /// Adds a field: `response.addField("Cache-Control", "no-store")`. Not for the fields that the server
  /// sends itself: Date, Server, Content-Type, Content-Length, Connection, Transfer-Encoding.
  ///
  /// Octets that cannot stand in a field value (RFC 9110 5.5) are sent as spaces.
  public mutating func addField(_ name: StaticString, _ value: Span<UInt8>) {
    fields.append(field: name, value)
  }

  /// Adds a field whose value is a literal.
  public mutating func addField(_ name: StaticString, _ value: StaticString) {
    addField(name, value.octets)
  }

  /// Makes this an error response for people, a status and a sentence: content that was written before is
  /// dropped, and so are the fields about it; other fields stay, as `fail(_:)` says.
  ///
  ///     response.fail(.notFound, "there is no such item")
  public mutating func fail(_ status: Status, _ reason: StaticString) {
    fail(status, reason.octets)
  }

  /// Makes this an error response for people, as with a literal.
  @inline(never)
  package mutating func fail(_ status: Status, _ reason: Span<UInt8>) {
    self.status = status
    dropContent()
    contentType = Response.plainText
    write(reason)
    write("\n")
  }

  // MARK: For drivers

  /// Makes this the response as a handler gets it.
  @inline(never)
  package mutating func reset() {
    status = .ok
    hasTypeField = false
    contentType = Response.plainText
    hasUsualType = true
    closesConnection = false
    allowed = MethodSet()
    fields.removeAll()
    content.removeAll()
    rest = ContentSource()
    pattern = ImmortalOctets()
    fallback = .notFound
    (isNamed, isLogged, hasOwnOrigins, isShared) = (false, false, false, false)
  }

  /// Octets of content, those in pieces among them.
  package var contentLength: Int { mutating get { content.count &+ rest.count } }

  /// Whether it can be sent: not if it is too large, memory ran out, or its status is not a final one.
  package var isSendable: Bool {
    @inline(__always) mutating get {
      if hasTypeField, contentType != nil { dropFields("content-type") }
      return !content.overflowed && !fields.overflowed && !status.isInterim
    }
  }

  /// Makes this the response in place of one that cannot be sent.
  @inline(never)
  package mutating func failUnsendable() {
    reset()
    fail(.internalServerError, "the response could not be made")
    closesConnection = true
  }
}
