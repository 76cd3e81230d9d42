import HTTPCodec
import JSON
import Memory

/// What a handler reads from a request as values. What a client has sent wrong becomes an `HTTPError` that says where
/// and what was expected.
extension Context {
  /// The value that a parameter of the pattern stands for, decoded; nil where it is none of the type, or the pattern
  /// has no such parameter.
  ///
  /// ```swift
  /// routes.get("/todos/{id}") { context, response throws(HTTPError) in
  ///   guard let id = context.path("id", as: Int.self) else { throw .notFound }
  ///   response.write(Int64(id))
  /// }
  /// ```
  public func path<Value: TextValue>(_ name: StaticString, as type: Value.Type) -> Value? {
    guard let segment = parameter(name) else { return nil }
    return try? Value.reading(pathSegment: segment, name)
  }

  /// The value of a name in the query, decoded; nil without one.
  ///
  /// ```swift
  /// routes.get("/todos") { context, response throws(HTTPError) in
  ///   if let tag = try context.query("tag", as: [UInt8].self) { response.write(tag.span) }
  /// }
  /// ```
  ///
  /// - Throws: 400 for a value that is none of the type: `limit: an integer was expected`.
  public func query<Value: TextValue>(
    _ name: StaticString, as type: Value.Type
  ) throws(HTTPError) -> Value? {
    guard let query = request.query else { return nil }
    do throws(InvalidInput) {
      return try FormFields(query).value(name, as: type)
    } catch {
      throw HTTPError(error)
    }
  }

  /// The value of a name in the query, decoded; the default without one.
  ///
  /// ```swift
  /// routes.get("/todos") { context, response throws(HTTPError) in
  ///   let limit = try context.query("limit", default: 20)
  ///   response.write(Int64(limit))
  /// }
  /// ```
  public func query<Value: TextValue>(
    _ name: StaticString, default value: Value
  ) throws(HTTPError) -> Value {
    try query(name, as: Value.self) ?? value
  }

  /// The value of the first cookie of a name, as it was sent; nil without one.
  @_lifetime(copy self)
  public func cookie(_ name: StaticString) -> Span<UInt8>? { Cookies(request.fields)[name] }

  /// What the conditions of the request ask for, of a representation with an entity tag.
  ///
  /// - Parameter tag: with its quotes.
  func preconditions(_ tag: Span<UInt8>) -> Preconditions {
    Preconditions.evaluate(
      request.fields, method: request.method, Validators(entityTag: EntityTag(tag)), now: time)
  }

  /// The content as form data.
  ///
  /// ```swift
  /// routes.post("/guestbook") { context, response throws(HTTPError) in
  ///   let form = try context.form()
  ///   let name: [UInt8] = try form.required("name")
  ///   response.write(name.span)
  /// }
  /// ```
  ///
  /// - Throws: 415 for another content type, 400 for content that is malformed.
  @_lifetime(copy self)
  public func form() throws(HTTPError) -> FormFields {
    guard hasType("application/x-www-form-urlencoded") else {
      throw HTTPError(
        .unsupportedMediaType, "the content must be application/x-www-form-urlencoded")
    }
    do throws(InvalidInput) { return try FormFields(request.content) } catch {
      throw HTTPError(error)
    }
  }

  /// The content as a reader of parts, as forms with files send it.
  ///
  /// - Throws: 400 for content that does not begin as such, or has another type.
  @_lifetime(copy self)
  public func multipart(
    limits: Multipart.Limits = Multipart.Limits()
  ) throws(HTTPError) -> Multipart {
    do throws(InvalidInput) {
      return try Multipart(
        request.content, contentType: only("content-type", request.fields), limits: limits)
    } catch {
      throw HTTPError(error)
    }
  }

  /// Calls `body` with each part of the content, in the order they came, as forms with files send them.
  ///
  /// ```swift
  /// routes.post("/photos", maxContent: 1 << 20) { context, response throws(HTTPError) in
  ///   try context.forEachPart { part throws(HTTPError) in
  ///     guard part.hasName("photo"), part.isFile else { return }
  ///     if part.content.isEmpty { throw HTTPError(.unprocessableContent, "choose a photo") }
  ///     response.write(part.content.count)
  ///   }
  /// }
  /// ```
  ///
  /// - Throws: 400 for content that is malformed or has another type, and what `body` throws.
  public func forEachPart(
    limits: Multipart.Limits = Multipart.Limits(), _ body: (Part) throws(HTTPError) -> Void
  ) throws(HTTPError) {
    var parts = try multipart(limits: limits)
    while true {
      let next: Part?
      do throws(InvalidInput) { next = try parts.next() } catch { throw HTTPError(error) }
      guard let next else { return }
      try body(next)
    }
  }

  /// The content as a value of a type, from JSON.
  ///
  /// ```swift
  /// routes.post("/numbers") { context, response throws(HTTPError) in
  ///   let numbers = try context.json([Int].self)
  ///   response.write(Int64(numbers.count))
  /// }
  /// ```
  ///
  /// - Throws: 415 for a content type that is not JSON, 400 for content that is not JSON, 422 for another value than
  ///   was expected: `/items/3/price: a number was expected`.
  @inlinable
  public func json<Value: JSONValue>(_ type: Value.Type) throws(HTTPError) -> Value {
    try requireJSON()
    do throws(JSONError) { return try Value(json: request.content) } catch {
      throw HTTPError(error)
    }
  }

  /// Reads the content, JSON, into a value that is there: fields that are not in it keep what they are, as PATCH wants
  /// it. Throws as `json(_:)` does; the value is then as it was.
  @inlinable
  public func json<Value: JSONValue>(into value: inout Value) throws(HTTPError) {
    try requireJSON()
    do throws(JSONError) { try value.update(json: request.content) } catch {
      throw HTTPError(error)
    }
  }

  /// A page of another origin can send text/plain without asking (Fetch standard, "CORS-safelisted request-header"):
  /// what is JSON has to say so.
  @inline(never) @usableFromInline
  func requireJSON() throws(HTTPError) {
    if hasType("application/json") { return }
    if let text = only("content-type", request.fields), let type = MediaType(text),
      type.hasSuffix("json")
    {
      return
    }
    throw HTTPError(.unsupportedMediaType, "the content must be application/json")
  }

  private func hasType(_ literal: StaticString) -> Bool {
    // (With two, one reader would take the first and another the last.)
    guard let text = only("content-type", request.fields), let type = MediaType(text) else {
      return false
    }
    return type.is(literal)
  }
}

extension FormFields {
  /// The value of the first pair of a name, which must be there.
  ///
  /// - Throws: 400 without one, and for a value that is none of the type: `age: an integer was expected`.
  public func required<Value: TextValue>(
    _ name: StaticString, as type: Value.Type = Value.self
  ) throws(HTTPError) -> Value {
    do throws(InvalidInput) {
      if let value = try value(name, as: type) { return value }
    } catch {
      throw HTTPError(error)
    }
    throw HTTPError(.badRequest, at: name.octets, "a value was expected")
  }

  /// The value of the first pair of a name; nil without one.
  ///
  /// ```swift
  /// routes.post("/comments") { context, response throws(HTTPError) in
  ///   let form = try context.form()
  ///   let name: String = try form.optional("name") ?? "anonymous"
  ///   response.write(name)
  /// }
  /// ```
  ///
  /// - Throws: 400 for a value that is none of the type: `age: an integer was expected`.
  public func optional<Value: TextValue>(
    _ name: StaticString, as type: Value.Type = Value.self
  ) throws(HTTPError) -> Value? {
    do throws(InvalidInput) { return try value(name, as: type) } catch { throw HTTPError(error) }
  }
}

extension HTTPError {
  /// 400 for what a client has sent wrong: the name, and what was expected.
  public init(_ error: InvalidInput) { self.init(.badRequest, error) }

  init(_ status: Status, _ error: InvalidInput) {
    var text = OctetBuffer(limit: 4096)
    text.append(text: error.subject)
    text.append(": ")
    text.append(text: error.expectation)
    text.append(" was expected")
    if error.number > 0 {
      text.append(", number ")
      text.append(decimal: Int64(error.number))
    }
    self.init(status, text.octets)
  }

  /// 400 or 422 for JSON that is wrong: the place, and what was expected.
  @inline(never)
  public init(_ error: JSONError) {
    var text = OctetBuffer(limit: 4096)
    text.append(error)
    self.init(error.status, text.octets)
  }
}
