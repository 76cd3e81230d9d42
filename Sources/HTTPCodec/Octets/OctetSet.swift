/// A set of octets, as the character classes of the grammars are: one bit for each of the 128
/// ASCII octets, and one for all of 0x80-0xFF (obs-text). Two words, no table in memory.
struct OctetSet {
  let below64: UInt64
  let from64: UInt64
  let obsText: Bool

  @inline(__always)
  func contains(_ octet: UInt8) -> Bool {
    if octet < 0x40 { return (below64 &>> UInt64(octet)) & 1 != 0 }
    if octet < 0x80 { return (from64 &>> UInt64(octet & 0x3F)) & 1 != 0 }
    return obsText
  }

  /// The first position from `start` on whose octet is not of the set, or the end.
  @inline(__always)
  func end(of octets: Span<UInt8>, from start: Int) -> Int {
    // (The one check of the indices is here, and the loop needs none.)
    let rest = octets.extracting(start..<octets.count)
    var length = 0
    while length < rest.count {
      // Letters are in each of the sets, and most of what is read.
      let isLetter = (rest[length] | 0x20) &- 0x61 < 26
      guard isLetter || contains(rest[length]) else { break }
      length &+= 1
    }
    return start &+ length
  }

  @inline(__always)
  func containsAll(_ octets: Span<UInt8>) -> Bool {
    end(of: octets, from: 0) == octets.count
  }
}

extension Span<UInt8> {
  /// Whether these octets are of the set, or percent-encoded: "%" HEXDIG HEXDIG (RFC 3986 2.1).
  @inline(never)
  func isEncoded(with set: OctetSet) -> Bool {
    var position = 0
    while position < count {
      if self[position] == UInt8(ascii: "%") {
        guard position &+ 2 < count, self[position &+ 1].hexadecimalValue != nil,
          self[position &+ 2].hexadecimalValue != nil
        else { return false }
        position &+= 3
      } else {
        guard set.contains(self[position]) else { return false }
        position &+= 1
      }
    }
    return true
  }
}

extension OctetSet {
  /// tchar (RFC 9110 5.6.2): methods, field names, chunk extension names.
  static var token: OctetSet {
    OctetSet(below64: 0x03ff_6cfa_0000_0000, from64: 0x57ff_ffff_c7ff_fffe, obsText: false)
  }

  /// field-vchar / SP / HTAB (RFC 9110 5.5): VCHAR and obs-text.
  static var fieldValue: OctetSet {
    OctetSet(below64: 0xffff_ffff_0000_0200, from64: 0x7fff_ffff_ffff_ffff, obsText: true)
  }

  /// qdtext (RFC 9110 5.6.4): what may stand in a quoted-string without a backslash.
  static var quotedText: OctetSet {
    OctetSet(below64: 0xffff_fffb_0000_0200, from64: 0x7fff_ffff_efff_ffff, obsText: true)
  }

  /// unreserved / sub-delims (RFC 3986 2): a reg-name, percent-encoding aside.
  static var registeredName: OctetSet {
    OctetSet(below64: 0x2bff_7fd2_0000_0000, from64: 0x47ff_fffe_87ff_fffe, obsText: false)
  }

  // Browsers send targets by the percent-encode sets of the WHATWG URL Standard, which leave octets
  // raw that the URI grammar has no room for (docs/conformance.md).

  /// pchar / "/" (RFC 3986 3.3), percent-encoding aside; [ ] | of the path percent-encode set, and ^,
  /// which it left raw until 2025 (whatwg/url#846). A backslash becomes a slash in the browser.
  static var path: OctetSet {
    OctetSet(below64: 0x2fff_ffd2_0000_0000, from64: 0x57ff_fffe_efff_ffff, obsText: false)
  }

  /// pchar / "/" / "?" (RFC 3986 3.4), "%", and the [ \ ] ^ ` { | } of the query percent-encode set.
  static var query: OctetSet {
    OctetSet(below64: 0xafff_fff2_0000_0000, from64: 0x7fff_ffff_ffff_ffff, obsText: false)
  }
}
