import HTTPCodec
import Memory

/// The name=value pairs of a query or of form data (application/x-www-form-urlencoded), as the URL Standard reads
/// them (5.1), but strict: a malformed escape is an error, and so is text that is not UTF-8 where text is asked for.
///
/// ```swift
/// do throws(InvalidInput) {
///   guard let query = request.query else { return }
///   let fields = try FormFields(query)
///   let limit = try fields.value("limit", as: Int.self) ?? 20        // "?limit=10" is 10
///   let tags = try fields.values("tag", as: [UInt8].self)            // "?tag=a&tag=b%20c": "a" and "b c"
///   response.write(Int64(min(limit, tags.count)))
/// } catch { response.fail(.badRequest, error.expectation) }
/// ```
///
/// Pairs are separated by "&" and empty ones skipped; a pair without "=" has an empty value; "+" is a space. Nothing
/// is copied until a value with escapes is asked for.
public struct FormFields: ~Escapable {
  /// A pair, as it was sent.
  public struct Pair: ~Escapable {
    /// The name as it was sent: not decoded.
    public let name: Span<UInt8>
    /// The value as it was sent: not decoded, empty without "=".
    public let value: Span<UInt8>

    @_lifetime(copy name, copy value)
    init(name: Span<UInt8>, value: Span<UInt8>) {
      self.name = name
      self.value = value
    }

    /// Whether the decoded name is this literal.
    public func hasName(_ literal: StaticString) -> Bool {
      name.decodes(to: literal.octets, plusIsSpace: true)
    }

    /// The decoded name.
    ///
    /// - Parameter asText: whether it must be valid UTF-8.
    /// - Throws: `InvalidInput` when it is not UTF-8.
    public func decodedName(asText: Bool = true) throws(InvalidInput) -> [UInt8] {
      try name.decoded(plusIsSpace: true, asText: asText, "name of a field")
    }

    /// The decoded value.
    ///
    /// - Parameter asText: whether it must be valid UTF-8.
    /// - Throws: `InvalidInput` when it is not UTF-8.
    public func decodedValue(asText: Bool = true) throws(InvalidInput) -> [UInt8] {
      try value.decoded(plusIsSpace: true, asText: asText, "value of a field")
    }
  }

  private let octets: Span<UInt8>

  /// Checks all pairs.
  ///
  /// - Parameters:
  ///   - octets: a query without its "?", or the content of a request.
  ///   - maxPairs: the most pairs there may be: each look-up reads those before it.
  /// - Throws: `InvalidInput` for a pair with a malformed escape, with its number and where its name is, and for too
  ///   many pairs.
  @inline(never) @_lifetime(copy octets)
  public init(_ octets: Span<UInt8>, maxPairs: Int = 1000) throws(InvalidInput) {
    self.octets = octets
    var number = 0
    var position = 0
    while position < octets.count {
      let pair = octets.extracting(droppingFirst: position).split(at: UInt8(ascii: "&")).before
      let start = position
      position &+= pair.count &+ 1
      if pair.isEmpty { continue }
      number &+= 1
      let name = start..<start &+ pair.split(at: UInt8(ascii: "=")).before.count
      guard number <= maxPairs else {
        throw InvalidInput("form field", expectation: "fewer fields", number: number, name: name)
      }
      guard pair.hasValidEscapes else {
        throw InvalidInput(
          "form field", expectation: "two hexadecimal digits behind %", number: number, name: name)
      }
    }
  }

  /// Reads the pairs one after another.
  package struct Iterator: ~Escapable {
    private var rest: Span<UInt8>
    package private(set) var number = 0

    @_lifetime(copy octets)
    fileprivate init(_ octets: Span<UInt8>) { rest = octets }

    @inline(never) @_lifetime(copy self)
    package mutating func next() -> Pair? {
      while !rest.isEmpty {
        let split = rest.split(at: UInt8(ascii: "&"))
        rest = rest.extracting(last: split.after?.count ?? 0)
        if split.before.isEmpty { continue }
        number &+= 1
        let pair = split.before.split(at: UInt8(ascii: "="))
        return Pair(
          name: pair.before, value: split.before.extracting(last: pair.after?.count ?? 0))
      }
      return nil
    }
  }

  @_lifetime(copy self)
  package func makeIterator() -> Iterator { Iterator(octets) }

  /// Calls `body` with each pair, in the order they came.
  ///
  /// ```swift
  /// if let form = try? FormFields(request.content) {
  ///   var count = 0
  ///   form.forEach { pair in if pair.hasName("tag") { count += 1 } }
  /// }
  /// ```
  public func forEach(_ body: (Pair) -> Void) {
    var pairs = makeIterator()
    while let pair = pairs.next() { body(pair) }
  }

  /// The first pair of a name, nil without one.
  ///
  /// ```swift
  /// if let form = try? FormFields(request.content), let flag = form["verbose"] {
  ///   response.write(flag.value)
  /// }
  /// ```
  public subscript(name: StaticString) -> Pair? {
    @_lifetime(copy self)
    get {
      var pairs = makeIterator()
      while let pair = pairs.next() {
        if pair.hasName(name) { return pair }
      }
      return nil
    }
  }

  /// The value of the first pair of a name; nil without one.
  ///
  /// ```swift
  /// do throws(InvalidInput) {
  ///   let page = try FormFields(request.content).value("page", as: UInt32.self) ?? 1
  ///   response.write(Int64(page))
  /// } catch { response.fail(.badRequest, error.expectation) }
  /// ```
  ///
  /// - Throws: `InvalidInput` about the name, when the value is not one of the type.
  public func value<Value: TextValue>(
    _ name: StaticString, as type: Value.Type = Value.self
  ) throws(InvalidInput) -> Value? {
    guard let pair = self[name] else { return nil }
    return try Value.reading(formValue: pair.value, name)
  }

  /// The values of all pairs of a name, in the order they came.
  ///
  /// - Throws: `InvalidInput` about the name, when one of them is not a value of the type.
  public func values<Value: TextValue>(
    _ name: StaticString, as type: Value.Type = Value.self
  ) throws(InvalidInput) -> [Value] {
    var values: [Value] = []
    var pairs = makeIterator()
    while let pair = pairs.next() {
      if pair.hasName(name) { values.append(try Value.reading(formValue: pair.value, name)) }
    }
    return values
  }
}
