import Foundation

/// A response, read as a strict client reads it: what RFC 9112 does not allow is an error.
struct HTTPResponse: Sendable {
  let status: Int
  let fields: [(name: String, value: String)]
  let content: [UInt8]

  var text: String { String(decoding: content, as: UTF8.self) }
  var isInterim: Bool { status < 200 }
  var closes: Bool { values("connection").contains("close") }

  /// The value of a field, nil when it is not there or there more than once.
  subscript(name: String) -> String? {
    let values = values(name)
    return values.count == 1 ? values[0] : nil
  }

  func values(_ name: String) -> [String] {
    fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }

  /// The methods of Allow or a field like it.
  func list(_ name: String) -> Set<String> {
    Set(
      (self[name] ?? "").split(separator: ",").map { element in
        String(element.drop { $0 == " " })
      })
  }

  /// Reads the response that begins at `start`, and moves `start` behind it; nil when it is not
  /// complete.
  static func take(
    from bytes: [UInt8], at start: inout Int, toHEAD isHead: Bool
  ) throws -> HTTPResponse? {
    guard let headEnd = endOfHead(bytes, from: start) else { return nil }
    let head = String(decoding: bytes[start..<headEnd - 4], as: UTF8.self)
    guard !head.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\r" && $0 != "\n" }) else {
      throw TestFailure("control characters in \(head.debugDescription)")
    }
    // In Swift CR LF is one character, and each of them alone another.
    let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
    guard !head.contains(where: { $0 == "\r" || $0 == "\n" }) else {
      throw TestFailure("CR or LF alone in \(head.debugDescription)")
    }
    let status = try parse(statusLine: lines[0])
    let fields = try lines.dropFirst().map(parse(field:))

    let lengths = fields.filter { $0.name.lowercased() == "content-length" }.map(\.value)
    guard !fields.contains(where: { $0.name.lowercased() == "transfer-encoding" }) else {
      throw TestFailure("Transfer-Encoding in \(head.debugDescription)")
    }
    var length = 0
    if status < 200 || status == 204 {
      guard lengths.isEmpty else { throw TestFailure("Content-Length in a \(status)") }
    } else {
      guard lengths.count == 1, let number = Int(lengths[0]), number >= 0 else {
        throw TestFailure("Content-Length is \(lengths) in \(head.debugDescription)")
      }
      if !isHead && status != 304 { length = number }
    }
    guard bytes.count >= headEnd + length else { return nil }
    let content = Array(bytes[headEnd..<headEnd + length])
    start = headEnd + length
    return HTTPResponse(status: status, fields: fields, content: content)
  }

  /// Behind the first CR LF CR LF. (By memchr(3): tests are built without optimisation.)
  private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
    bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      var place = start
      while place + 4 <= bytes.count, let found = memchr(base + place, 13, bytes.count - place) {
        place = base.distance(to: UnsafeRawPointer(found))
        if place + 4 <= bytes.count, memcmp(found, "\r\n\r\n", 4) == 0 { return place + 4 }
        place += 1
      }
      return nil
    }
  }

  private static func parse(statusLine line: Substring) throws -> Int {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "HTTP/1.1", parts[1].count == 3,
      let status = Int(parts[1]), (100...599).contains(status)
    else { throw TestFailure("not a status-line: \(line)") }
    return status
  }

  private static func parse(field line: Substring) throws -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else {
      throw TestFailure("not a field: \(line)")
    }
    let name = line[..<colon]
    guard name.utf8.allSatisfy({ isTokenOctet($0) }) else {
      throw TestFailure("not a field name: \(name)")
    }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    return (String(name), String(value))
  }

  private static func isTokenOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
    }
  }
}
