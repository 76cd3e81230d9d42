import Memory

extension OctetBuffer {
  /// Appends a status-line (RFC 9112 4). The version is always our own (RFC 9110 2.5).
  package mutating func append(statusLine status: Status) {
    if status == .ok { return append("HTTP/1.1 200 OK\r\n") }
    append("HTTP/1.1 ")
    append(decimal: Int64(status.code))
    append(octet: .space)
    append(status.reason)
    append("\r\n")
  }

  /// Appends a field line (RFC 9112 5), the whole of it or nothing. Octets that cannot stand in a
  /// value become spaces, so that no value can end its line and begin another.
  package mutating func append(field name: StaticString, _ value: Span<UInt8>) {
    guard reserve(name.utf8CodeUnitCount &+ value.count &+ 4) else { return noteOverflow() }
    var (colon, lineEnd) = (ShortOctets(), ShortOctets())
    colon.append(.colon)
    colon.append(.space)
    lineEnd.append(.carriageReturn)
    lineEnd.append(.lineFeed)
    append(ShortOctets(), name.octets, colon)
    if value.isFieldValue { return append(ShortOctets(), value, lineEnd) }
    for i in value.indices {
      append(octet: OctetSet.fieldValue.contains(value[i]) ? value[i] : .space)
    }
    append(lineEnd)
  }
}
