/// The fields of a request's header section, in the order they came (RFC 9110 5.3).
///
/// There is no table of them: each access reads the header section from its start, so that a request whose
/// fields no handler reads costs nothing. Names are compared without regard to case.
public struct Fields: ~Escapable {
  /// One field line (RFC 9112 5). It exists until the call of `forEach` that hands it out returns.
  public struct Field: ~Escapable {
    /// The name as it was sent, a token, never empty: compare it with `equalsIgnoringCase`.
    public let name: Span<UInt8>
    /// The value without the whitespace around it; it may be empty.
    public let value: Span<UInt8>

    @_lifetime(copy name, copy value)
    init(name: Span<UInt8>, value: Span<UInt8>) {
      self.name = name
      self.value = value
    }
  }

  /// Reads the fields one after another.
  package struct Iterator: ~Escapable {
    private let section: Span<UInt8>
    private var position = 0

    @_lifetime(copy section)
    fileprivate init(_ section: Span<UInt8>) {
      self.section = section
    }

    @inline(never) @_lifetime(copy self)
    package mutating func next() -> Field? {
      guard let line = FieldLine(inValid: section, at: position) else { return nil }
      position = line.end
      return Field(name: line.name(in: section), value: line.value(in: section))
    }
  }

  private let section: Span<UInt8>

  /// - Parameter section: complete and valid with its closing empty line, or no octet at all.
  @_lifetime(copy section)
  package init(section: Span<UInt8>) {
    self.section = section
  }

  /// No fields.
  @_lifetime(immortal)
  package init() {
    section = Span()
  }

  package var isEmpty: Bool { section.isEmpty }

  @_lifetime(copy self)
  package func makeIterator() -> Iterator { Iterator(section) }

  /// The value of the first field of this name, nil without one. (Several fields of one name: `forEach`.)
  ///
  /// ```swift
  /// routes.get { context, response in
  ///   if let agent = context.request.fields["user-agent"] { response.write(agent) }
  /// }
  /// ```
  ///
  /// - Parameter name: a literal, written in lower case here; it is compared without regard to case.
  public subscript(name: StaticString) -> Span<UInt8>? {
    @_lifetime(copy self)
    get {
      var fields = makeIterator()
      while let field = fields.next() {
        if field.name.equalsIgnoringCase(name) { return field.value }
      }
      return nil
    }
  }

  /// Calls `body` with each field, in the order they came.
  ///
  /// ```swift
  /// var cookies = 0
  /// context.request.fields.forEach { field in
  ///   if field.name.equalsIgnoringCase("cookie") { cookies += 1 }
  /// }
  /// ```
  public func forEach(_ body: (Field) -> Void) {
    var fields = makeIterator()
    while let field = fields.next() { body(field) }
  }
}

extension Fields {
  /// Where a field line of these octets ends, behind its CR LF; nil when it is incomplete or invalid, as a line is
  /// that has no name. A section of fields is such lines and an empty one.
  package static func endOfLine(_ octets: Span<UInt8>, from position: Int) -> Int? {
    FieldLine(in: octets, at: position)?.end
  }
}
