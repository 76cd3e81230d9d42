/// Why octets are not what an encoding allows, and where.
///
/// ```swift
/// do throws(InvalidEncoding) {
///   let octets = try Hexadecimal.decode(request.content)
///   response.write(octets.span)
/// } catch {
///   response.fail(.badRequest, error.expectation)
/// }
/// ```
public struct InvalidEncoding: Error, Sendable {
  /// What should have been there: "a hexadecimal digit".
  public let expectation: StaticString
  /// The position of the first octet that is wrong, from 0 on; the number of octets where some are missing.
  public let position: Int

  init(_ expectation: StaticString, at position: Int) {
    self.expectation = expectation
    self.position = position
  }

  static func noRoom(at position: Int) -> InvalidEncoding {
    InvalidEncoding("no more than there is room for", at: position)
  }
}

extension [UInt8] {
  /// The octets that `decode` writes, at most `capacity`.
  @inline(__always)
  init(
    capacity: Int, decoding decode: (inout OutputSpan<UInt8>) throws(InvalidEncoding) -> Void
  ) throws(InvalidEncoding) {
    self = []
    try append(addingCapacity: capacity) { (room) throws(InvalidEncoding) in try decode(&room) }
  }
}
