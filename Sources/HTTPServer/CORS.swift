import HTTPCodec

/// Which origins' pages may read our responses (Fetch standard, CORS protocol).
struct CORS {
  /// "*", origins as browsers write them with commas between (see `CORS.policy`), or nothing: no page
  /// of another origin.
  let policy: Octets

  var allowsEveryOrigin: Bool { policy == "*" }

  /// What all responses of the public port say, errors as well.
  var commonField: StaticString {
    allowsEveryOrigin ? "Access-Control-Allow-Origin: *\r\n" : ""
  }

  /// Adds what a response to this request has to say beside that.
  ///
  /// - Returns: whether a page of another origin may read it. The answer to a preflight is for the
  ///   browser alone.
  func addFields(for request: Request, to response: inout Response) -> Bool {
    let isShared = addOrigin(of: request.fields, to: &response)
    // Only a preflight has more to say: other requests are not read a second time for it.
    guard isShared, request.method == .options, isPreflight(request.fields) else { return isShared }
    if response.allowed.isEmpty { return false }
    response.fields.append(field: "Access-Control-Allow-Methods", response.allowed)
    if let names = request.fields["access-control-request-headers"] {
      response.addField("Access-Control-Allow-Headers", names)
    }
    // From a page of the Internet to a server in a private network (Private Network Access).
    if request.fields["access-control-request-private-network"].map({ $0 == "true" }) == true {
      response.addField("Access-Control-Allow-Private-Network", "true")
    }
    response.addField("Access-Control-Max-Age", "600")
    return false
  }

  /// Tells a page whether it may read the response.
  ///
  /// - Returns: whether it may; true as well where `commonField` tells every page.
  func addOrigin(of fields: Fields, to response: inout Response) -> Bool {
    if policy.isEmpty || allowsEveryOrigin { return !policy.isEmpty }
    // The response differs from origin to origin: caches must know.
    response.addField("Vary", "Origin")
    guard let origin = fields["origin"], allows(origin) else { return false }
    response.addField("Access-Control-Allow-Origin", origin)
    return true
  }

  /// A preflight asks before it sends what a form could not.
  private func isPreflight(_ fields: Fields) -> Bool {
    fields["origin"] != nil && fields["access-control-request-method"] != nil
  }

  private func allows(_ origin: Octets) -> Bool {
    var rest = policy
    while let listed = rest.takeListElement() {
      if listed == origin { return true }
    }
    return false
  }

}
