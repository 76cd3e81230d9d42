import HTTPServer

extension Middleware {
  /// Lets requests through that a sender with the same secret has signed just now:
  ///
  ///     X-Timestamp: 1800000000
  ///     X-Signature: sha256=...    HMAC-SHA-256 of "1800000000." and the content, in hexadecimal digits
  ///
  /// The time is a part of what is signed, so that a request that was overheard is of no use later.
  ///
  /// - Parameter seconds: how far the time may be off, into the past and the future.
  static func signed(with secret: [UInt8], within seconds: Int64) -> Middleware {
    Middleware { context, response, next throws(HTTPError) in
      let request = context.request
      guard let timestamp = request.fields["x-timestamp"],
        let signature = request.fields["x-signature"]
      else { throw HTTPError(.forbidden, "X-Timestamp and X-Signature are needed") }

      var code = HMACSHA256(key: secret.span)
      code.update(timestamp)
      code.update(".")
      code.update(request.content)
      // (The comparison takes as long for a signature that is nearly right as for any other.)
      guard signature.starts(with: "sha256="),
        let sent = try? Hexadecimal.decode(signature.extracting(droppingFirst: 7)),
        isEqualInConstantTime(sent.span, code.code.span)
      else { throw HTTPError(.forbidden, "the signature is not of this request") }

      guard let time = timestamp.decimal(upTo: 1 << 40), abs(context.time - time) <= seconds else {
        throw HTTPError(.forbidden, "the request was signed at another time")
      }
      try next(context, &response)
    }
  }
}
