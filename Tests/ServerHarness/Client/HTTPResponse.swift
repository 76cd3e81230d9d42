import Foundation

/// A response, read as a strict client reads it: what RFC 9112 does not allow is an error.
public struct HTTPResponse: Sendable {
  public let head: HTTPResponseHead
  public let content: [UInt8]

  public var status: Int { head.status }
  public var fields: [(name: String, value: String)] { head.fields }
  public var text: String { String(decoding: content, as: UTF8.self) }
  public var isInterim: Bool { status < 200 }
  public var closes: Bool { head.closes }

  /// The value of a field, nil when it is not there or there more than once.
  public subscript(name: String) -> String? {
    let values = values(name)
    return values.count == 1 ? values[0] : nil
  }

  public func values(_ name: String) -> [String] { head.values(name) }

  /// The methods of Allow or a field like it.
  public func list(_ name: String) -> Set<String> {
    Set(
      (self[name] ?? "").split(separator: ",").map { element in
        String(element.drop { $0 == " " })
      })
  }
}

/// Status line and fields, and what follows from them.
public struct HTTPResponseHead: Sendable {
  public let status: Int
  public let fields: [(name: String, value: String)]
  /// Says that the connection ends behind this response.
  public let closes: Bool
  /// Of the content, unless the request was a HEAD.
  let length: Int

  /// - Parameter octets: from the status line to the last field's CR LF CR LF.
  init(_ octets: some Collection<UInt8>) throws {
    let head = String(decoding: octets.dropLast(4), as: UTF8.self)
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
      if status != 304 { length = number }
    }
    self.status = status
    self.fields = fields
    self.length = length
    closes = fields.contains { $0.name.lowercased() == "connection" && $0.value == "close" }
  }

  func values(_ name: String) -> [String] {
    fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }
}

private func parse(statusLine line: Substring) throws -> Int {
  let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
  guard parts.count == 3, parts[0] == "HTTP/1.1", parts[1].count == 3,
    let status = Int(parts[1]), (100...599).contains(status)
  else { throw TestFailure("not a status-line: \(line)") }
  return status
}

private func parse(field line: Substring) throws -> (name: String, value: String) {
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

private func isTokenOctet(_ octet: UInt8) -> Bool {
  switch octet {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
    UInt8(ascii: "A")...UInt8(ascii: "Z"):
    true
  default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
  }
}
