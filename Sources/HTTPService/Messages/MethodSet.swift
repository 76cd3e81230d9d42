import HTTPCodec

/// A set of methods, one bit each. GET brings HEAD with it.
package struct MethodSet {
  fileprivate var bits: UInt16 = 0

  package init() {}

  package var isEmpty: Bool { bits == 0 }

  package mutating func insert(_ method: Method) {
    bits |= 1 << UInt16(method.rawValue)
    if method == .get { insert(.head) }
  }

  package func contains(_ method: Method) -> Bool { bits & (1 << UInt16(method.rawValue)) != 0 }
}

extension OctetBuffer {
  /// Appends a field that lists methods, the whole of it or nothing; OPTIONS is always among them.
  package mutating func append(field name: StaticString, _ methods: MethodSet) {
    // (Room for all of them: a line without its end would take the end of the head for its own.)
    guard reserve(128) else { return noteOverflow() }
    append(text: name)
    append(": ")
    var rest = methods.bits & ~(1 << UInt16(Method.options.rawValue))
    while rest != 0,
      let method = Method(rawValue: UInt8(truncatingIfNeeded: rest.trailingZeroBitCount))
    {
      append(text: method.name)
      append(", ")
      rest &= rest &- 1
    }
    append("OPTIONS\r\n")
  }
}

extension Response {
  /// Answers a method that has no handler: OPTIONS with the methods that have one (RFC 9110 9.3.7),
  /// others with a 405 and the same.
  package mutating func tellMethods(_ methods: MethodSet, to method: Method) throws(HTTPError) {
    allowed = methods
    status = .noContent
    if method != .options {
      throw HTTPError(.methodNotAllowed, "this resource has no such method")
    }
  }
}
