import HTTPCodec
import Memory

extension Middleware {
  /// Tells browsers which origins' pages may read the responses of these routes, in place of `CORS_ALLOW_ORIGIN` and of
  /// what a group around these says, and answers their preflights (Fetch standard, CORS protocol).
  ///
  /// ```swift
  /// routes.group("/api").use(.cors(origins: "https://app.example, http://localhost:5173"))
  /// ```
  ///
  /// - Parameter origins: with commas between, "*" for every one, "" for none. What is no origin matches none.
  public static func cors(origins: StaticString) -> Middleware {
    let cors = CORS(AllowedOrigins(origins.octets) ?? .none)
    return Middleware { context, response, next throws(HTTPError) in
      var failure: HTTPError?
      do throws(HTTPError) { try next(context, &response) } catch { failure = error }
      // (Of groups inside each other the innermost says it.)
      if !response.hasOwnOrigins { cors.addAllFields(for: context.request, to: &response) }
      response.hasOwnOrigins = true
      if let failure { throw failure }
    }
  }
}
