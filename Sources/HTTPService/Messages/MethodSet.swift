import HTTPCodec

/// A set of methods, one bit each. GET brings HEAD with it.
package struct MethodSet {
  private var bits: UInt16 = 0

  package init() {}

  package var isEmpty: Bool { bits == 0 }

  package mutating func insert(_ method: Method) {
    bits |= 1 << UInt16(method.rawValue)
    if method == .get { insert(.head) }
  }

  package func contains(_ method: Method) -> Bool { bits & (1 << UInt16(method.rawValue)) != 0 }
}

extension OctetBuffer {
  /// Appends a field that lists methods; OPTIONS is always among them.
  package mutating func append(field name: StaticString, _ methods: MethodSet) {
    append(text: name)
    append(": ")
    for index in 0..<UInt8(Method.count) {
      guard let method = Method(rawValue: index), method != .options,
        methods.contains(method)
      else { continue }
      append(text: method.name)
      append(", ")
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
