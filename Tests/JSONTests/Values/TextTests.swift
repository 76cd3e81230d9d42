import Foundation
import Testing

@testable import JSON

struct TextTests {
  @Test("Every string of the grammar is read as Foundation reads it, as octets and as a String")
  func reading() throws {
    // (It drops a byte order mark even from the inside of a string.)
    for json in JSONCases.strings where json != [0x22, 0xEF, 0xBB, 0xBF, 0x22] {
      let theirs = try #require(
        try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed) as? String)
      #expect(try JSONText(json: json.span).octets == Array(theirs.utf8))
      #expect(Array(try String(json: json.span).utf8) == Array(theirs.utf8))
    }
  }

  @Test("What is written is read as the same, and needs no escape that JSON does not want")
  func writing() throws {
    for octet in UInt8(0)..<0x80 {
      for length in [0, 1, 6, 7, 8, 9, 20] {
        let around = [UInt8](repeating: 0x61, count: length)
        var text = JSONText()
        text.octets = around + [octet] + around
        let json = text.jsonOctets()
        #expect(try JSONText(json: json.span) == text)
        let isEscaped = octet < 0x20 || octet == 0x22 || octet == 0x5C
        #expect((json.count == text.octets.count + 2) == !isEscaped)
        let theirs =
          try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed) as? String
        #expect(theirs.map { Array($0.utf8) } == text.octets)
      }
    }
    #expect(
      encode(JSONText("\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}\"\\/é€😀"))
        == #""\u0000\b\t\n\u000b\f\r\u001f\"\\/é€😀""#)
    #expect(encode("a\nb") == #""a\nb""#)
  }

  @Test("Octets that are not UTF-8 are written as replacement characters, so that it is JSON")
  func invalid() throws {
    for octets in [
      [0x80], [0xC0, 0x80], [0x61, 0xFF, 0x62], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xE2, 0x82],
      [0xF0, 0x9F, 0x98], [0xC3], [0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xC3], [0xC3, 0x22],
    ] as [[UInt8]] {
      var text = JSONText()
      text.octets = octets
      let json = text.jsonOctets()
      #expect(failure(JSONRaw.self, json) == nil)
      let read = try JSONText(json: json.span)
      #expect(String(decoding: read.octets, as: UTF8.self).unicodeScalars.contains("\u{FFFD}"))
      #expect(read.octets.filter { $0 < 0x80 } == octets.filter { $0 < 0x80 })
    }
  }

  @Test("A literal is a text, and texts are equal by their octets")
  func literals() {
    let text: JSONText = "é"
    #expect(text.octets == [0xC3, 0xA9])
    #expect(text == JSONText(text.span))
    #expect(text != JSONText("e\u{301}"))
    #expect(JSONText().isEmpty)
  }

  @Test("Other values are no strings")
  func others() throws {
    for json in ["1", "null", "true", "[]", "{}"] {
      #expect(failure(JSONText.self, json).map(text) == "a string was expected")
      #expect(failure(String.self, json).map(text) == "a string was expected")
    }
  }
}
