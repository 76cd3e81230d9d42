import HTTPCodec
import JSON

/// One of two words, as clients write it.
extension Bool: TextValue {
  /// "true or false".
  public static var expectation: StaticString { "true or false" }

  /// Reads "true" or "false", exactly so.
  public init?(text: Span<UInt8>) {
    if text == "true" {
      self = true
    } else if text == "false" {
      self = false
    } else {
      return nil
    }
  }
}

/// Text, as clients write it.
extension String: TextValue {
  /// "text in UTF-8".
  public static var expectation: StaticString { "text in UTF-8" }

  /// Copies text; nil when it is not UTF-8. (Comparing strings needs Unicode's tables, which are not in a module
  /// unless something uses them: where octets will do, use `[UInt8]`.)
  public init?(text: Span<UInt8>) {
    guard text.isUTF8 else { return nil }
    unsafe self.init(unsafeUninitializedCapacity: text.count) { memory in
      for i in text.indices {
        // The string has asked for memory of so many octets.
        unsafe memory.initializeElement(at: i, to: text[i])
      }
      return text.count
    }
  }
}

/// Text that is kept, compared and passed on, as clients write it.
extension JSONText: TextValue {
  /// "text in UTF-8".
  public static var expectation: StaticString { String.expectation }

  /// Copies text; nil when it is not UTF-8.
  ///
  /// ```swift
  /// var links: [JSONText: JSONText] = [:]
  /// routes.get("/links/{name}") { context, response throws(HTTPError) in
  ///   guard let name = context.path("name", as: JSONText.self), let link = links[name] else { throw .notFound }
  ///   response.write(link.span)
  /// }
  /// ```
  public init?(text: Span<UInt8>) {
    guard text.isUTF8 else { return nil }
    self.init(text)
  }
}

/// Octets of any kind, as clients write it.
extension Array: TextValue where Element == UInt8 {
  /// "octets": there are none that are refused.
  public static var expectation: StaticString { "octets" }

  /// Copies any octets.
  public init?(text: Span<UInt8>) {
    self = []
    append(addingCapacity: text.count) { room in
      for i in text.indices { room.append(text[i]) }
    }
  }
}
