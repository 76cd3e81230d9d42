import HTTPCodec

/// Tells browsers which origins' pages may read responses (Fetch standard, CORS protocol).
package struct CORS {
  private let origins: AllowedOrigins
  /// Whether responses are for every page: `commonField` says so, and no request is asked where it is from.
  private let allowsEvery: Bool

  package init(_ origins: AllowedOrigins) {
    self.origins = origins
    allowsEvery = origins.containsEvery
  }

  /// The field line of all responses of the public port, errors as well.
  package var commonField: StaticString {
    allowsEvery ? "Access-Control-Allow-Origin: *\r\n" : ""
  }

  /// Adds all fields that the response to this request has, `commonField` among them.
  func addAllFields(for request: Request, to response: inout Response) {
    if allowsEvery { response.addField("Access-Control-Allow-Origin", "*") }
    response.isShared = addFields(for: request, to: &response)
  }

  /// Adds the fields that the response to this request has beside `commonField`.
  ///
  /// - Returns: whether a page of another origin may read the response. The answer to a preflight is for
  ///   the browser alone.
  @_optimize(size)
  package func addFields(for request: Request, to response: inout Response) -> Bool {
    let isShared = addOrigin(of: request.fields, to: &response)
    // Only a preflight has more to say: other requests are not read a second time for it.
    guard isShared, request.method == .options, isPreflight(request.fields) else { return isShared }
    if response.allowed.isEmpty { return false }
    response.fields.append(field: "Access-Control-Allow-Methods", response.allowed)
    // (No page asks for so many: what a client sends must not leave other fields without room, which is a 500.)
    if let names = request.fields["access-control-request-headers"], names.count <= 4096 {
      response.addField("Access-Control-Allow-Headers", names)
    }
    // From a page of the Internet to a server in a private network (Private Network Access).
    if let network = request.fields["access-control-request-private-network"], network == "true" {
      response.addField("Access-Control-Allow-Private-Network", "true")
    }
    response.addField("Access-Control-Max-Age", "600")
    return false
  }

  /// Adds whether a page may read the response.
  ///
  /// - Returns: whether it may; true as well where `commonField` tells every page.
  package func addOrigin(of fields: Fields, to response: inout Response) -> Bool {
    if allowsEvery { return true }
    if origins.isEmpty { return false }
    // The response differs from origin to origin: caches must know.
    response.addField("Vary", "Origin")
    guard let origin = fields["origin"], origins.contain(origin) else { return false }
    response.addField("Access-Control-Allow-Origin", origin)
    return true
  }

  /// A preflight asks before it sends what a form could not.
  private func isPreflight(_ fields: Fields) -> Bool {
    fields["origin"] != nil && fields["access-control-request-method"] != nil
  }
}
