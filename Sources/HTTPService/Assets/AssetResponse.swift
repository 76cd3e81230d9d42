import HTTPCodec
import Memory

extension Routes {
  /// Answers GET with the embedded files, each at its own path below that of these routes.
  ///
  /// ```swift
  /// routes.assets()                          // /css/site.css, and / for /index.html
  /// routes.group("/static").assets()         // /static/css/site.css
  /// ```
  ///
  /// A folder is answered with its `index.html`, and without its last slash redirected to where that is. A file has an
  /// entity tag; a client that has it already gets 304, and one that asks for a range gets that. A client that takes
  /// gzip gets the smaller variant, where the build has made one. A file whose name has a hash may be kept for good,
  /// others are asked for again each time.
  ///
  /// - Parameter assets: the files; those that the plugin `EmbedAssets` has embedded, unless others are given.
  public func assets(_ assets: Assets = .embedded) {
    get("/{path...}") { context, response throws(HTTPError) in
      guard let sent = context.parameter("path") else { throw .notFound }
      // Decoded once; nothing is resolved in it, so that it can only be a path of the table. (An encoded slash
      // separates no segments: a file must not be had past the routes of its folder.)
      var path = OctetBuffer(limit: 4096)
      path.append(octet: UInt8(ascii: "/"))
      if sent.isDecoded(plusIsSpace: false) {
        path.append(sent)
      } else if let decoded = try? sent.percentDecoded(), decoded.span.slashes == sent.slashes {
        path.append(decoded.span)
      } else {
        throw .notFound
      }
      if path.octets.last == UInt8(ascii: "/") { path.append("index.html") }
      if !path.overflowed, let asset = assets[path.octets] {
        return try response.write(asset, for: context)
      }
      path.append("/index.html")
      if !path.overflowed, assets[path.octets] != nil {
        let request = context.request
        // (As much as a field can have beside others: a client's query must not become a 500.)
        var target = OctetBuffer(limit: 4096)
        target.append(request.path)
        target.append(octet: UInt8(ascii: "/"))
        if let query = request.query {
          target.append(octet: UInt8(ascii: "?"))
          target.append(query)
        }
        if target.overflowed { throw HTTPError(.uriTooLong, "too long to be redirected") }
        response.status = .permanentRedirect
        response.addField("Location", target.octets)
        return
      }
      throw .notFound
    }
  }
}

extension Response {
  /// Makes an embedded file the response: what `Routes.assets(_:)` does, for a handler that chooses the file.
  ///
  /// ```swift
  /// routes.get("/logo") { context, response throws(HTTPError) in
  ///   guard let logo = Assets.embedded["/logo.svg"] else { throw .notFound }
  ///   try response.write(logo, for: context)
  /// }
  /// ```
  ///
  /// - Throws: 412 and 416, for a condition or a range of the request that the file does not meet.
  public mutating func write(_ asset: Asset, for context: Context) throws(HTTPError) {
    let request = context.request
    addField(
      "Cache-Control", asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache")
    // A range is one of the file itself (RFC 9110 14.2), whatever coding is sent otherwise.
    var octets = asset.contentOctets
    var isCompressed = false
    if let gzip = asset.gzipOctets {
      addField("Vary", "Accept-Encoding")
      let codings = AcceptedCodings(request.fields)
      if request.fields["range"] == nil, request.fields["accept-encoding"] != nil,
        codings.quality(of: "gzip") > 0
      {
        octets = gzip
        isCompressed = true
      }
    }
    // Another representation has another tag (RFC 9110 8.8.3.3).
    var tag = OctetBuffer(limit: 64)
    tag.append(octet: UInt8(ascii: "\""))
    tag.append(asset.hash)
    tag.append(isCompressed ? "-gzip\"" : "\"")
    addField("ETag", tag.octets)
    switch context.preconditions(tag.octets) {
    case .failed: throw HTTPError(.preconditionFailed, "the file is another one by now")
    case .notModified:
      status = .notModified
      return
    case .perform(let usesRange):
      addField("Accept-Ranges", "bytes")
      // (Before the type: what is not in the file is answered with a type of its own.)
      if usesRange { octets = try part(of: octets, request) }
      setContentType(asset.contentType)
      if isCompressed { addField("Content-Encoding", "gzip") }
      rest = ContentSource(octets)
    }
  }

  /// The part of a file that the request asks for, or all of it.
  private mutating func part(
    of octets: ImmortalOctets, _ request: Request
  ) throws(HTTPError) -> ImmortalOctets {
    let length = Int64(octets.span.count)
    let range = RequestedRange(request.fields, length: length)
    if range == .all { return octets }
    var value = OctetBuffer(limit: 128)
    value.append(contentRange: range, length: length)
    addField("Content-Range", value.octets)
    guard case .part(let first, let last) = range else {
      throw HTTPError(.rangeNotSatisfiable, "the file has nothing in this range")
    }
    status = .partialContent
    return octets.part(Int(first)..<Int(last) + 1)
  }
}

extension Span<UInt8> {
  fileprivate var slashes: Int { count(of: UInt8(ascii: "/")) }
}
