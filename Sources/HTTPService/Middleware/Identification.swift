extension Middleware {
  /// Gives each request a name: X-Request-Id in the response, the client's or a new one. (Where the access log is on,
  /// all requests have one.)
  ///
  /// ```swift
  /// routes.use(.requestID, .accessLog)
  /// ```
  public static var requestID: Middleware {
    Middleware { context, response, next throws(HTTPError) in
      response.isNamed = true
      try next(context, &response)
    }
  }

  /// Gives each request a line in the access log, even where `ACCESS_LOG` is off.
  public static var accessLog: Middleware {
    Middleware { context, response, next throws(HTTPError) in
      response.isLogged = true
      try next(context, &response)
    }
  }
}
