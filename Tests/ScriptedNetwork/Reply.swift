/// A response as a client reads it.
struct WireReply: Equatable {
  var status = 0
  var reason = ""
  var head = ""
  var names: [String] = []
  var values: [String] = []
  /// The values as they came.
  var valueOctets: [[UInt8]] = []
  var content: [UInt8] = []

  var text: String { String(decoding: content, as: UTF8.self) }

  /// The values of the fields of this name.
  func values(of name: String) -> [String] {
    names.indices.filter { names[$0].lowercased() == name.lowercased() }.map { values[$0] }
  }

  /// Reads a connection's octets as responses, as far as they are whole ones.
  ///
  /// - Parameter methods: of the requests, where any is HEAD.
  static func all(
    in octets: [UInt8], methods: [String] = []
  ) -> (replies: [WireReply], rest: ArraySlice<UInt8>) {
    var replies: [WireReply] = []
    var rest = octets[...]
    while !rest.isEmpty {
      let method = replies.count < methods.count ? methods[replies.count] : "GET"
      var next = rest
      guard let reply = WireReply(&next, isHead: method == "HEAD") else { break }
      replies.append(reply)
      rest = next
    }
    return (replies, rest)
  }

  init() {}

  /// Reads one response; nil when there is no whole one.
  init?(_ rest: inout ArraySlice<UInt8>, isHead: Bool) {
    guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    // One character for each octet: in UTF-8 a value could combine with what stands before it.
    var text = String.UnicodeScalarView()
    text.append(contentsOf: rest[..<end.upperBound].lazy.map { Unicode.Scalar($0) })
    head = String(text)
    var lines = head.dropLast(2).split(separator: "\r\n", omittingEmptySubsequences: false)
    let statusLine = lines.removeFirst().split(
      separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard statusLine.count == 3, statusLine[0] == "HTTP/1.1", let code = Int(statusLine[1]) else {
      return nil
    }
    status = code
    reason = String(statusLine[2])
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].contains(" "), parts[1].hasPrefix(" ") else { return nil }
      names.append(String(parts[0]))
      valueOctets.append(parts[1].dropFirst().unicodeScalars.map { UInt8($0.value) })
      values.append(String(decoding: valueOctets[valueOctets.count - 1], as: UTF8.self))
    }
    rest = rest[end.upperBound...]
    let hasContent = !isHead && status >= 200 && status != 204 && status != 304
    guard hasContent else { return }
    let lengths = values(of: "Content-Length")
    guard lengths.count == 1, let length = Int(lengths[0]), length <= rest.count else { return nil }
    content = Array(rest.prefix(length))
    rest = rest.dropFirst(length)
  }
}

/// A request as it stands on the wire.
func request(
  _ method: String, _ target: String = "/", _ fields: [String] = [], content: String? = nil,
  version: String = "1.1"
) -> String {
  var lines = ["\(method) \(target) HTTP/\(version)", "Host: server.example"] + fields
  if let content { lines.append("Content-Length: \(content.utf8.count)") }
  return lines.joined(separator: "\r\n") + "\r\n\r\n" + (content ?? "")
}

/// A request with chunked content.
func chunkedRequest(_ chunks: [String], fields: [String] = [], trailers: String = "") -> String {
  let content = chunks.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
  return request("POST", "/", fields + ["Transfer-Encoding: chunked"])
    + content + "0\r\n\(trailers)\r\n"
}
