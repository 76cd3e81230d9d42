import HTTPCodec
import Memory

/// What is wrong with JSON text, with its place and what was expected there:
/// `/items/3/price: a number was expected`.
///
/// ```swift
/// struct Todo: JSONObject {
///   var title = JSONText()
///   mutating func fields(_ json: inout JSONCoder) { json("title", &title, required: true) }
/// }
/// do throws(JSONError) {
///   _ = try Todo(json: request.content)
/// } catch {
///   response.status = error.status
///   error.forEachPart { response.write($0) }  // "/title: is missing"
/// }
/// ```
public struct JSONError: Error {
  /// What kind of fault it is.
  public enum Kind: Sendable {
    /// The text is not JSON as RFC 8259 has it.
    case syntax
    /// The text is JSON, but not the value that was expected.
    case value
    /// Arrays and objects are inside each other more deeply than is allowed.
    case depth
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// Where reading ended, in octets from the start of the text.
  public let offset: Int
  /// The place of the value, a JSON Pointer (RFC 6901); empty for the whole text.
  ///
  /// It is made of the names in lists of fields and of the indices of arrays. Inside a value that is in no list (an
  /// unknown name's) it is the place of the object around it, and `offset` says more.
  public private(set) var place = JSONText()
  /// What was expected, or what else is wrong: `a number was expected`, `is missing`.
  public let message: JSONText

  /// - Parameter message: written into a buffer, once it is needed.
  init(_ kind: Kind, at offset: Int, _ message: (inout OctetBuffer) -> Void) {
    self.kind = kind
    self.offset = offset
    var text = OctetBuffer(limit: .max)
    message(&text)
    self.message = JSONText(text.octets)
  }

  /// The status of the response: 400 for text that is not JSON or too deep, 422 for JSON that is not what was
  /// expected (RFC 9110 15.5.1, 15.5.21).
  ///
  /// (Not 413 for what is too deep: the client would take it that less content is allowed, RFC 9110 15.5.14.)
  public var status: Status { kind == .value ? .unprocessableContent : .badRequest }

  /// Calls `body` with each part of the text that describes the error, in order: the place, what is wrong, and for text
  /// that is not JSON the offset. It is UTF-8, in which the names of a ``JSONMap`` are as the client has sent them.
  ///
  /// ```swift
  /// do throws(JSONError) {
  ///   _ = try JSONText(json: request.content)
  /// } catch {
  ///   error.forEachPart { response.write($0) }  // "a string was expected"
  /// }
  /// ```
  @inline(never)
  public func forEachPart(_ body: (Span<UInt8>) -> Void) {
    if !place.isEmpty {
      body(place.span)
      body((": " as StaticString).octets)
    }
    body(message.span)
    if kind == .value { return }
    var behind = OctetBuffer(limit: 32)
    behind.append(" at octet ")
    behind.append(decimal: UInt64(offset))
    body(behind.octets)
  }

  /// Puts the name of a field before the place: the value with the error is in an object.
  @inline(never)
  mutating func prepend(name: Span<UInt8>) {
    var longer = OctetBuffer(limit: .max)
    longer.append(octet: UInt8(ascii: "/"))
    for i in name.indices {
      // Two characters are escaped (RFC 6901 3).
      switch name[i] {
      case UInt8(ascii: "~"): longer.append("~0")
      case UInt8(ascii: "/"): longer.append("~1")
      default: longer.append(octet: name[i])
      }
    }
    longer.append(place.span)
    place = JSONText(longer.octets)
  }

  /// Puts an index before the place: the value with the error is in an array.
  @inline(never)
  mutating func prepend(index: Int) {
    var longer = OctetBuffer(limit: .max)
    longer.append(octet: UInt8(ascii: "/"))
    longer.append(decimal: UInt64(index))
    longer.append(place.span)
    place = JSONText(longer.octets)
  }
}

extension OctetBuffer {
  /// Appends the text that describes an error.
  @inline(never)
  package mutating func append(_ error: JSONError) {
    error.forEachPart { append($0) }
  }
}
