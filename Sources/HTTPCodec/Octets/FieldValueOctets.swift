extension Span<UInt8> {
  /// Whether these octets can be a field's value as they are (RFC 9110 5.5).
  package var isFieldValue: Bool {
    @inline(never) get { OctetSet.fieldValue.containsAll(self) }
  }

  /// The first position from `start` on whose octet cannot stand in a field value, or the end.
  @inline(__always)
  func endOfFieldValue(from start: Int) -> Int {
    var position = start
    // Sixteen at a time, then the rest and what is found. (HTAB is a control character, and allowed.)
    while count &- position >= 16 {
      let found = word(at: position).controlCharacters | word(at: position &+ 8).controlCharacters
      if found != 0 { break }
      position &+= 16
    }
    while position < count {
      if count &- position >= 8 {
        let controls = word(at: position).controlCharacters
        if controls == 0 {
          position &+= 8
          continue
        }
        position &+= controls.firstFound
      }
      let octet = self[position]
      guard octet >= 0x20 && octet != 0x7F || octet == .horizontalTab else { break }
      position &+= 1
    }
    return position
  }
}
