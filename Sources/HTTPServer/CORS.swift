import HTTPCodec

/// Which origins' pages may read our responses (Fetch standard, CORS protocol).
struct CORS {
  /// "*", origins with commas between them, or nothing: no page of another origin.
  let policy: Octets

  var allowsEveryOrigin: Bool { policy == "*" }

  /// What all responses of the public port say, errors as well.
  var commonField: StaticString {
    allowsEveryOrigin ? "Access-Control-Allow-Origin: *\r\n" : ""
  }

  /// Adds what a response to this request has to say beside that.
  func addFields(for request: Request, to response: inout Response) {
    // With "*" only a preflight has more to say: other requests are not read a second time for it.
    if policy.isEmpty || allowsEveryOrigin && request.method != .options { return }
    guard addOrigin(of: request.fields, to: &response) else { return }

    // A preflight asks before it sends what a form could not.
    guard request.method == .options, !response.allowed.isEmpty,
      request.fields["access-control-request-method"] != nil
    else { return }
    response.fields.append(field: "Access-Control-Allow-Methods", response.allowed)
    if let names = request.fields["access-control-request-headers"] {
      response.addField("Access-Control-Allow-Headers", names)
    }
    response.addField("Access-Control-Max-Age", "600")
  }

  /// Tells a page whether it may read the response.
  ///
  /// - Returns: whether the request has an origin, and it may.
  @discardableResult
  func addOrigin(of fields: Fields, to response: inout Response) -> Bool {
    if policy.isEmpty { return false }
    let origin = fields["origin"]
    if allowsEveryOrigin { return origin != nil }
    // The response differs from origin to origin: caches must know.
    response.addField("Vary", "Origin")
    guard let origin, allows(origin) else { return false }
    response.addField("Access-Control-Allow-Origin", origin)
    return true
  }

  private func allows(_ origin: Octets) -> Bool {
    var isListed = false
    policy.forEachListElement { if $0 == origin { isListed = true } }
    return isListed
  }

  /// Whether a setting can be used: "*" alone, or a list of `scheme://host[:port]`.
  static func isPolicy(_ value: Octets) -> Bool {
    if value == "*" { return true }
    var isValid = value.isFieldValue
    value.forEachListElement { origin in
      guard let (scheme, rest) = origin.split(at: UInt8(ascii: ":")), !scheme.isEmpty,
        rest.count > 2, rest[0..<2] == "//",
        rest[2..<rest.count].allSatisfy({ $0 != UInt8(ascii: "/") && !$0.isWhitespace })
      else {
        isValid = false
        return
      }
    }
    return isValid
  }
}
