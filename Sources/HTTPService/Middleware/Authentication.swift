import HTTPCodec

extension Middleware {
  /// Lets requests through whose user and password are right (Basic, RFC 7617); others get 401.
  ///
  /// ```swift
  /// let secret: [UInt8] = Array("open sesame".utf8)
  /// routes.group("/admin").use(
  ///   .basicAuthentication(realm: "admin") { name, password in
  ///     name == "ann" && isEqualInConstantTime(password, secret.span)
  ///   })
  /// ```
  ///
  /// - Parameters:
  ///   - realm: what the user is asked a password for; without quotes and backslashes.
  ///   - isRight: told the name and the password. Compare the password with `isEqualInConstantTime`.
  public static func basicAuthentication(
    realm: StaticString, _ isRight: @escaping (Span<UInt8>, Span<UInt8>) -> Bool
  ) -> Middleware {
    Middleware { context, response, next throws(HTTPError) in
      if let user = Credentials(context.request.fields)?.basic,
        isRight(user.name, user.password)
      {
        return try next(context, &response)
      }
      var challenge = OctetBuffer(limit: 1024)
      challenge.append("Basic realm=\"")
      challenge.append(text: realm)
      challenge.append("\", charset=\"UTF-8\"")
      response.addField("WWW-Authenticate", challenge.octets)
      throw HTTPError(.unauthorized, "a name and a password are needed")
    }
  }

  /// Lets requests through whose token is right (Bearer, RFC 6750); others get 401.
  ///
  /// ```swift
  /// let key: [UInt8] = Array("mF_9.B5f-4.1JqM".utf8)
  /// routes.group("/api").use(.bearerAuthentication { isEqualInConstantTime($0, key.span) })
  /// ```
  ///
  /// - Parameter isRight: told the token. Compare it with `isEqualInConstantTime`.
  public static func bearerAuthentication(
    _ isRight: @escaping (Span<UInt8>) -> Bool
  ) -> Middleware {
    Middleware { context, response, next throws(HTTPError) in
      let token = Credentials(context.request.fields)?.bearerToken
      if let token, isRight(token) { return try next(context, &response) }
      // (RFC 6750 3.1: without a token no error is named.)
      response.addField(
        "WWW-Authenticate", token == nil ? "Bearer" : "Bearer error=\"invalid_token\"")
      throw HTTPError(.unauthorized, "a token is needed")
    }
  }
}
