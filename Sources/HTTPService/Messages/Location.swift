import HTTPCodec
import Memory

/// Where a resource is, and where to go: the field Location (RFC 9110 10.2.2), a path or an URI.
///
/// Percent-encode a client's text before it goes into a target (`percentEncoded`), and never take the whole target from
/// a client: a link could then send its readers to any site. Octets that cannot stand in a field are sent as spaces.
extension Response {
  /// Adds Location: where the resource is that was created.
  ///
  /// ```swift
  /// response.status = .created
  /// response.location("/todos/", id: 7)  // Location: /todos/7
  /// ```
  public mutating func location(_ start: StaticString, id: Int64) {
    var target = OctetBuffer(limit: 8192)
    target.append(text: start)
    target.append(decimal: id)
    addField("Location", target.octets)
  }

  /// Adds Location: where the resource is that was created.
  ///
  /// ```swift
  /// let name = try context.query("name", default: "anyone")
  /// response.status = .created
  /// response.location("/users/\(name.percentEncoded)")
  /// ```
  public mutating func location(_ target: String) { addField("Location", target.utf8.span) }

  /// Sends the client to another place.
  ///
  /// ```swift
  /// response.redirect("/guestbook")
  /// ```
  ///
  /// - Parameters:
  ///   - location: a path, or an URI.
  ///   - status: 303 (see other) for the result of a POST; 308 for what has moved for good.
  public mutating func redirect(_ location: StaticString, _ status: Status = .seeOther) {
    redirect(location.octets, status)
  }

  /// Sends the client to another place, as with a literal: `response.redirect(link.target.span)`.
  public mutating func redirect(_ location: Span<UInt8>, _ status: Status = .seeOther) {
    self.status = status
    addField("Location", location)
  }

  /// Sends the client to another place, as with a literal: `response.redirect(links[0].target.octets)`.
  public mutating func redirect(_ location: [UInt8], _ status: Status = .seeOther) {
    redirect(location.span, status)
  }

  /// Sends the client to another place, as with a literal: `response.redirect("/lists/\(id)")`.
  @_disfavoredOverload  // a literal is a StaticString, which costs less
  public mutating func redirect(_ location: String, _ status: Status = .seeOther) {
    redirect(location.utf8.span, status)
  }
}

extension Reply {
  /// Another place to go to: 303 unless another status is given.
  ///
  /// - Parameters:
  ///   - location: a path, or an URI.
  ///   - status: 303 (see other) for the result of a POST; 308 for what has moved for good.
  public static func redirect(_ location: StaticString, _ status: Status = .seeOther) -> Reply {
    Reply { $0.redirect(location, status) }
  }

  /// Another place to go to, as with a literal: `.redirect("/lists/\(id)")`.
  @_disfavoredOverload  // a literal is a StaticString, which costs less
  public static func redirect(_ location: String, _ status: Status = .seeOther) -> Reply {
    Reply { $0.redirect(location, status) }
  }
}
