import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Octets")
struct OctetsTests {
  @Test(
    "Octets are equal when their number and each of them are",
    arguments: [
      ("abc", "abc", true), ("abc", "abd", false), ("abc", "ab", false), ("ab", "abc", false),
      ("abc", "ABC", false), ("", "", true), ("a", "", false), ("\0a", "\0b", false),
    ])
  func equality(left: String, right: String, areEqual: Bool) {
    withOctets(left) { left in
      withOctets(right) { right in
        let (equal, different) = (left == right, left != right)
        #expect(equal == areEqual && different != areEqual)
      }
    }
  }

  @Test("Octets are compared with a literal, or with what they begin with")
  func literals() {
    #expect(withOctets("abc") { $0 == "abc" })
    #expect(withOctets("abc") { $0 != "abd" })
    #expect(withOctets("") { $0 == "" })
    for literal in ["", "a", "ab", "abc"] as [StaticString] {
      #expect(withOctets("abc") { $0.starts(with: literal) })
    }
    for literal in ["b", "abcd", "A"] as [StaticString] {
      #expect(withOctets("abc") { !$0.starts(with: literal) })
    }
  }

  @Test("Case is ignored for ASCII letters and for no other octet")
  func ignoringCase() {
    for left in UInt8.min...UInt8.max {
      for right in UInt8.min...UInt8.max {
        let same = left == right || (Grammar.alpha.contains(left) && left ^ 0x20 == right)
        guard (left.asciiLowercase == right.asciiLowercase) == same else {
          Issue.record("\(left) and \(right)")
          return
        }
      }
    }
    #expect(withOctets("Content-LENGTH") { $0.equalsIgnoringCase("content-length") })
    #expect(withOctets("Content-LENGTH") { !$0.equalsIgnoringCase("content-lengt") })
    #expect(withOctets("Content_Length") { !$0.equalsIgnoringCase("content-length") })
    #expect(withOctets("CHUNKED") { $0.equalsIgnoringCase(("chunked" as StaticString).octets) })
  }

  @Test(
    "Case is ignored for letters only, at each place of texts of any length",
    arguments: [1, 4, 7, 8, 9, 15, 16, 17, 24])
  func ignoringCaseInWords(length: Int) {
    for place in 0..<length {
      for octet in UInt8.min...UInt8.max {
        var text = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        text[place] = octet
        let left = PoisonedOctets(text)
        for bits: UInt8 in [0, 0x20, 0x01, 0x40, 0x80, 0xA0] {
          text[place] = octet ^ bits
          let right = PoisonedOctets(text)
          let same = bits == 0 || bits == 0x20 && Grammar.alpha.contains(octet)
          guard left.octets.equalsIgnoringCase(right.octets) == same else {
            Issue.record("\(octet) and \(octet ^ bits), place \(place)")
            return
          }
        }
      }
    }
  }

  @Test(
    "Whitespace around octets is SP and HTAB and nothing else",
    arguments: [
      ("", ""), (" ", ""), ("\t \t", ""), ("a", "a"), (" a", "a"), ("a\t", "a"),
      (" \t a b \t", "a b"), ("\ra\n", "\ra\n"), ("\u{A0}a\u{0B}", "\u{A0}a\u{0B}"),
    ])
  func trimming(untrimmed: String, trimmed: String) {
    #expect(withOctets(untrimmed) { text($0.trimmed) } == trimmed)
  }

  @Test(
    "A split is at the first separator",
    arguments: [
      ("a:b:c", "a", "b:c"), (":", "", ""), ("a:", "a", ""), (":a", "", "a"), ("abc", "abc", nil),
      ("", "", nil),
    ] as [(String, String, String?)])
  func splitting(whole: String, before: String, after: String?) {
    withOctets(whole) { octets in
      let split = octets.split(at: UInt8(ascii: ":"))
      #expect(text(split.before) == before)
      if let rest = split.after { #expect(text(rest) == after) } else { #expect(after == nil) }
    }
  }

  @Test(
    "A list is split at commas, its empty elements skipped",
    arguments: [
      ("", []), (",", []), (" , ,\t,", []), ("a", ["a"]), ("a,b", ["a", "b"]),
      ("a , b", ["a", "b"]), (",a,,b\t,", ["a", "b"]), ("a b,c", ["a b", "c"]),
    ])
  func lists(list: String, elements: [String]) {
    var found: [String] = []
    withOctets(list) { $0.forEachListElement { found.append(text($0)) } }
    #expect(found == elements)
    var taken: [String] = []
    withOctets(list) { octets in
      var rest = octets
      while let element = rest.takeListElement() { taken.append(text(element)) }
    }
    #expect(taken == elements)
  }

  @Test("Digits, hexadecimal digits and whitespace are those of ASCII")
  func classes() {
    for octet in UInt8.min...UInt8.max {
      #expect(octet.isDigit == Grammar.digit.contains(octet))
      #expect(octet.isWhitespace == Grammar.whitespace.contains(octet))
      let isHex = Grammar.hexDigit.contains(octet)
      #expect(octet.hexadecimalValue == (isHex ? Int(text([octet]), radix: 16) : nil))
    }
  }

  @Test(
    "A decimal number is read up to its limit",
    arguments: [
      ("0", 0, 0), ("1", 0, nil), ("9", 9, 9), ("9", 8, nil), ("9", 5, nil), ("5", 5, 5),
      ("6", 5, nil), ("1", 3, 1), ("10", 9, nil), ("19", 10, nil), ("10", 10, 10),
      ("65535", 65535, 65535),
      ("65536", 65535, nil), ("655350", 65535, nil), ("0000000000000000000000000007", 7, 7),
      ("9223372036854775807", Int64.max, Int64.max), ("9223372036854775808", .max, nil),
      ("18446744073709551616", .max, nil), ("18446744073709551617", .max, nil),
      ("99999999999999999999999999999999999999999", .max, nil),
    ] as [(String, Int64, Int64?)])
  func decimals(digits: String, limit: Int64, value: Int64?) {
    #expect(withOctets(digits) { $0.decimal(upTo: limit) } == value)
  }

  @Test(
    "What is not 1*DIGIT is no decimal number",
    arguments: ["", " ", "+1", "-1", "1 ", " 1", "1.0", "0x1", "1e3", "a", "1_0", "\u{B2}", "1\0"])
  func notDecimal(octets: String) {
    #expect(withOctets(octets) { $0.decimal(upTo: .max) } == nil)
  }

  @Test("The first and the last octet are there unless there is none")
  func ends() {
    withOctets("abc") { octets in
      #expect(octets.first == UInt8(ascii: "a"))
      #expect(octets.last == UInt8(ascii: "c"))
    }
    withOctets("") { octets in
      #expect(octets.first == nil)
      #expect(octets.last == nil)
    }
  }
}
