import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Octets")
struct OctetsTests {
  @Test("Octets are equal when their number and each of them are")
  func equality() {
    #expect(Octets("abc") == Octets("abc"))
    #expect(Octets("abc") == "abc")
    #expect(!(Octets("abc") == "abd"))
    #expect(!(Octets("abc") == "ab"))
    #expect(!(Octets("abc") == "ABC"))
    #expect(Octets("") == "")
  }

  @Test("A slice counts from zero")
  func slices() {
    let slice = Octets("abcdef")[2..<5]
    #expect(slice == "cde")
    #expect(slice[0] == UInt8(ascii: "c"))
    #expect(slice[1..<3] == "de")
    #expect(slice[3..<3].isEmpty)
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
    #expect(Octets("Content-LENGTH").equalsIgnoringCase("content-length"))
    #expect(!Octets("Content-LENGTH").equalsIgnoringCase("content-lengt"))
    #expect(!Octets("Content_Length").equalsIgnoringCase("content-length"))
    #expect(Octets("chunked").equalsIgnoringCase(Octets("CHUNKED")))
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

  @Test("A split is at the first separator")
  func splitting() throws {
    let colon = UInt8(ascii: ":")
    let split = try #require(Octets("a:b:c").split(at: colon))
    #expect(split.before == "a")
    #expect(split.after == "b:c")
    let bounds = try #require(Octets(":").split(at: colon))
    #expect(bounds.before.isEmpty && bounds.after.isEmpty)
    #expect(Octets("abc").split(at: colon) == nil)
    #expect(Octets("").split(at: colon) == nil)
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
