/// An array of JSON has values of one type.
extension Array: JSONValue where Element: JSONValue {
  /// An array of any length. What is read replaces the elements.
  @inlinable
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.begin(UInt8(ascii: "["))
      for index in indices {
        // A copy: to change an element where it is would copy an array that is shared.
        var element = self[index]
        element.json(&json)
      }
      json.writer.end(UInt8(ascii: "]"))
      return
    }
    guard json.beginArray() else { return }
    removeAll()
    while json.hasElement(count) {
      var element = Element()
      element.json(&json)
      guard json.endElement(count) else { return }
      append(element)
    }
  }
}

/// An optional value is null in JSON when it is nil.
extension Optional: JSONValue where Wrapped: JSONValue {
  /// Nil.
  @inlinable
  public init() { self = nil }

  /// null, or a value.
  @inlinable
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      guard var value = self else {
        json.writer.write(literal: "null")
        return
      }
      value.json(&json)
      return
    }
    if json.reader.null() {
      self = nil
      return
    }
    var value = self ?? Wrapped()
    value.json(&json)
    self = value
  }
}
