import HTTPCodec

/// A response as a value, for handlers that return one.
///
/// ```swift
/// routes.get("/version") { _ in .text("1") }
/// ```
public struct Reply {
  private let body: (inout Response) -> Void

  /// Makes a reply of what a closure does to the response.
  ///
  /// ```swift
  /// routes.get("/teapot") { _ in
  ///   Reply { response in
  ///     response.status = Status(code: 418) ?? .badRequest
  ///     response.write("short and stout\n")
  ///   }
  /// }
  /// ```
  public init(_ body: @escaping (inout Response) -> Void) { self.body = body }

  func fill(_ response: inout Response) { body(&response) }

  /// A status without content.
  public static func status(_ status: Status) -> Reply {
    Reply { $0.status = status }
  }

  /// Plain text, from a literal.
  public static func text(_ text: StaticString, _ status: Status = .ok) -> Reply {
    Reply { response in
      response.status = status
      response.write(text)
    }
  }

  /// Octets of any content type.
  public static func octets(
    _ octets: [UInt8], _ contentType: StaticString, _ status: Status = .ok
  ) -> Reply {
    Reply { response in
      response.status = status
      response.contentType = contentType
      response.write(octets.span)
    }
  }

  /// An error, as a problem detail: what throwing it would answer.
  public static func error(_ error: HTTPError) -> Reply { Reply { $0.fail(error) } }

  /// 404, as a problem detail.
  public static var notFound: Reply { .error(.notFound) }

  /// Another place to go to: 303 unless another status is given.
  ///
  /// - Parameters:
  ///   - location: a path, or an URI.
  ///   - status: 303 (see other) for the result of a POST; 308 for what has moved for good.
  public static func redirect(_ location: StaticString, _ status: Status = .seeOther) -> Reply {
    Reply { $0.redirect(location, status) }
  }
}

extension Response {
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
    self.status = status
    addField("Location", location)
  }
}
