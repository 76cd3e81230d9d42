import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Octet words")
struct OctetWordTests {
  /// Words of eight octets, all of them `filler` but one.
  private func words(_ octet: UInt8, among filler: UInt8) -> [(place: Int, word: UInt64)] {
    (0..<8).map { place in
      var octets = [UInt8](repeating: filler, count: 8)
      octets[place] = octet
      return (place, PoisonedOctets(octets).octets.word(at: 0))
    }
  }

  @Test("Every octet but letters and hyphens is unusual, at each place of a word")
  func unusual() {
    for octet in UInt8.min...UInt8.max {
      let isUsual = "-".utf8.contains(octet) || (octet | 0x20 >= 0x61 && octet | 0x20 <= 0x7A)
      for filler in "aZ-".utf8 {
        for (place, word) in words(octet, among: filler) {
          let expected: UInt64 = isUsual ? 0 : 0x80 << UInt64(8 * place)
          #expect(word.unusual == expected)
        }
      }
    }
  }

  @Test("Unusual octets beside one another are found each by itself")
  func neighbours() {
    for octet in UInt8.min...UInt8.max where !(octet | 0x20 >= 0x61 && octet | 0x20 <= 0x7A) {
      for (place, word) in words(UInt8(ascii: "-"), among: octet) where octet != UInt8(ascii: "-") {
        let expected: UInt64 = 0x8080_8080_8080_8080 & ~(0x80 << UInt64(8 * place))
        #expect(word.unusual == expected)
      }
    }
  }

  @Test("A control character is found, whatever octets are around it")
  func controlCharacters() {
    for octet in UInt8.min...UInt8.max {
      let isControl = octet < 0x20 || octet == 0x7F
      for filler: UInt8 in [0x20, 0x61, 0x7E, 0x80, 0xFF] {
        for (place, word) in words(octet, among: filler) {
          let found = word.controlCharacters
          if isControl {
            // (What follows obs-text may be found as well, and is looked at again.)
            let itself: UInt64 = 0x80 << UInt64(8 * place)
            #expect(found & itself != 0)
          } else if filler < 0x7E && octet < 0x80 {
            #expect(found == 0)
          }
        }
      }
    }
  }

  @Test("Every octet that is escaped in text is found, and no other, at each place of a word")
  func escaped() {
    for octet in UInt8.min...UInt8.max {
      let isEscaped = octet < 0x20 || octet >= 0x7F || octet == 0x22 || octet == 0x5C
      for filler: UInt8 in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x61, 0x7E] {
        for (place, word) in words(octet, among: filler) {
          let expected: UInt64 = isEscaped ? 0x80 << UInt64(8 * place) : 0
          #expect(word.escaped == expected)
        }
      }
    }
  }

  @Test("Every number of 16 bits has its four hexadecimal digits, the last one first")
  func hexadecimalDigits() {
    for number in UInt16.min...UInt16.max {
      let digits = String(String(number, radix: 16).reversed()).utf8
      let expected = (Array(digits) + [0x30, 0x30, 0x30]).prefix(4)
      let word = number.hexadecimalDigits
      let found = (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
      #expect(found == Array(expected))
    }
  }

  @Test("A whole word is there where eight octets are, and nowhere else")
  func wholeWords() {
    for count in 0..<20 {
      let octets = PoisonedOctets((0..<count).map { UInt8($0) })
      for position in [Int.min, Int.min + 8, -9, -8, -7, -1, .max - 7, .max] {
        #expect(octets.octets.wholeWord(at: position) == nil)
      }
      for position in 0..<count + 9 {
        let word = octets.octets.wholeWord(at: position)
        let isThere = position + 8 <= count
        #expect(word == (isThere ? octets.octets.word(at: position) : nil))
      }
    }
  }

  @Test("The words of a request-line have the octets that they are called by")
  func literals() {
    func number(_ text: StaticString) -> UInt64 {
      String(describing: text).utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    #expect(UInt64.host == number("host"))
    #expect(UInt64.get == number("GET /") && UInt64.post == number("POST /"))
    #expect(
      UInt64.httpVersion == number(" HTTP/1.") && UInt64.versionAndLineEnd == number("TP/1.1\r\n"))
  }
}
