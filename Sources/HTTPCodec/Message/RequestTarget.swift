/// The target of a request in one of its four forms (RFC 9112 3.2), as offsets into the target.
struct RequestTarget {
  enum Form { case origin, absolute, authority, asterisk }

  let form: Form
  /// The path without the query; empty where the form has none.
  let path: Range<Int>

  /// A target in origin-form that has been read.
  init(pathEnd: Int) {
    form = .origin
    path = 0..<pathEnd
  }

  /// What stands behind the path's end, a "?", in a target of so many octets; nil where the path is its end.
  func query(upTo count: Int) -> Range<Int>? {
    path.upperBound < count ? path.upperBound &+ 1..<count : nil
  }

  /// - Parameter target: without whitespace, not empty.
  @inline(never)
  @_optimize(size)
  init(_ target: Span<UInt8>, method: Method) throws(RequestError) {
    // authority-form is for CONNECT, and CONNECT takes no other (RFC 9112 3.2.3).
    if method == .connect {
      guard isAuthority(target, portRequired: true) else { throw .invalidTarget }
      (form, path) = (.authority, target.count..<target.count)
      return
    }

    var start = 0
    if target.first == UInt8(ascii: "/") {
      form = .origin
    } else if target == "*" {
      // asterisk-form is for OPTIONS alone (RFC 9112 3.2.4).
      guard method == .options else { throw .invalidTarget }
      (form, path) = (.asterisk, target.count..<target.count)
      return
    } else {
      start = try RequestTarget.endOfAuthority(target)
      // OPTIONS http://host is OPTIONS * (RFC 9112 3.2.4).
      form = start == target.count && method == .options ? .asterisk : .absolute
    }

    // What ends the path is the end of the target or a "?".
    let pathEnd = OctetSet.path.endOfEncoded(target, from: start)
    path = start..<pathEnd
    // (The query's octets were checked as the line was read, OctetSet.query.)
    guard pathEnd == target.count || target[pathEnd] == UInt8(ascii: "?") else {
      throw .invalidTarget
    }
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
