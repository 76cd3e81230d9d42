/// The target of a request in one of its four forms (RFC 9112 3.2), as offsets into the message.
struct RequestTarget {
  enum Form { case origin, absolute, authority, asterisk }

  let form: Form
  /// Without the query. "/" of its own for the other forms, see `Request.path`.
  let path: Range<Int>
  /// Behind the "?", nil without one.
  let query: Range<Int>?

  /// - Parameter text: where the target lies in `octets`, without whitespace, not empty.
  init(_ octets: Octets, _ text: Range<Int>, method: Method) throws(RequestError) {
    let target = octets[text]

    // authority-form is for CONNECT, and CONNECT takes no other (RFC 9112 3.2.3).
    if method == .connect {
      guard isAuthority(target, portRequired: true) else { throw .invalidTarget }
      (form, path, query) = (.authority, text.upperBound..<text.upperBound, nil)
      return
    }

    // asterisk-form is for OPTIONS alone (RFC 9112 3.2.4).
    if target == "*" {
      guard method == .options else { throw .invalidTarget }
      (form, path, query) = (.asterisk, text.upperBound..<text.upperBound, nil)
      return
    }

    var start = text.lowerBound
    if target[0] == UInt8(ascii: "/") {
      form = .origin
    } else {
      start = try RequestTarget.endOfAuthority(octets, text)
      // OPTIONS http://host is OPTIONS * (RFC 9112 3.2.4).
      form = start == text.upperBound && method == .options ? .asterisk : .absolute
    }

    var pathEnd = start
    while pathEnd < text.upperBound, octets[pathEnd] != UInt8(ascii: "?") { pathEnd += 1 }
    // The query's octets were checked as the line was read (OctetSet.query).
    guard isEncoded(octets[start..<pathEnd], with: .path) else { throw .invalidTarget }
    path = start..<pathEnd
    query = pathEnd < text.upperBound ? pathEnd + 1..<text.upperBound : nil
  }

  /// absolute-form: "http://" authority path-abempty [ "?" query ] (RFC 9112 3.2.2). A server must
  /// accept it. https too: what ends TLS in front of us may keep the URI as it was.
  private static func endOfAuthority(
    _ octets: Octets, _ text: Range<Int>
  ) throws(RequestError) -> Int {
    let target = octets[text]
    let start: Int
    if target.count > 7, target[0..<7].equalsIgnoringCase("http://") {
      start = text.lowerBound + 7
    } else if target.count > 8, target[0..<8].equalsIgnoringCase("https://") {
      start = text.lowerBound + 8
    } else {
      throw .invalidTarget
    }
    var end = start
    while end < text.upperBound, octets[end] != UInt8(ascii: "/"), octets[end] != UInt8(ascii: "?")
    {
      end += 1
    }
    guard isAuthority(octets[start..<end]) else { throw .invalidTarget }
    return end
  }
}
