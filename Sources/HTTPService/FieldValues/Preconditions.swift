import HTTPCodec
import Memory

/// What tells whether a representation has changed, for conditional requests (RFC 9110 8.8).
public struct Validators: ~Escapable {
  /// The entity tag of the current representation; nil where the resource has none.
  public let entityTag: EntityTag?
  /// When it was last changed, in seconds since the Unix epoch; nil where the resource has no date.
  public let lastModified: Int64?
  /// Whether there is a current representation: "*" stands for any.
  public let exists: Bool

  /// The validators of a representation that exists.
  @_lifetime(copy entityTag)
  public init(entityTag: EntityTag?, lastModified: Int64? = nil) {
    self.entityTag = entityTag
    self.lastModified = lastModified
    exists = true
  }

  /// Those of a resource that has no representation yet: what a PUT would create.
  @_lifetime(immortal)
  public init() {
    entityTag = nil
    lastModified = nil
    exists = false
  }
}

/// What the conditions of a request ask for.
///
/// ```swift
/// let validators = Validators(entityTag: EntityTag("\"33a64df5\""), lastModified: 784_111_777)
/// switch Preconditions.evaluate(request.fields, method: request.method, validators, now: 1_800_000_000) {
/// case .notModified: response.status = .notModified
/// case .failed: response.fail(.preconditionFailed, "the item has been changed")
/// case .perform(let usesRange): response.write(usesRange ? "a part" : "all")
/// }
/// ```
public enum Preconditions: Equatable, Sendable {
  /// To be answered as if it had no conditions.
  ///
  /// `usesRange` says whether a Range field is to be honoured: true where there is none.
  case perform(usesRange: Bool)
  /// To be answered with 304 (Not Modified), and the fields of RFC 9110 15.4.5.
  case notModified
  /// To be answered with 412 (Precondition Failed); nothing is to be changed.
  case failed

  /// Evaluates the conditions in the order of RFC 9110 13.2.2. To be asked where the request would otherwise succeed
  /// (13.2.1).
  ///
  /// A field that is repeated is one list; of dates there can be only one, and several are ignored, as is one that is
  /// no date. What is no entity tag matches nothing, nor does what follows it in its field.
  ///
  /// - Parameters:
  ///   - fields: those of the request.
  ///   - method: the request's. For CONNECT, OPTIONS and TRACE conditions have no meaning (13.2.1).
  ///   - validators: those of what would be sent, or changed.
  ///   - now: in seconds since the Unix epoch. A modification in this very second is no strong validator for If-Range,
  ///     since another can follow in the same second (8.8.2.2).
  @inline(never)
  public static func evaluate(
    _ fields: Fields, method: Method, _ validators: Validators, now: Int64
  ) -> Preconditions {
    if method == .connect || method == .options || method == .trace {
      return .perform(usesRange: false)
    }
    let isReading = method == .get || method == .head

    // Steps 1 and 2.
    if let matches = matchesAny(of: "if-match", fields, validators, isStrong: true) {
      if !matches { return .failed }
    } else if let modified = validators.lastModified,
      let date = date(of: "if-unmodified-since", fields, now), modified > date
    {
      return .failed
    }
    // Steps 3 and 4.
    if let matches = matchesAny(of: "if-none-match", fields, validators, isStrong: false) {
      if matches { return isReading ? .notModified : .failed }
    } else if isReading, let modified = validators.lastModified,
      let date = date(of: "if-modified-since", fields, now), modified <= date
    {
      return .notModified
    }
    // Step 5. (Range is defined for GET only: 14.2.)
    guard method == .get else { return .perform(usesRange: false) }
    return .perform(usesRange: isSameRange(fields, validators, now))
  }

  /// Whether one of the tags is that of the representation; nil without such a field.
  private static func matchesAny(
    of name: StaticString, _ fields: Fields, _ validators: Validators, isStrong: Bool
  ) -> Bool? {
    var result: Bool?
    var iterator = fields.makeIterator()
    while let field = iterator.next() {
      guard field.name.equalsIgnoringCase(name) else { continue }
      result = result ?? false
      if field.value == "*" {
        if validators.exists { result = true }
        continue
      }
      guard let current = validators.entityTag else { continue }
      var tags = EntityTagList(field.value)
      while let tag = tags.next() {
        if isStrong ? tag.stronglyMatches(current) : tag.weaklyMatches(current) { result = true }
      }
    }
    return result
  }

  /// The date of the only field of a name.
  private static func date(of name: StaticString, _ fields: Fields, _ now: Int64) -> Int64? {
    only(name, fields)?.httpDate(now: now)
  }

  /// Whether a Range field asks for parts of the current representation (RFC 9110 13.1.5).
  private static func isSameRange(
    _ fields: Fields, _ validators: Validators, _ now: Int64
  ) -> Bool {
    guard fields["if-range"] != nil else { return true }
    guard let value = only("if-range", fields) else { return false }
    if let tag = EntityTag(value) {
      guard let current = validators.entityTag else { return false }
      return tag.stronglyMatches(current)
    }
    guard let modified = validators.lastModified, let date = value.httpDate(now: now) else {
      return false
    }
    return date == modified && modified < now
  }
}

/// The value of the only field of a name; nil for none and for several.
@_lifetime(copy fields)
func only(_ name: StaticString, _ fields: Fields) -> Span<UInt8>? {
  var value: Span<UInt8>?
  var iterator = fields.makeIterator()
  while let field = iterator.next() {
    guard field.name.equalsIgnoringCase(name) else { continue }
    if value != nil { return nil }
    value = field.value
  }
  return value
}
