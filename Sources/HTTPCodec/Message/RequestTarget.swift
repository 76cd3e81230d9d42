/// The target of a request in one of its four forms (RFC 9112 3.2), as offsets into the target.
struct RequestTarget {
  enum Form { case origin, absolute, authority, asterisk }

  let form: Form
  /// The path without the query; empty where the form has none.
  let path: Range<Int>
  /// What stands behind the "?", nil without one.
  let query: Range<Int>?

  /// A target in origin-form that has been read: what stands behind the path is a query.
  init(pathEnd: Int, count: Int) {
    form = .origin
    path = 0..<pathEnd
    query = pathEnd < count ? pathEnd &+ 1..<count : nil
  }

  /// - Parameter target: without whitespace, not empty.
  init(_ target: Span<UInt8>, method: Method) throws(RequestError) {
    // authority-form is for CONNECT, and CONNECT takes no other (RFC 9112 3.2.3).
    if method == .connect {
      guard isAuthority(target, portRequired: true) else { throw .invalidTarget }
      (form, path, query) = (.authority, target.count..<target.count, nil)
      return
    }

    var start = 0
    if target.first == UInt8(ascii: "/") {
      form = .origin
    } else if target == "*" {
      // asterisk-form is for OPTIONS alone (RFC 9112 3.2.4).
      guard method == .options else { throw .invalidTarget }
      (form, path, query) = (.asterisk, target.count..<target.count, nil)
      return
    } else {
      start = try RequestTarget.endOfAuthority(target)
      // OPTIONS http://host is OPTIONS * (RFC 9112 3.2.4).
      form = start == target.count && method == .options ? .asterisk : .absolute
    }

    // What ends the path is the end of the target or a "?".
    let pathEnd = OctetSet.path.endOfEncoded(target, from: start)
    path = start..<pathEnd
    guard pathEnd < target.count else {
      query = nil
      return
    }
    guard target[pathEnd] == UInt8(ascii: "?") else { throw .invalidTarget }
    // The query's octets were checked as the line was read (OctetSet.query).
    query = pathEnd &+ 1..<target.count
  }

  /// absolute-form: "http://" authority path-abempty [ "?" query ] (RFC 9112 3.2.2). A server must
  /// accept it. https too: what ends TLS in front of us may keep the URI as it was.
  private static func endOfAuthority(_ target: Span<UInt8>) throws(RequestError) -> Int {
    let start: Int
    if target.extracting(first: 7).equalsIgnoringCase("http://") {
      start = 7
    } else if target.extracting(first: 8).equalsIgnoringCase("https://") {
      start = 8
    } else {
      throw .invalidTarget
    }
    var end = start
    while end < target.count, target[end] != UInt8(ascii: "/"), target[end] != UInt8(ascii: "?") {
      end &+= 1
    }
    guard isAuthority(target.extracting(start..<end)) else { throw .invalidTarget }
    return end
  }
}
