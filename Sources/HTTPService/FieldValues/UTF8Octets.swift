extension Span<UInt8> {
  /// Whether these octets are UTF-8 (RFC 3629 4): no overlong form, no surrogate, nothing above U+10FFFF.
  package var isUTF8: Bool {
    @inline(never) get {
      var position = 0
      while position < count {
        let octet = self[position]
        position &+= 1
        if octet < 0x80 { continue }
        var more = 0
        // What the second octet may be: narrower behind some first ones.
        var (least, most) = (0x80 as UInt8, 0xBF as UInt8)
        switch octet {
        case 0xC2...0xDF: more = 1
        case 0xE0: (more, least) = (2, 0xA0)
        case 0xED: (more, most) = (2, 0x9F)
        case 0xE1...0xEF: more = 2
        case 0xF0: (more, least) = (3, 0x90)
        case 0xF1...0xF3: more = 3
        case 0xF4: (more, most) = (3, 0x8F)
        default: return false
        }
        guard count &- position >= more else { return false }
        for _ in 0..<more {
          guard self[position] >= least, self[position] <= most else { return false }
          (least, most) = (0x80, 0xBF)
          position &+= 1
        }
      }
      return true
    }
  }
}
