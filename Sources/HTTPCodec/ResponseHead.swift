extension OctetBuffer {
  /// Appends a status-line (RFC 9112 4). The version is always our own (RFC 9110 2.5).
  public mutating func append(statusLine status: Status) {
    if status == .ok { return append("HTTP/1.1 200 OK\r\n") }
    append("HTTP/1.1 ")
    append(decimal: Int64(status.code))
    append(octet: .space)
    append(status.reason)
    append("\r\n")
  }

  /// Appends a field line (RFC 9112 5), the whole of it or nothing. Octets that cannot stand in a
  /// value become spaces, so that no value can end its line and begin another.
  public mutating func append(field name: StaticString, _ value: Octets) {
    guard reserve(name.utf8CodeUnitCount + value.count + 4) else { return noteOverflow() }
    append(name)
    append(": ")
    let start = count
    append(value)
    guard let memory = mutableOctets else { return }
    for i in start..<count where !OctetSet.fieldValue.contains(memory[i]) { memory[i] = .space }
    append("\r\n")
  }
}

extension Octets {
  /// Whether these octets can be a field's value as they are (RFC 9110 5.5).
  public var isFieldValue: Bool { OctetSet.fieldValue.containsAll(self) }
}
