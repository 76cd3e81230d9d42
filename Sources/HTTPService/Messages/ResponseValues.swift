import HTTPCodec
import JSON
import Memory

/// What a handler writes as values.
extension Response {
  /// Appends text in UTF-8 to the content: `response.write("\(count) items\n")`.
  @_disfavoredOverload  // a literal is a StaticString, which costs less
  public mutating func write(_ text: String) { content.append(text.utf8.span) }

  /// Appends octets to the content.
  public mutating func write(_ octets: [UInt8]) { content.append(octets.span) }

  /// Appends an address as text, in the form of RFC 5952: `2001:db8::1`.
  public mutating func write(_ address: IPAddress) { content.append(address: address) }

  /// Appends text, escaped for HTML: it stays text there, and in a quoted attribute, whatever a client has written.
  /// `&`, `<`, `>`, `"` and `'` become character references (HTML Standard 13.1.4).
  ///
  /// ```swift
  /// response.contentType = "text/html; charset=utf-8"
  /// response.write("<p>Hello, ")
  /// if let name = context.parameter("name") { response.write(escaped: name) }
  /// ```
  @inline(never)
  public mutating func write(escaped text: Span<UInt8>) {
    for i in text.indices {
      switch text[i] {
      case UInt8(ascii: "&"): write("&amp;")
      case UInt8(ascii: "<"): write("&lt;")
      case UInt8(ascii: ">"): write("&gt;")
      case UInt8(ascii: "\""): write("&quot;")
      case UInt8(ascii: "'"): write("&#39;")
      default: content.append(octet: text[i])
      }
    }
  }

  /// Appends text, escaped for HTML: `response.write(escaped: guest.name)`.
  public mutating func write(escaped text: String) { write(escaped: text.utf8.span) }

  /// Makes a value as JSON the content.
  ///
  /// ```swift
  /// routes.get("/numbers") { _, response in
  ///   response.json([1, 2, 3])
  /// }
  /// ```
  @inlinable
  public mutating func json<Value: JSONValue>(_ value: Value) {
    contentType = "application/json"
    content.append(json: value)
  }

  /// Sets a content type that is not a literal. What cannot stand in a field value is sent as a space.
  ///
  /// It takes the place of `contentType`; a literal that is set there later takes its place.
  public mutating func setContentType(_ type: Span<UInt8>) {
    if hasTypeField { dropFields("content-type") }
    contentType = nil
    addField("Content-Type", type)
    hasTypeField = true
  }

  /// Adds a field whose value is octets: see `addField(_:_:)`.
  public mutating func addField(_ name: StaticString, _ value: [UInt8]) {
    addField(name, value.span)
  }

  /// Adds a field whose value is text: see `addField(_:_:)`.
  @_disfavoredOverload  // as in `write`
  public mutating func addField(_ name: StaticString, _ value: String) {
    addField(name, value.utf8.span)
  }

  /// Sets a cookie.
  ///
  /// ```swift
  /// routes.post("/sessions") { context, response throws(HTTPError) in
  ///   let token = UUID.random().text
  ///   try response.setCookie("session", token.span)
  /// }
  /// ```
  ///
  /// - Throws: 500 for a name, a value or attributes that no client would take: nothing is added then.
  public mutating func setCookie(
    _ name: StaticString, _ value: Span<UInt8>, _ attributes: CookieAttributes = CookieAttributes()
  ) throws(HTTPError) {
    var line = OctetBuffer(limit: 8192)
    do throws(InvalidInput) {
      try line.append(setCookie: name.octets, value, attributes)
    } catch {
      throw HTTPError(.internalServerError, error)
    }
    addField("Set-Cookie", line.octets)
  }

  /// Has the client forget a cookie, which must have been set with the same name, domain and path.
  public mutating func removeCookie(_ name: StaticString) {
    var line = OctetBuffer(limit: 8192)
    guard (try? line.append(setCookie: name.octets, Span(), .removal)) != nil else { return }
    addField("Set-Cookie", line.octets)
  }
}

extension Reply {
  /// A value as JSON.
  ///
  /// ```swift
  /// routes.get("/numbers") { _ in .json([1, 2, 3]) }
  /// ```
  @inlinable
  public static func json<Value: JSONValue>(_ value: Value, _ status: Status = .ok) -> Reply {
    Reply { response in
      response.status = status
      response.json(value)
    }
  }

  /// Plain text.
  public static func text(_ text: String, _ status: Status = .ok) -> Reply {
    Reply { response in
      response.status = status
      response.write(text)
    }
  }
}

/// Keeping octets longer than the handler runs.
extension Span<UInt8> {
  /// A copy of these octets, which can be kept.
  ///
  /// ```swift
  /// let name = context.parameter("name")?.copy ?? []
  /// ```
  public var copy: [UInt8] {
    [UInt8](capacity: count) { octets in
      for i in indices { octets.append(self[i]) }
    }
  }
}
