import HTTPCodec
import Memory

/// An enumeration whose cases are strings in JSON.
///
/// ```swift
/// enum Priority: JSONEnum {
///   case low, normal, high
///   init() { self = .normal }
///   var jsonName: StaticString {
///     switch self {
///     case .low: "low"
///     case .normal: "normal"
///     case .high: "high"
///     }
///   }
/// }
/// ```
///
/// Any other string is an error that lists the names: `/priority: "low", "normal" or "high" was expected`.
public protocol JSONEnum: JSONValue, CaseIterable {
  /// The string that stands for this case, another for each.
  var jsonName: StaticString { get }
}

extension JSONEnum {
  /// The name of a case.
  @inlinable
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.write(name: jsonName)
      return
    }
    guard json.beginName() else { return json.failName(Self.allCases.map { $0.jsonName }) }
    for value in Self.allCases where json.isName(value.jsonName) {
      self = value
      return
    }
    json.failName(Self.allCases.map { $0.jsonName })
  }
}

extension JSONCoder {
  @usableFromInline
  mutating func write(name: StaticString) { writer.write(text: name.octets) }

  /// Reads a string to be compared with names; false if there is something else.
  @usableFromInline @inline(never)
  mutating func beginName() -> Bool {
    reader.skipSpace()
    nameStart = reader.position
    return !reader.hasFailed && reader.next == UInt8(ascii: "\"") && reader.string()
  }

  @usableFromInline @inline(never)
  mutating func isName(_ name: StaticString) -> Bool { reader.textEquals(name) }

  /// Notes that the string, or whatever it is, is none of the names.
  @usableFromInline @inline(never)
  mutating func failName(_ names: [StaticString]) {
    if reader.hasFailed { return }
    reader.position = nameStart
    reader.failValue { message in
      for i in names.indices {
        if i > 0 { message.append(text: i == names.count &- 1 ? " or " : ", ") }
        message.append(octet: UInt8(ascii: "\""))
        message.append(text: names[i])
        message.append(octet: UInt8(ascii: "\""))
      }
      message.append(" was expected")
    }
  }
}
