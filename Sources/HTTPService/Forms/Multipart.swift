import HTTPCodec
import Memory

/// The parts of a multipart/form-data content (RFC 7578), one after another, without copying any.
///
/// ```swift
/// do throws(InvalidInput) {
///   var parts = try Multipart(request.content, contentType: request.fields["content-type"])
///   while let part = try parts.next() {
///     if part.hasName("photo"), part.isFile { response.write(Int64(part.content.count)) }
///   }
/// } catch { response.fail(.badRequest, error.expectation) }
/// ```
///
/// Strict, since what two readers read differently is a way past the first one: the content is dash-boundary, parts
/// and close-delimiter (RFC 2046 5.1.1) with nothing before the first or behind the last but one CR LF, every line
/// ends with CR LF, and nothing but spaces and tabs follows a boundary in its line. Each part has one
/// Content-Disposition of the type form-data with one name; `filename*` is refused (RFC 7578 4.2), and so is a
/// Content-Transfer-Encoding that changes octets (4.7).
public struct Multipart: ~Escapable {
  /// What is accepted at most.
  public struct Limits: Sendable {
    /// The most parts; 100 unless it is changed.
    public var parts = 100
    /// The most octets that the fields of one part have together; 4096 unless it is changed.
    public var headerOctets = 4096

    /// 100 parts, each with at most 4096 octets of fields.
    public init() {}
  }

  private let content: Span<UInt8>
  private let boundary: Span<UInt8>
  private let limits: Limits
  private var position = 0
  /// How many parts have been read.
  public private(set) var count = 0
  private var isAtEnd = false

  /// - Parameters:
  ///   - content: all of the request's content.
  ///   - contentType: the Content-Type field, from which the boundary is taken.
  ///   - limits: what is accepted at most.
  /// - Throws: `InvalidInput` when the type is another one, when its boundary is missing or malformed, and when the
  ///   content does not begin with it.
  @inline(never) @_lifetime(copy content, copy contentType)
  public init(
    _ content: Span<UInt8>, contentType: Span<UInt8>?, limits: Limits = Limits()
  ) throws(InvalidInput) {
    guard let contentType, let type = MediaType(contentType), type.is("multipart/form-data") else {
      throw InvalidInput("Content-Type", expectation: "multipart/form-data")
    }
    var found: Span<UInt8>?
    var isOne = true
    var parameters = type.parameters
    while let parameter = parameters.next() {
      guard parameter.name.equalsIgnoringCase("boundary") else { continue }
      isOne = found == nil
      // (A backslash is no bchar: what was sent is what is meant.)
      found = parameter.value.sent
    }
    guard isOne, let boundary = found, boundary.isBoundary else {
      throw InvalidInput("Content-Type", expectation: "one boundary of 1 to 70 characters")
    }
    self.content = content
    self.boundary = boundary
    self.limits = limits
    guard content.starts(with: "--"), isBoundary(at: 2) else {
      throw InvalidInput("multipart content", expectation: "the boundary at its beginning")
    }
    position = 2 &+ boundary.count
    // Of no parts there is the close-delimiter alone.
    if isMark(at: position) { try readEnd() } else { try readLineEnd() }
  }

  /// The next part; nil behind the last one.
  ///
  /// - Throws: `InvalidInput` for a part that is malformed or over the limits, with its number and, where it is known,
  ///   where its name is in the content. Then there are no more parts.
  @inline(never) @_lifetime(copy self)
  public mutating func next() throws(InvalidInput) -> Part? {
    if isAtEnd { return nil }
    count &+= 1
    isAtEnd = true
    guard count <= limits.parts else { throw fault("fewer parts") }
    let start = position
    let sectionEnd = try endOfFields()
    let section = content.extracting(start..<sectionEnd)
    let fields = Fields(section: section)
    let disposition = try PartDisposition(fields, number: count, sectionStart: start, section)
    position = sectionEnd
    guard let end = endOfContent() else {
      throw fault(
        "a boundary behind it", rangeInContent(of: disposition.name.sent, in: section, at: start))
    }
    let octets = content.extracting(position..<end)
    position = end &+ 4 &+ boundary.count
    isAtEnd = false
    if isMark(at: position) { try readEnd() } else { try readLineEnd() }
    return Part(
      name: disposition.name, filename: disposition.filename, fields: fields, content: octets)
  }

  // MARK: Boundaries

  private func fault(
    _ expectation: StaticString, _ name: Range<Int> = 0..<0
  ) -> InvalidInput {
    InvalidInput("part", expectation: expectation, number: count, name: name)
  }

  private func isBoundary(at place: Int) -> Bool {
    guard content.count &- place >= boundary.count else { return false }
    return content.extracting(place..<place &+ boundary.count) == boundary
  }

  /// Whether the two hyphens of the close-delimiter are here.
  private func isMark(at place: Int) -> Bool {
    content.count &- place >= 2 && content[place] == .hyphen && content[place &+ 1] == .hyphen
  }

  /// transport-padding CRLF (RFC 2046 5.1.1).
  @_lifetime(self: copy self)
  private mutating func readLineEnd() throws(InvalidInput) {
    while position < content.count, content[position].isWhitespace { position &+= 1 }
    guard isLineEnd(at: position) else {
      isAtEnd = true
      throw fault("CR LF behind the boundary")
    }
    position &+= 2
  }

  /// "--" transport-padding [CRLF], and nothing else.
  @_lifetime(self: copy self)
  private mutating func readEnd() throws(InvalidInput) {
    isAtEnd = true
    position &+= 2
    while position < content.count, content[position].isWhitespace { position &+= 1 }
    if isLineEnd(at: position) { position &+= 2 }
    guard position == content.count else { throw fault("nothing behind the last boundary") }
  }

  private func isLineEnd(at place: Int) -> Bool {
    content.count &- place >= 2 && content[place] == .carriageReturn
      && content[place &+ 1] == .lineFeed
  }

  /// Where the fields of a part end, behind their empty line.
  private func endOfFields() throws(InvalidInput) -> Int {
    var place = position
    let most = position &+ min(content.count &- position, limits.headerOctets)
    while !isLineEnd(at: place) {
      guard let line = Fields.endOfLine(content, from: place) else {
        throw fault("fields, and an empty line behind them")
      }
      guard line <= most else { throw fault("fewer octets of fields") }
      place = line
    }
    guard place &+ 2 <= most else { throw fault("fewer octets of fields") }
    return place &+ 2
  }

  /// Where the content of a part ends: at CR LF "--" and the boundary. Whatever follows the boundary, it is one
  /// (RFC 2046 5.1.1). Nil without one.
  private func endOfContent() -> Int? {
    // (Behind the empty line of the fields: a delimiter has a CR LF of its own, also where a part has no content.)
    let length = boundary.count &+ 4
    var place = position
    while content.count &- place >= length {
      // (The boundary has no CR in it: no octet is looked at more than twice.)
      if content[place] == .carriageReturn, content[place &+ 1] == .lineFeed,
        isMark(at: place &+ 2), isBoundary(at: place &+ 4)
      {
        return place
      }
      place &+= 1
    }
    return nil
  }
}

extension Span<UInt8> {
  /// boundary = 0*69<bchars> bcharsnospace (RFC 2046 5.1.1).
  fileprivate var isBoundary: Bool {
    guard !isEmpty, count <= 70, last != .space else { return false }
    return allSatisfy { octet in
      switch octet {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20, 0x27...0x29, 0x2B...0x2F, 0x3A, 0x3D, 0x3F,
        0x5F:
        true
      default: false
      }
    }
  }
}

extension UInt8 {
  fileprivate static var hyphen: UInt8 { 0x2D }
}
