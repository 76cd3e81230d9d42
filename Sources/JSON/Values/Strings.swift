extension JSONText: JSONValue {
  /// A string.
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.write(text: octets.span)
    } else if json.reader.string() {
      octets = json.reader.copyText()
    }
  }
}

/// A string of Swift is a string of JSON.
extension String: JSONValue {
  /// A string. (Its octets are compared with `==` only by the tables of Unicode; see ``JSONText``.)
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.write(text: utf8.span)
    } else if json.reader.string() {
      self = json.reader.stringOfText()
    }
  }
}

extension JSONReader {
  @inline(never)
  func stringOfText() -> String {
    if text.hasEscapes { return String(decoding: copyText(), as: UTF8.self) }
    let inside = octets.extracting(text.start..<text.end)
    // Valid as long as the closure runs, and copied there.
    return unsafe inside.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
