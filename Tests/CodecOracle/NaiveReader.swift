import Foundation

/// Finds where messages end and what their content is, slowly and plainly: it waits for whole
/// lines, cuts texts into lists, and has nothing in common with the codec.
struct NaiveReader {
  struct Message: Equatable {
    var end: Int
    var content: [UInt8]
  }

  struct Field: Equatable {
    /// In lower case.
    var name: String
    var value: String
  }

  /// With the status, where the header section has been read and its fields are wrong.
  enum Stop: Error, Equatable {
    case refused(Int?)
    case incomplete

    static let refused = Stop.refused(nil)
  }

  private let octets: [UInt8]
  private let limit: Int
  private var position: Int
  private let start: Int

  /// All the messages there are, and why there are no more: nil at the end of the octets.
  static func messages(_ octets: [UInt8], limit: Int) -> (messages: [Message], stop: Stop?) {
    var messages: [Message] = []
    var start = 0
    while start < octets.count {
      var reader = NaiveReader(octets: octets, limit: limit, position: start, start: start)
      do throws(Stop) {
        let content = try reader.message()
        start = reader.position
        messages.append(Message(end: start, content: content))
      } catch {
        return (messages, error)
      }
    }
    return (messages, nil)
  }

  /// The fields of a section and where it ends; nil when it is none, or not a whole one.
  static func section(_ octets: [UInt8]) -> (fields: [Field], end: Int)? {
    var reader = NaiveReader(octets: octets, limit: 0, position: 0, start: 0)
    guard let fields = try? reader.section() else { return nil }
    return (fields, reader.position)
  }

  private mutating func message() throws(Stop) -> [UInt8] {
    var requestLine = try line()
    if requestLine.isEmpty {
      // Two empty lines are refused, unless more octets may make a PROXY protocol header of them.
      if "\r\n\r\n\0\r\nQUIT\n".utf8.starts(with: octets[start...]) { throw .incomplete }
      requestLine = try line()
    }
    let isHTTP11 = try NaiveReader.checkRequestLine(requestLine)
    let fields = try section()
    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    let faults = FieldFaults(
      isHTTP11: isHTTP11, hosts: values("host"), lengths: values("content-length"),
      codings: values("transfer-encoding"), expectations: values("expect"),
      room: limit - (position - start))
    if let status = faults.status { throw .refused(status) }
    if !values("transfer-encoding").isEmpty { return try chunks() }
    return try take(values("content-length").first.flatMap { Int($0) } ?? 0)
  }

  private mutating func chunks() throws(Stop) -> [UInt8] {
    let headSize = position - start
    var content: [UInt8] = []
    while true {
      let line = text(try line())
      let digits = line.prefix { Grammar.hexDigit.contains(UInt8($0.unicodeScalars.first!.value)) }
      guard let size = Int(digits, radix: 16), size <= limit - headSize - content.count,
        NaiveReader.isExtension(line.dropFirst(digits.count))
      else { throw .refused }
      if size == 0 { break }
      content += try take(size)
      guard try self.line().isEmpty else { throw .refused }
    }
    _ = try section()
    return content
  }

  private mutating func take(_ count: Int) throws(Stop) -> [UInt8] {
    guard octets.count - position >= count else { throw .incomplete }
    defer { position += count }
    return Array(octets[position..<position + count])
  }

  /// The octets up to the next CR LF.
  private mutating func line() throws(Stop) -> [UInt8] {
    var end = position
    while true {
      guard end + 1 < octets.count else { throw .incomplete }
      if octets[end] == 13, octets[end + 1] == 10 { break }
      end += 1
    }
    let line = octets[position..<end]
    guard !line.contains(13), !line.contains(10) else { throw .refused }
    position = end + 2
    return Array(line)
  }

  private mutating func section() throws(Stop) -> [Field] {
    var fields: [Field] = []
    while true {
      let line = try line()
      if line.isEmpty { return fields }
      let parts = line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(Grammar.token.contains),
        parts[1].allSatisfy(Grammar.fieldValue.contains)
      else { throw .refused }
      var value = parts[1].drop(while: Grammar.whitespace.contains)
      while let last = value.last, Grammar.whitespace.contains(last) { value.removeLast() }
      fields.append(Field(name: text(parts[0]).lowercased(), value: text(value)))
    }
  }
}

/// Whether the naive reader makes the same of a connection.
///
/// It waits for whole lines: where it waits, the codec may have refused already.
func agree(_ outcome: Outcome, with octets: [UInt8], limit: Int) -> Bool {
  let naive = NaiveReader.messages(octets, limit: limit)
  let ours = outcome.requests.map { NaiveReader.Message(end: $0.next, content: $0.content) }
  guard ours == naive.messages else { return false }
  switch naive.stop {
  case nil: return outcome.error == nil && !outcome.isIncomplete
  case .refused(let status):
    guard let error = outcome.error else { return false }
    return status == nil || status == error.status.code
  case .incomplete: return outcome.error != nil || outcome.isIncomplete
  }
}

// MARK: Parts of lines

extension NaiveReader {
  private static func checkRequestLine(_ line: [UInt8]) throws(Stop) -> Bool {
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false).map { text($0) }
    guard parts.count == 3, !parts[0].isEmpty,
      parts[0].unicodeScalars.allSatisfy({ $0.isASCII && Grammar.token.contains(UInt8($0.value)) }),
      isTarget(parts[1], method: parts[0])
    else { throw .refused }
    let versions = (0...9).map { "HTTP/1.\($0)" }
    guard let minor = versions.firstIndex(of: parts[2]) else { throw .refused }
    return minor > 0
  }

  static func isTarget(_ target: String, method: String) -> Bool {
    guard target.unicodeScalars.allSatisfy({ $0.isASCII }) else { return false }
    if method == "CONNECT" {
      guard let colon = target.lastIndex(of: ":"), !target.hasSuffix("]") else { return false }
      return isAuthority(target) && (Int(target[colon...].dropFirst()) ?? 0) > 0
    }
    if target == "*" { return method == "OPTIONS" }
    var rest = Substring(target)
    if !rest.hasPrefix("/") {
      let scheme = ["http://", "https://"].first { rest.lowercased().hasPrefix($0) }
      guard let scheme else { return false }
      rest = rest.dropFirst(scheme.count)
      let authority = rest.prefix { $0 != "/" && $0 != "?" }
      guard isAuthority(String(authority)) else { return false }
      rest = rest.dropFirst(authority.count)
    }
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    if let path = parts.first, !isEncoded(path, Grammar.path) { return false }
    return parts.count < 2 || parts[1].utf8.allSatisfy(Grammar.query.contains)
  }

  static func isAuthority(_ text: String) -> Bool {
    var host = Substring(text)
    if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
      host = text[..<colon]
      let port = text[text.index(after: colon)...]
      guard port.utf8.allSatisfy(Grammar.digit.contains) else { return false }
      guard port.isEmpty || (Int(port) ?? 65536) <= 65535 else { return false }
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      let literal = String(host.dropFirst().dropLast())
      if literal.lowercased().hasPrefix("v") { return isFutureAddress(literal.dropFirst()) }
      var address = in6_addr()
      // (A C string would end at a NUL.)
      return !literal.contains("\0") && inet_pton(AF_INET6, literal, &address) == 1
    }
    return !host.isEmpty && isEncoded(host, Grammar.registeredName)
  }

  /// 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
  private static func isFutureAddress(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
      && parts[0].utf8.allSatisfy(Grammar.hexDigit.contains)
      && parts[1].utf8.allSatisfy(Grammar.registeredName.union(":".utf8).contains)
  }

  private static func isEncoded(_ text: Substring, _ set: Set<UInt8>) -> Bool {
    let parts = text.split(separator: "%", omittingEmptySubsequences: false)
    return parts.allSatisfy { $0.utf8.allSatisfy(set.contains) }
      && parts.dropFirst().allSatisfy {
        $0.utf8.count >= 2 && $0.utf8.prefix(2).allSatisfy(Grammar.hexDigit.contains)
      }
  }

  /// *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
  private static func isExtension(_ text: Substring) -> Bool {
    var rest = text.unicodeScalars.map { UInt8($0.value) }[...]
    func skip(_ set: Set<UInt8>) -> Int {
      let length = rest.prefix(while: set.contains).count
      rest = rest.dropFirst(length)
      return length
    }
    func next(_ character: Character) -> Bool {
      let before = rest
      _ = skip(Grammar.whitespace)
      if rest.first == character.asciiValue { rest = rest.dropFirst() } else { rest = before }
      return rest.count < before.count
    }
    func quoted() -> Bool {
      while true {
        _ = skip(Grammar.quotedText)
        if rest.first == 0x22 {
          rest = rest.dropFirst()
          return true
        }
        guard rest.first == 0x5C, let pair = rest.dropFirst().first,
          Grammar.fieldValue.contains(pair)
        else { return false }
        rest = rest.dropFirst(2)
      }
    }
    while !rest.isEmpty {
      guard next(";") else { return false }
      _ = skip(Grammar.whitespace)
      guard skip(Grammar.token) > 0 else { return false }
      guard next("=") else { continue }
      guard next("\"") ? quoted() : skip(Grammar.whitespace) >= 0 && skip(Grammar.token) > 0
      else { return false }
    }
    return true
  }
}
