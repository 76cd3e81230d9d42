import HTTPCodec
import Memory

/// The cookies of a request (RFC 6265bis 5.8): name=value pairs that a client sends back.
///
/// ```swift
/// if let session = Cookies(request.fields)["session"] { response.write(session) }
/// ```
///
/// What a cookie has beside its name and value (its path, whether it is secure) is not sent back, and another page of
/// the site, or a network without TLS, may have set it: a value is a client's word like any other. Only a name that
/// begins with "__Host-" or "__Secure-" says that it was set over TLS.
///
/// Reading takes what comes: parts without "=" or without a name are skipped, values are handed out as they were
/// sent, with quotes where they have them.
public struct Cookies: ~Escapable {
  /// A cookie as it was sent.
  public struct Cookie: ~Escapable {
    /// The name, never empty; names are compared exactly.
    public let name: Span<UInt8>
    /// The value, which may be empty.
    public let value: Span<UInt8>

    @_lifetime(copy name, copy value)
    init(name: Span<UInt8>, value: Span<UInt8>) {
      self.name = name
      self.value = value
    }
  }

  private let fields: Fields

  /// - Parameter fields: those of a request, whose Cookie fields are read.
  @_lifetime(copy fields)
  public init(_ fields: Fields) { self.fields = fields }

  /// The value of the first cookie of a name; nil without one. Of several a client sends those of the longer path
  /// first, but nothing makes sure of that (RFC 6265bis 5.8.3).
  ///
  /// - Parameter name: as it was set, in the same case.
  public subscript(name: StaticString) -> Span<UInt8>? {
    @_lifetime(copy self)
    get {
      var cookies = makeIterator()
      while let cookie = cookies.next() {
        if cookie.name == name { return cookie.value }
      }
      return nil
    }
  }

  /// Calls `body` with each cookie, in the order they came.
  ///
  /// ```swift
  /// var count = 0
  /// Cookies(request.fields).forEach { _ in count += 1 }
  /// ```
  public func forEach(_ body: (Cookie) -> Void) {
    var cookies = makeIterator()
    while let cookie = cookies.next() { body(cookie) }
  }

  @_lifetime(copy self)
  package func makeIterator() -> Iterator { Iterator(fields) }

  /// Reads the cookies one after another.
  package struct Iterator: ~Escapable {
    private var fields: Fields.Iterator
    private var rest: Span<UInt8>

    @_lifetime(copy fields)
    fileprivate init(_ fields: Fields) {
      self.fields = fields.makeIterator()
      rest = Span()
    }

    @inline(never) @_lifetime(copy self)
    package mutating func next() -> Cookie? {
      while true {
        while !rest.isEmpty {
          let split = rest.split(at: .semicolon)
          rest = rest.extracting(last: split.after?.count ?? 0)
          let pair = split.before.split(at: UInt8(ascii: "="))
          let name = pair.before.trimmed
          if let value = pair.after, !name.isEmpty {
            return Cookie(name: name, value: value.trimmed)
          }
        }
        guard let field = nextField() else { return nil }
        rest = field
      }
    }

    /// (A client sends one; HTTP/2 may have split it: RFC 9113 8.2.3.)
    @_lifetime(copy self)
    private mutating func nextField() -> Span<UInt8>? {
      while let field = fields.next() {
        if field.name.equalsIgnoringCase("cookie") { return field.value }
      }
      return nil
    }
  }
}
