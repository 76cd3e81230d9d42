import HTTPCodec

/// The response that a handler fills in. It begins as 200 without content.
///
/// The length of the content is counted and the Date added when the handler has returned.
public struct Response: ~Copyable {
  public var status = Status.ok
  /// The media type of the content; nil for none. Not sent where there is no content.
  public var contentType: StaticString? = Response.plainText
  /// Whether the connection is closed behind this response.
  public var closesConnection = false

  /// The methods that the resource has, where the response is about that; Allow lists them
  /// (RFC 9110 10.2.1), which a 405 must have.
  var allowed = MethodSet()
  var fields = OctetBuffer(limit: Response.fieldsLimit)
  var content: OctetBuffer

  /// Of the fields that a handler adds, in octets.
  static var fieldsLimit: Int { 8192 }

  /// - Parameter limit: the most octets of content.
  init(limit: Int) {
    content = OctetBuffer(limit: limit)
  }

  public static var plainText: StaticString { "text/plain; charset=utf-8" }

  /// Appends to the content.
  public mutating func write(_ octets: Octets) { content.append(octets) }
  @inline(never)
  public mutating func write(_ text: StaticString) { content.append(text) }
  public mutating func write(_ number: Int64) { content.append(decimal: number) }

  /// Adds a field. Not for the fields that the server sends itself: Date, Server, Content-Type,
  /// Content-Length, Connection, Transfer-Encoding.
  ///
  /// Octets that cannot stand in a field value are sent as spaces.
  public mutating func addField(_ name: StaticString, _ value: Octets) {
    fields.append(field: name, value)
  }

  public mutating func addField(_ name: StaticString, _ value: StaticString) {
    addField(name, Octets(value))
  }

  /// Makes this an error response for people: the status and a sentence.
  public mutating func fail(_ status: Status, _ reason: StaticString) {
    self.status = status
    contentType = Response.plainText
    content.removeAll()
    write(reason)
    write("\n")
  }

  mutating func reset() {
    status = .ok
    contentType = Response.plainText
    closesConnection = false
    allowed = MethodSet()
    fields.removeAll()
    content.removeAll()
  }
}
