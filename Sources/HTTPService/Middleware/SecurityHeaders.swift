extension Middleware {
  /// Adds what browsers need to be told for safety: no guessing of content types, no frames on other pages, no
  /// address of this page for others, and scripts, styles and images from this origin only.
  ///
  /// ```swift
  /// routes.use(.securityHeaders())
  /// routes.group("/shop").use(.securityHeaders(policy: "default-src 'self' https://pay.example"))
  /// ```
  ///
  /// - Parameter policy: the value of Content-Security-Policy (CSP 3); nil for none.
  public static func securityHeaders(
    policy: StaticString? = "default-src 'self'; frame-ancestors 'none'"
  ) -> Middleware {
    Middleware { context, response, next throws(HTTPError) in
      response.addField("X-Content-Type-Options", "nosniff")
      response.addField("X-Frame-Options", "DENY")
      response.addField("Referrer-Policy", "no-referrer")
      if let policy { response.addField("Content-Security-Policy", policy) }
      try next(context, &response)
    }
  }
}
