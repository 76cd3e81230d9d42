import Encodings
import SeededRandom
import Testing

@testable import CodecOracle

@Suite("UUID")
struct UUIDTests {
  /// RFC 9562 A.3, A.6 and 5.9, 5.10.
  @Test(
    "The identifiers of RFC 9562 are read and written",
    arguments: [
      ("919108f7-52d1-4320-9bac-f847db4148a8", 0x9191_08f7_52d1_4320, 0x9bac_f847_db41_48a8, 4),
      ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 0x017f_22e2_79b0_7cc3, 0x98c4_dc0c_0c07_398f, 7),
      ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", 0xf81d_4fae_7dec_11d0, 0xa765_00a0_c91e_6bf6, 1),
      ("00000000-0000-0000-0000-000000000000", 0, 0, 0),
      ("ffffffff-ffff-ffff-ffff-ffffffffffff", .max, .max, 15),
    ] as [(String, UInt64, UInt64, Int)])
  func both(characters: String, high: UInt64, low: UInt64, version: Int) throws {
    let id = UUID(high: high, low: low)
    #expect(text(id.text) == characters)
    #expect(try uuid(characters) == id)
    #expect(try uuid(characters.uppercased()) == id)
    #expect(id.version == version)
  }

  @Test("A random identifier is another one each time")
  func random() {
    let ids = (0..<100).map { _ in UUID.random() }
    #expect(Set(ids).count == 100)
    #expect(ids.allSatisfy { $0.version == 4 && $0.low >> 62 == 0b10 })
  }

  @Test("Version 4 is random but for version and variant")
  func version4() {
    #expect(
      text(UUID(version4: (0x9191_08f7_52d1_f320, 0x1bac_f847_db41_48a8)).text)
        == "919108f7-52d1-4320-9bac-f847db4148a8")
    #expect(
      text(UUID(version4: (.max, .max)).text) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    #expect(text(UUID(version4: (0, 0)).text) == "00000000-0000-4000-8000-000000000000")
  }

  @Test("Version 7 begins with the time")
  func version7() {
    // RFC 9562 A.6: 22 February 2022 19:22:22.000 GMT.
    #expect(
      text(UUID(version7At: 0x017F_22E2_79B0, random: (0xCC3, 0x18C4_DC0C_0C07_398F)).text)
        == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(
      UUID(version7At: 1, random: (.max, .max)) < UUID(version7At: 2, random: (0, 0)))
    #expect(UUID(version7At: .max, random: (0, 0)).version == 7)
  }

  @Test("Identifiers are in the order of their texts")
  func order() {
    var random = SplitMix64(seed: 7)
    let ids = (0..<100).map { UUID(high: $0 % 3, low: random.next()) }
    #expect(ids.sorted().map { text($0.text) } == ids.map { text($0.text) }.sorted())
  }

  @Test(
    "Any other text is refused where it is wrong",
    arguments: [
      ("", 0), ("f", 1), ("{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", 0),
      ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", 0), ("f81d4fae7dec11d0a76500a0c91e6bf6", 8),
      ("f81d4fae-7dec-11d0-a765-00a0c91e6bf", 35), ("f81d4fae-7dec-11d0-a765-00a0c91e6bf66", 36),
      ("f81d4fae-7dec-11d0-a765-00a0c91e6bfg", 35), ("f81d4fae-7dec-11d0-a765_00a0c91e6bf6", 23),
      ("f81d4fae-7dec-11d0a-765-00a0c91e6bf6", 18), (" 81d4fae-7dec-11d0-a765-00a0c91e6bf6", 0),
      ("-81d4fae-7dec-11d0-a765-00a0c91e6bf6", 0),
    ])
  func refused(characters: String, position: Int) {
    let error = #expect(throws: InvalidEncoding.self) { try uuid(characters) }
    #expect(error?.position == position)
  }
}
