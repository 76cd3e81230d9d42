import Encodings
import HTTPCodec
import Memory

extension Middleware {
  /// Gives responses to GET an entity tag, a hash of their content, and answers a client that has the same already
  /// with 304 (RFC 9110 8.8.3, 13). The content is made all the same: it saves the transfer, not the work.
  /// A response that has a tag already keeps it.
  ///
  /// ```swift
  /// routes.group("/lists").use(.entityTags)
  /// ```
  public static var entityTags: Middleware {
    Middleware { context, response, next throws(HTTPError) in
      try next(context, &response)
      let request = context.request
      guard request.method == .get || request.method == .head, response.status == .ok,
        response.rest.count == 0, !response.hasField("etag")
      else { return }
      var tag = OctetBuffer(limit: 64)
      tag.append(octet: UInt8(ascii: "\""))
      let hash = SHA256.digest(of: response.content.octets)
      for i in 0..<8 { tag.append(hexadecimal: hash.span[i]) }
      tag.append(octet: UInt8(ascii: "\""))
      response.addField("ETag", tag.octets)
      switch context.preconditions(tag.octets) {
      case .perform: return
      case .notModified:
        response.status = .notModified
        response.content.removeAll()
      case .failed: throw HTTPError(.preconditionFailed, "the resource is another one by now")
      }
    }
  }
}
