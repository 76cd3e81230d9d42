import Encodings
import Testing

@testable import CodecOracle

@Suite("Base64")
struct Base64Tests {
  /// RFC 4648 10, and texts with all characters that the two alphabets differ in.
  @Test(
    "Three octets are four characters",
    arguments: [
      ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
      ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"),
      ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
      ("\u{FB}\u{FF}\u{FE}", "+//+", "-__-"), ("\u{FF}", "/w==", "_w"), ("\0", "AA==", "AA"),
    ])
  func both(plain: String, standard: String, url: String) throws {
    #expect(text(encode(octets(plain), .standard)) == standard)
    #expect(text(encode(octets(plain), .url)) == url)
    #expect(text(try decode(standard, .standard)) == plain)
    #expect(text(try decode(url, .url)) == plain)
    for base64 in [
      Base64(isURLSafe: true, isPadded: true), Base64(isURLSafe: false, isPadded: false),
    ] {
      #expect(text(try decode(encode(octets(plain), base64), base64)) == plain)
    }
  }

  @Test("Any number of any octets is the same when it has been written and read")
  func roundTrip() throws {
    for count in 0..<100 {
      let plain = octets(count: count)
      for base64 in [Base64.standard, .url] {
        let text = encode(plain, base64)
        #expect(text.count == base64.encodedCount(count))
        #expect(try decode(text, base64) == plain)
      }
    }
  }

  @Test(
    "What this encoding cannot have written is refused where it is wrong",
    arguments: [
      // Padding is missing, too much, or in the middle.
      (false, "Zg", 2), (false, "Zg=", 3), (false, "Zg===", 5), (false, "Zg======", 2),
      (false, "====", 0), (false, "Z===", 1), (false, "Zg==Zg==", 2), (false, "=Zg=", 0),
      (true, "Zg==", 2), (true, "Zm8=", 3),
      // A single character stands for no octet.
      (true, "Z", 1), (true, "Zm9vY", 5),
      // Bits that belong to no octet.
      (false, "Zh==", 1), (false, "Zm9=", 2), (true, "Zh", 1), (true, "Zm9", 2),
      // The other alphabet, whitespace, and the neighbours of the alphabets' ranges.
      (false, "-__-", 0), (true, "+//+", 0), (false, "Zm9v\n", 5), (false, "Zm 9", 2),
      (false, "Zm9@", 3), (false, "Zm9[", 3), (false, "Zm9`", 3), (false, "Zm9{", 3),
      (false, "Zm9:", 3), (false, "Zm9.", 3), (false, "Zm9\u{E1}", 3), (false, "\0\0\0\0", 0),
    ])
  func refused(isURL: Bool, characters: String, position: Int) {
    let error = #expect(throws: InvalidEncoding.self) {
      try decode(characters, isURL ? .url : .standard)
    }
    #expect(error?.position == position, "\(characters)")
  }

  @Test("Where there is not room for all, nothing is written", arguments: 0...5)
  func room(capacity: Int) {
    var text: [UInt8] = []
    text.append(addingCapacity: capacity) { room in
      let isWhole = Base64.standard.encode(octets("ab").span, into: &room)
      #expect(isWhole == (capacity >= 4))
      #expect(room.count == (capacity >= 4 ? 4 : 0))
    }
    var plain: [UInt8] = []
    plain.append(addingCapacity: capacity) { room in
      let isWhole = (try? Base64.standard.decode(octets("Zm9vYg==").span, into: &room)) != nil
      #expect(isWhole == (capacity >= 4))
      #expect(room.count == (capacity >= 4 ? 4 : 0))
    }
  }
}
