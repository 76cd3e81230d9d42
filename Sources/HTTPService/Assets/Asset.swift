import CAssets
import Memory

/// A file that is a part of the program: a page, a script, a picture. Its octets are never copied, and a service
/// that has one reads no file.
///
/// ```swift
/// import HTTPService
///
/// func size(of path: StaticString) -> Int? {
///   Assets.embedded[path]?.content.count
/// }
/// ```
///
/// `EmbedAssets`, a plugin of this package, makes them of the files in a folder.
public struct Asset {
  package let pathOctets: ImmortalOctets
  package let contentTypeOctets: ImmortalOctets
  package let hashOctets: ImmortalOctets
  package let contentOctets: ImmortalOctets
  /// The content as gzip (RFC 1952); nil where that would save less than a tenth.
  package let gzipOctets: ImmortalOctets?
  /// Whether the name changes with the content: `app.3f2a91c0.js`, with eight or more hexadecimal digits of a
  /// hash before the extension, as bundlers make it. Such a file may be kept by a cache for good.
  public let isImmutable: Bool

  /// - Parameter record: an entry of the table that the plugin has written.
  init(_ record: http_asset) {
    pathOctets = unsafe Asset.octets(record.path)
    contentTypeOctets = unsafe Asset.octets(record.content_type)
    hashOctets = unsafe Asset.octets(record.hash)
    contentOctets = unsafe Asset.octets(record.content)
    gzipOctets = unsafe record.gzip.count > 0 ? Asset.octets(record.gzip) : nil
    isImmutable = unsafe record.is_immutable
  }

  /// Where the file is in its folder, with a slash before it, in UTF-8 and not percent-encoded: `/css/site.css`.
  public var path: Span<UInt8> { @_lifetime(immortal) get { pathOctets.span } }

  /// The media type by the file's extension, `application/octet-stream` for an unknown one.
  public var contentType: Span<UInt8> { @_lifetime(immortal) get { contentTypeOctets.span } }

  /// The first 16 hexadecimal digits of the SHA-256 of the content, for an ETag.
  public var hash: Span<UInt8> { @_lifetime(immortal) get { hashOctets.span } }

  /// The octets of the file.
  public var content: Span<UInt8> { @_lifetime(immortal) get { contentOctets.span } }

  /// The content as gzip (RFC 1952), nil where that would save less than a tenth or is not usual for the type.
  public var gzip: Span<UInt8>? { @_lifetime(immortal) get { gzipOctets?.span } }

  private static func octets(_ octets: http_asset_octets) -> ImmortalOctets {
    // A constant of the program, which nothing changes or frees.
    let octets = unsafe UnsafeBufferPointer(start: octets.start, count: Int(octets.count))
    return unsafe ImmortalOctets(unsafe: octets) ?? ImmortalOctets()
  }
}
