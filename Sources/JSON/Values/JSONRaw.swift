import Memory

/// Any JSON value, as its octets: for what a service passes on without looking into it.
///
/// What is read is valid JSON, with its spaces as they were, and written as it is. Names that are in an object twice
/// are not noticed.
///
/// ```swift
/// struct Envelope: JSONObject {
///   var payload = JSONRaw()
///   mutating func fields(_ json: inout JSONCoder) { json("payload", &payload) }
/// }
/// ```
public struct JSONRaw: JSONValue, Hashable, Sendable {
  /// The JSON text, without space around it.
  public private(set) var octets: [UInt8]

  /// null.
  public init() { octets = [0x6E, 0x75, 0x6C, 0x6C] }

  /// The octets, to be looked at or read: `try Todo(json: raw.span)`.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span }
  }

  /// Any value.
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.write(raw: octets.span)
    } else if let value = json.reader.raw() {
      octets = value
    }
  }
}

extension JSONReader {
  /// A copy of the next value as it is.
  @inline(never)
  mutating func raw() -> [UInt8]? {
    if hasFailed { return nil }
    skipSpace()
    let start = position
    skipValue()
    if hasFailed { return nil }
    let value = octets.extracting(start..<position)
    // Valid as long as the closure runs, and copied there.
    return unsafe value.withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }
}
