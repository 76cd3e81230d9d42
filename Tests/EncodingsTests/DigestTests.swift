import Encodings
import Testing

@testable import CodecOracle

@Suite("Digests")
struct DigestTests {
  /// FIPS 180-4's examples, and lengths around those where the padding takes a block more (by sha256sum).
  static let digests: [(String, String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu", "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
    (
      String(repeating: "x", count: 55),
      "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"
    ),
    (
      String(repeating: "x", count: 56),
      "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"
    ),
    (
      String(repeating: "x", count: 57),
      "ae14a2563ccf969d99aca69ce6bb74981f734bbf9f655f73b8f06db68cab5217"
    ),
    (
      String(repeating: "x", count: 63),
      "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"
    ),
    (
      String(repeating: "x", count: 64),
      "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"
    ),
    (
      String(repeating: "x", count: 65),
      "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"
    ),
    (
      String(repeating: "x", count: 119),
      "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c"
    ),
    (
      String(repeating: "x", count: 120),
      "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98"
    ),
  ]

  @Test("Digests are those of FIPS 180-4", arguments: digests)
  func digest(plain: String, digits: String) {
    #expect(text(encode(sha256(octets(plain)))) == digits)
  }

  @Test("A digest is the same whatever the pieces that its octets come in")
  func pieces() {
    for count in [0, 1, 55, 56, 63, 64, 65, 127, 128, 200] {
      let plain = octets(count: count)
      let whole = SHA256.digest(of: plain.span)
      for size in [1, 3, 63, 64, 65, 130] {
        var hash = SHA256()
        for start in stride(from: 0, to: count, by: size) {
          hash.update(plain[start..<min(start + size, count)].span)
          hash.update([UInt8]().span)
          _ = hash.digest
        }
        #expect(hash.digest == whole, "\(count) octets in pieces of \(size)")
      }
    }
  }

  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let key, data: [UInt8]
    let code: String
  }

  /// RFC 4231 4.2 to 4.8.
  static let vectors = [
    Vector(
      testDescription: "4.2", key: [UInt8](repeating: 0x0b, count: 20), data: octets("Hi There"),
      code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    Vector(
      testDescription: "4.3: a key shorter than the code", key: octets("Jefe"),
      data: octets("what do ya want for nothing?"),
      code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    Vector(
      testDescription: "4.4: more than a block", key: [UInt8](repeating: 0xaa, count: 20),
      data: [UInt8](repeating: 0xdd, count: 50),
      code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    Vector(
      testDescription: "4.5", key: [UInt8](1...25), data: [UInt8](repeating: 0xcd, count: 50),
      code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    Vector(
      testDescription: "4.7: a key of more than a block", key: [UInt8](repeating: 0xaa, count: 131),
      data: octets("Test Using Larger Than Block-Size Key - Hash Key First"),
      code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    Vector(
      testDescription: "4.8: and data of more than a block",
      key: [UInt8](repeating: 0xaa, count: 131),
      data: octets(
        "This is a test using a larger than block-size key and a larger than block-size data. "
          + "The key needs to be hashed before being used by the HMAC algorithm."),
      code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
  ]

  @Test("Authentication codes are those of RFC 4231", arguments: vectors)
  func codes(vector: Vector) {
    let code = HMACSHA256.code(of: vector.data.span, key: vector.key.span)
    #expect(text(encode(array(code.span))) == vector.code)
    #expect(isValid(hex(vector.code), for: vector.data, key: vector.key))
    var pieces = HMACSHA256(key: vector.key.span)
    for octet in vector.data { pieces.update([octet].span) }
    #expect(pieces.code == code)
  }

  @Test("A literal counts as its octets")
  func literals() {
    let key = octets("key")
    var code = HMACSHA256(key: key.span)
    code.update("1800000000.")
    code.update("caf\u{e9}")
    let whole = Array("1800000000.caf\u{e9}".utf8)
    #expect(code.code == HMACSHA256.code(of: whole.span, key: key.span))
  }

  @Test("A code that is changed, cut or another's is invalid")
  func invalidCodes() {
    let (key, data) = (octets("key"), octets("data"))
    let code = array(HMACSHA256.code(of: data.span, key: key.span).span)
    for place in code.indices {
      var wrong = code
      wrong[place] ^= 0x10
      #expect(!isValid(wrong, for: data, key: key))
    }
    #expect(!isValid(code.dropLast(), for: data, key: key))
    #expect(!isValid([], for: data, key: key))
    #expect(!isValid(code, for: data, key: octets("kez")))
  }

  @Test(
    "Spans are equal when their number and each of their octets are",
    arguments: [
      ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "", false), ("ab", "a", false),
      ("abc", "xbc", false), ("abc", "abx", false), ("\0", "", false), ("\u{80}", "\0", false),
    ])
  func constantTime(left: String, right: String, areEqual: Bool) {
    let (left, right) = (octets(left), octets(right))
    let areFound = isEqualInConstantTime(left.span, right.span)
    #expect(areFound == areEqual)
  }

  private func isValid(_ code: [UInt8], for data: [UInt8], key: [UInt8]) -> Bool {
    HMACSHA256.isValid(code.span, for: data.span, key: key.span)
  }
}
