extension Span<UInt8> {
  /// Whether these octets can be a field's value as they are (RFC 9110 5.5).
  package var isFieldValue: Bool {
    endOfFieldValue(from: 0) == count
  }

  /// The first position from `start` on whose octet cannot stand in a field value, or the end.
  @inline(never)
  func endOfFieldValue(from start: Int) -> Int {
    var position = start
    while position < count {
      // Eight at a time, and what is found by itself. (HTAB is a control character, and allowed.)
      while let word = wholeWord(at: position) {
        let found = word.controlCharacters
        position &+= found == 0 ? 8 : found.firstFound
        if found != 0 { break }
      }
      guard position < count else { break }
      let octet = self[position]
      guard octet >= 0x20 && octet != 0x7F || octet == .horizontalTab else { break }
      position &+= 1
    }
    return position
  }
}
