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
}
