import Encodings
import Testing

@testable import CodecOracle

@Suite("Hexadecimal")
struct HexadecimalTests {
  @Test(
    "Two digits stand for an octet",
    arguments: [
      ("", ""), ("f", "66"), ("foobar", "666f6f626172"), ("\0\u{7F}\u{80}\u{FF}", "007f80ff"),
    ])
  func both(plain: String, digits: String) throws {
    #expect(text(encode(octets(plain))) == digits)
    #expect(text(try decode(digits)) == plain)
    #expect(text(try decode(digits.uppercased())) == plain)
  }

  @Test("Every octet is the same when it has been written and read")
  func allOctets() throws {
    let all = [UInt8](0...255)
    #expect(try decode(encode(all)) == all)
  }

  @Test(
    "What is not pairs of digits is refused where it is wrong",
    arguments: [
      ("6", 1), ("666", 3), ("6g", 1), ("g6", 0), ("66 66", 2), ("0x66", 1), ("66\n", 2), ("6:", 1),
      ("@0", 0), ("`0", 0), ("\u{E6}6", 0), ("66-6", 2),
    ])
  func refused(digits: String, position: Int) {
    let error = #expect(throws: InvalidEncoding.self) {
      try decode(digits)
    }
    #expect(error?.position == position)
  }

  @Test("Where there is not room for all, nothing is written", arguments: 0...4)
  func room(capacity: Int) {
    var text: [UInt8] = []
    text.append(addingCapacity: capacity) { room in
      let isWhole = Hexadecimal.encode(octets("ab").span, into: &room)
      #expect(isWhole == (capacity >= 4))
      #expect(room.count == (capacity >= 4 ? 4 : 0))
    }
    var plain: [UInt8] = []
    plain.append(addingCapacity: capacity) { room in
      let isWhole = (try? Hexadecimal.decode(octets("616263").span, into: &room)) != nil
      #expect(isWhole == (capacity >= 3))
      #expect(room.count == (capacity >= 3 ? 3 : 0))
    }
  }
}
