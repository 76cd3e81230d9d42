extension Span<UInt8> {
  /// Whether these octets can be a field's value as they are (RFC 9110 5.5).
  package var isFieldValue: Bool {
    @inline(never) get { OctetSet.fieldValue.containsAll(self) }
  }

  /// The first position from `start` on whose octet cannot stand in a field value, or the end.
  ///
  /// Eight octets at a time: a word has none of those if no octet in it is below 0x20 or 0x7F.
  /// (HTAB is below 0x20 and allowed, hence the second look.)
  @inline(__always)
  func endOfFieldValue(from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    let rest = extracting(start..<count)
    var position = 0
    while position < rest.count {
      if rest.count &- position >= 8 {
        // The span checks that eight octets are there, and any eight octets are a number.
        let word = unsafe rest.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        let delete = word ^ (0x7F &* ones)
        let below20 = (word &- 0x20 &* ones) & ~word
        let is7F = (delete &- ones) & ~delete
        // Of several the lowest is exact: a borrow reaches only what is above it.
        let found = (below20 | is7F) & tops
        if found == 0 {
          position &+= 8
          continue
        }
        position &+= found.trailingZeroBitCount &>> 3
      }
      guard OctetSet.fieldValue.contains(rest[position]) else { break }
      position &+= 1
    }
    return start &+ position
  }
}
