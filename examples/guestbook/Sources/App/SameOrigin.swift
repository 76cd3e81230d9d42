import HTTPServer

extension Middleware {
  /// Lets a POST through only when it comes from a page of this origin: a page of another site can send a form here in
  /// the name of its visitor (cross-site request forgery). Browsers say in Origin where a POST comes from, and no page
  /// can change that (Fetch standard, "Origin header").
  static var sameOrigin: Middleware {
    Middleware { context, response, next throws(HTTPError) in
      let request = context.request
      if request.method == .post {
        // http or https, whichever a proxy in front of the service has.
        guard let origin = request.fields["origin"], let host = request.fields["host"],
          origin.hasHost(host)
        else { throw HTTPError(.forbidden, "the form must be sent from a page of this site") }
      }
      try next(context, &response)
    }
  }
}

extension Span<UInt8> {
  /// Whether an origin, such as `https://example.org:8443`, has this host and port.
  fileprivate func hasHost(_ host: Span<UInt8>) -> Bool {
    for scheme: StaticString in ["https://", "http://"] where starts(with: scheme) {
      return extracting(droppingFirst: scheme.utf8CodeUnitCount).equalsIgnoringCase(host)
    }
    return false
  }
}
