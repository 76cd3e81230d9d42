import HTTPCodec
import Memory

/// What a response says of its content, and how it takes that back.
extension Response {
  /// Drops the content, and the fields that are about it and not about the exchange: an error must not come with the
  /// coding or the tag of a file, nor be kept by a cache as long as the file would be (RFC 9111 3).
  @inline(never) @_optimize(size)
  mutating func dropContent() {
    content.removeAll()
    rest = ContentSource()
    // (Not Content-Range, which a 416 has and which means nothing to other errors, nor Content-Security-Policy.)
    // (No other registered field begins with these.)
    if dropFields("cache-c,expires,etag,last-m,content-t,content-e,content-l,content-d") {
      addField("Cache-Control", "no-store")
    }
  }

  /// Drops added fields.
  ///
  /// - Parameter names: what their names begin with, in lower case, with commas between.
  /// - Returns: whether there were any.
  @inline(never) @_optimize(size) @discardableResult
  mutating func dropFields(_ names: StaticString) -> Bool {
    let before = fields.count
    var position = 0
    while position < fields.count {
      let end = endOfField(at: position)
      if isField(at: position, oneOf: names) {
        var octets = fields.mutableOctets(from: position)
        octets.move(end &- position..<octets.count, to: 0)
        fields.truncate(to: position &+ fields.count &- end)
      } else {
        position = end
      }
    }
    return fields.count < before
  }

  /// Whether the name of an added field begins like this (in lower case).
  func hasField(_ name: StaticString) -> Bool {
    var position = 0
    while position < fields.count {
      if isField(at: position, oneOf: name) { return true }
      position = endOfField(at: position)
    }
    return false
  }

  /// Where a field line ends. (No value has a line end in it: `OctetBuffer.append(field:_:)`.)
  @_optimize(size)
  private func endOfField(at position: Int) -> Int {
    let octets = fields.octets
    var end = position
    while end < octets.count, octets[end] != UInt8(ascii: "\n") { end &+= 1 }
    return end &+ 1
  }

  @_optimize(size)
  private func isField(at position: Int, oneOf names: StaticString) -> Bool {
    let line = fields.octets.extracting(droppingFirst: position)
    var names = names.octets
    while let name = names.takeListElement() {
      if line.extracting(first: name.count).equalsIgnoringCase(name) { return true }
    }
    return false
  }
}
