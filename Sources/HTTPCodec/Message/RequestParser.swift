/// Reads one request from a connection's octets, in whatever segments they come: the result is
/// the same for any cut (RFC 9112 2.2).
///
/// The parser keeps no octets. The caller keeps them from the first octet of the message on, in
/// one piece, and calls `parse` each time there are more. States, in order:
///
///     request-line -> header section -> content (none | Content-Length | chunked) -> complete
package struct RequestParser: ~Copyable {
  /// What a request may be at the most.
  package struct Limits {
    /// Header section and content together, in octets.
    package var request: Int
    /// Request-line and header section, with an empty line before them, in octets.
    package var head: Int

    package init(request: Int, head: Int) {
      self.request = request
      self.head = min(head, request)
    }
  }

  package enum Progress: Equatable {
    /// More octets are needed. The first `retained` of those given must be kept, in place, and
    /// the next ones put behind them; the parser is done with the others.
    case incomplete(retained: Int)
    /// The request is complete; the next message begins at offset `next`.
    case complete(next: Int)
  }

  private enum State { case requestLine, fields, content, complete }

  private let limits: Limits
  private var state = State.requestLine
  private var position = 0
  private var line = RequestLineReader()
  private var section = FieldSectionReader()
  private var framingFields = FramingFields()
  private var framing = Framing.none
  private var fieldsStart = 0
  private var headEnd = 0
  private var contentEnd = 0
  private var chunked = ChunkedContentReader()

  package init(limits: Limits) {
    self.limits = limits
  }

  /// Makes this the parser of another request, behind the one that is complete.
  @inline(__always)
  package mutating func begin() {
    state = .requestLine
    position = 0
    line.begin()
    section.begin()
    framingFields = FramingFields()
    if framing == .chunked { chunked = ChunkedContentReader() }
    framing = .none
    // (The other places are set before they are read.)
    headEnd = 0
  }

  // (Mutating, what only asks: else the compiler copies all of the parser for each question.)

  /// Whether anything of a request has come. An empty line is nothing yet.
  package var hasBegun: Bool { mutating get { line.hasBegun } }

  /// Whether a request has begun whose header section is not complete.
  package var isInHead: Bool {
    mutating get { hasBegun && (state == .requestLine || state == .fields) }
  }

  /// The method, as soon as it has been read.
  package var method: Method { mutating get { line.method } }

  /// Whether the head is complete, and the content is not.
  package var isInContent: Bool { mutating get { state == .content } }

  /// Octets of content that there will be, or, where no length is given, that there are so far.
  package var contentLength: Int64 {
    mutating get {
      if case .contentLength(let length) = framing { return length }
      return Int64(contentEnd &- headEnd)
    }
  }

  /// Whether the client has asked to be told, once the head is complete, whether its content is
  /// wanted (RFC 9110 10.1.1). To be asked when `parse` was incomplete: `request` has the head then.
  package var expectsContinue: Bool {
    mutating get {
      state == .content && framingFields.facts.contains(.expectsContinue) && line.isHTTP11
    }
  }

  /// Whether it may be waiting for that: none of the content has come.
  package var awaitsContinue: Bool {
    mutating get { expectsContinue && position == headEnd && !chunked.hasBegun }
  }

  /// Whether the connection may be used for another request behind this one (RFC 9112 9.3).
  /// A CONNECT is refused here, and what comes behind it may be meant for a tunnel.
  package var keepsAlive: Bool {
    mutating get { framingFields.keepsAlive(isHTTP11: line.isHTTP11) && method != .connect }
  }

  /// Whether the client has said that it sends nothing behind this request (RFC 9112 9.6), or speaks HTTP/1.0 and
  /// has not asked to go on. (What follows a CONNECT is no request, and may come all the same.)
  package var isLast: Bool {
    mutating get { !keepsAlive && method != .connect }
  }

  /// Whether the client must be told that the connection stays open (HTTP/1.0).
  package var isHTTP11: Bool { mutating get { line.isHTTP11 } }

  /// Reads on in a message, of which all octets that have come are in `octets`: the first one given is the
  /// message's first.
  ///
  /// Chunked content is decoded in place, hence the mutable span. Of a buffer in which several messages lie
  /// behind one another, the caller passes the part from the message on:
  ///
  /// ```swift
  /// var message = buffer.mutableOctets(from: start)
  /// if case .complete(let next) = try parser.parse(&message) {
  ///   answer(parser.request(in: message.span))
  ///   start += next
  /// }
  /// ```
  ///
  /// - Throws: what is wrong with the request. The parser cannot be used after that.
  package mutating func parse(
    _ octets: inout MutableSpan<UInt8>
  ) throws(RequestError) -> Progress {
    if state == .requestLine { try readRequestLine(octets.span) }
    if state == .fields { try readFields(octets.span) }
    if state == .content { try readContent(&octets) }
    if state == .complete { return .complete(next: position) }
    return .incomplete(retained: framing == .chunked ? contentEnd : octets.count)
  }

  /// The request that `parse` has completed, in the same octets; before that, its head.
  @_lifetime(copy octets)
  package mutating func request(in octets: Span<UInt8>) -> Request {
    Request(
      method: line.method, target: octets.extracting(line.target), parts: line.parts,
      fields: fields(in: octets), isNamed: isNamed,
      content: contentEnd > headEnd ? octets.extracting(headEnd..<contentEnd) : Span())
  }

  /// Whether X-Request-Id or traceparent is among the fields so far.
  package var isNamed: Bool { mutating get { framingFields.facts.contains(.isNamed) } }

  /// The fields of the request so far: none before its header section is complete.
  @_lifetime(copy octets)
  package mutating func fields(in octets: Span<UInt8>) -> Fields {
    guard headEnd > fieldsStart, headEnd <= octets.count else { return Fields() }
    return Fields(section: octets.extracting(fieldsStart..<headEnd))
  }

  private mutating func readRequestLine(_ octets: Span<UInt8>) throws(RequestError) {
    let head = octets.extracting(first: limits.head)
    guard try line.read(head, &position) else {
      if position < limits.head { return }
      throw line.tooLong(at: position)
    }
    fieldsStart = position
    state = .fields
  }

  private mutating func readFields(_ octets: Span<UInt8>) throws(RequestError) {
    let head = octets.extracting(first: limits.head)
    while !section.readWholeLines(head, &position, into: &framingFields) {
      switch try section.read(head, &position) {
      case .incomplete:
        if position < limits.head { return }
        throw .headerSectionTooLarge
      case .field:
        framingFields.note(section.line, in: head)
        continue
      case .end:
        break
      }
      break
    }
    try beginContent()
  }

  private mutating func beginContent() throws(RequestError) {
    // Before the verdict: what was refused has fields as well.
    headEnd = position
    contentEnd = position
    framing = try framingFields.framing(isHTTP11: line.isHTTP11, room: limits.request &- headEnd)
    state = framing == .none ? .complete : .content
  }

  private mutating func readContent(
    _ octets: inout MutableSpan<UInt8>
  ) throws(RequestError) {
    switch framing {
    case .none:
      state = .complete
    case .contentLength(let length):
      position = min(octets.count, headEnd &+ Int(length))
      contentEnd = position
      if position == headEnd &+ Int(length) { state = .complete }
    case .chunked:
      let complete = try chunked.read(
        &octets, &position, contentEnd: &contentEnd, limit: limits.request,
        trailerLimit: limits.head)
      if complete {
        state = .complete
      } else if position > headEnd {
        // All was consumed: what follows is read from the end of the content on.
        position = contentEnd
      }
    }
  }
}
