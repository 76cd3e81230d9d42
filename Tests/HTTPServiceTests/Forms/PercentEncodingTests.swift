import HTTPService
import Testing

@testable import CodecOracle

@Suite("Percent-encoding")
struct PercentEncodingTests {
  private func decoded(_ encoded: String, asText: Bool = true) -> Read<String> {
    Read { () throws(InvalidInput) in
      try withOctets(encoded) { (octets) throws(InvalidInput) in
        text(try octets.percentDecoded(asText: asText))
      }
    }
  }

  @Test(
    "Escapes are decoded once, in either case, and a plus is a plus",
    arguments: [
      ("", ""), ("/a/b", "/a/b"), ("%41", "A"), ("a%20b", "a b"), ("%2f%2F", "//"), ("a+b", "a+b"),
      ("%2541", "%41"), ("%25", "%"), ("%00", "\0"), ("caf%C3%A9", utf8("café")),
      ("%e6%97%a5%E6%9C%AC", utf8("日本")), (utf8("日本"), utf8("日本")),
      ("%F4%8F%BF%BF", utf8("\u{10FFFF}")),
    ])
  func valid(encoded: String, plain: String) {
    #expect(decoded(encoded).value == plain)
    #expect(decoded(encoded, asText: false).value == plain)
  }

  @Test(
    "An escape without two hexadecimal digits is refused",
    arguments: ["%", "a%", "%4", "%4g", "%g4", "%%41", "% 41", "%u0041", "%-1", "%+1", "%0x41"])
  func malformed(encoded: String) {
    #expect(decoded(encoded).error.map(text) == "path: two hexadecimal digits behind %")
    #expect(decoded(encoded, asText: false).error != nil)
  }

  @Test(
    "Octets that are no UTF-8 are refused as text, and are octets",
    arguments: [
      ("%FF", "\u{FF}"), ("%C0%AF", "\u{C0}\u{AF}"), ("%C3", "\u{C3}"),
      ("%ED%A0%80", "\u{ED}\u{A0}\u{80}"),
      ("%80", "\u{80}"), ("%F4%90%80%80", "\u{F4}\u{90}\u{80}\u{80}"),
    ])
  func notText(encoded: String, plain: String) {
    #expect(decoded(encoded).error.map(text) == "path: text in UTF-8")
    #expect(decoded(encoded, asText: false).value == plain)
  }

  @Test("Octets are UTF-8 where Swift's own reader says so")
  func utf8Octets() {
    // Every first octet with second octets around each border, and cuts of them.
    let seconds: [UInt8] = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
    for first in UInt8.min...UInt8.max {
      for second in seconds {
        for rest in [[], [0x80], [0x80, 0x80], [0x41], [0x80, 0x41], [0x80, 0x80, 0x80]]
          as [[UInt8]]
        {
          for octets in [[first], [first, second], [first, second] + rest] {
            let isText = String(validating: octets, as: UTF8.self) != nil
            let isFound = octets.span.isUTF8
            guard isFound == isText else {
              Issue.record("\(octets)")
              return
            }
          }
        }
      }
    }
  }
}
