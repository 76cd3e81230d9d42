/// A response, as a test looks at it.
public struct TestResponse {
  /// The status code.
  public let status: Int
  /// The fields, in the order in which they would be sent. Those that the server adds to every response (Date,
  /// Content-Length, Connection) are not among them.
  public let fields: [(name: String, value: String)]
  /// The content; empty for HEAD.
  public let content: [UInt8]

  /// The content as text.
  public var text: String { String(decoding: content, as: UTF8.self) }

  /// The value of the first field of a name, in any case; nil without one.
  ///
  /// ```swift
  /// assert(client.post("/todos", "{}")["Location"] == "/todos/1")
  /// ```
  public subscript(name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The value of a cookie that the response sets, without its attributes; nil without one of that name.
  ///
  /// ```swift
  /// let session = client.post("/login", "").cookie("session") ?? ""
  /// assert(client.get("/account", ["Cookie": "session=\(session)"]).status == 200)
  /// ```
  public func cookie(_ name: String) -> String? {
    for field in fields where field.name.lowercased() == "set-cookie" {
      let pair = field.value.prefix { $0 != ";" }
      if pair.hasPrefix(name + "=") { return String(pair.dropFirst(name.count + 1)) }
    }
    return nil
  }

  static func fields(in lines: String) -> [(name: String, value: String)] {
    lines.split(separator: "\r\n").map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
      return (name: String(parts[0]), value: String(value))
    }
  }
}
