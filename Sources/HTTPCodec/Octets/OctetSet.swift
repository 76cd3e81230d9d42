/// A set of octets, as the character classes of the grammars are.
package enum OctetSet {
  /// tchar (RFC 9110 5.6.2): methods, field names, chunk extension names.
  case token
  /// field-vchar / SP / HTAB (RFC 9110 5.5): VCHAR and obs-text.
  case fieldValue
  /// qdtext (RFC 9110 5.6.4): what may stand in a quoted-string without a backslash.
  case quotedText
  /// unreserved / sub-delims (RFC 3986 2): a reg-name, percent-encoding aside.
  case registeredName

  // Browsers send targets by the percent-encode sets of the WHATWG URL Standard, which leave octets
  // raw that the URI grammar has no room for (docs/conformance.md).

  /// pchar / "/" (RFC 3986 3.3), percent-encoding aside; [ ] | of the path percent-encode set, and ^,
  /// which it left raw until 2025 (whatwg/url#846). A backslash becomes a slash in the browser.
  case path
  /// pchar / "/" / "?" (RFC 3986 3.4), "%", and the [ \ ] ^ ` { | } of the query percent-encode set.
  case query

  /// One bit for each of the 128 ASCII octets, and one for all of 0x80-0xFF (obs-text).
  private struct Members {
    let below64: UInt64
    let from64: UInt64
    var obsText = false

    @inline(__always)
    func contain(_ octet: UInt8) -> Bool {
      if octet < 0x40 { return (below64 &>> UInt64(octet)) & 1 != 0 }
      if octet < 0x80 { return (from64 &>> UInt64(octet & 0x3F)) & 1 != 0 }
      return obsText
    }
  }

  private var members: Members {
    @inline(__always) get {
      switch self {
      case .token: Members(below64: 0x03ff_6cfa_0000_0000, from64: 0x57ff_ffff_c7ff_fffe)
      case .fieldValue:
        Members(below64: 0xffff_ffff_0000_0200, from64: 0x7fff_ffff_ffff_ffff, obsText: true)
      case .quotedText:
        Members(below64: 0xffff_fffb_0000_0200, from64: 0x7fff_ffff_efff_ffff, obsText: true)
      case .registeredName: Members(below64: 0x2bff_7fd2_0000_0000, from64: 0x47ff_fffe_87ff_fffe)
      case .path: Members(below64: 0x2fff_ffd2_0000_0000, from64: 0x57ff_fffe_efff_ffff)
      case .query: Members(below64: 0xafff_fff2_0000_0000, from64: 0x7fff_ffff_ffff_ffff)
      }
    }
  }

  @inline(never)
  package func contains(_ octet: UInt8) -> Bool { members.contain(octet) }

  /// The first position from `start` on whose octet is not of the set, or the end.
  ///
  /// Eight octets at a time: letters and hyphens are in each of the sets, and most of what is read.
  @inline(never)
  package func end(of octets: Span<UInt8>, from start: Int) -> Int {
    let members = members
    precondition(start >= 0 && start <= octets.count)
    var position = start
    while position < octets.count {
      var wordEnd = octets.count
      if let word = octets.wholeWord(at: position) {
        wordEnd = position &+ 8
        let unusual = word.unusual
        position &+= unusual == 0 ? 8 : unusual.firstFound
      }
      while position < wordEnd {
        guard members.contain(octets[position]) else { return position }
        position &+= 1
      }
    }
    return position
  }

  /// As `end`, of octets that may be percent-encoded: "%" HEXDIG HEXDIG (RFC 3986 2.1).
  @inline(never)
  func endOfEncoded(_ octets: Span<UInt8>, from start: Int) -> Int {
    var position = end(of: octets, from: start)
    while position &+ 2 < octets.count, octets[position] == UInt8(ascii: "%"),
      octets[position &+ 1].hexadecimalValue != nil, octets[position &+ 2].hexadecimalValue != nil
    {
      position = end(of: octets, from: position &+ 3)
    }
    return position
  }

  @inline(__always)
  package func containsAll(_ octets: Span<UInt8>) -> Bool {
    end(of: octets, from: 0) == octets.count
  }
}
