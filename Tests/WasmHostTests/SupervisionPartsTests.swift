import Testing

@testable import WasmHost

/// The small decisions of a service's supervision.
struct SupervisionPartsTests {
  @Test("The first crash costs no time, each following one twice as much, and the last ends it")
  func crashes() {
    var backoff = Backoff()
    let pauses = (0..<13).map { _ in backoff.pause(afterLife: 1_000_000) }
    #expect(pauses[0] == 0)
    #expect(pauses[1...7].map { ($0 ?? 0) / 1_000_000 } == [10, 20, 40, 80, 160, 320, 640])
    #expect(pauses[8...11].allSatisfy { $0 == 1_000_000_000 })
    #expect(pauses[12] == nil)
  }

  @Test("An instance that has lived well forgives what was before")
  func recovery() {
    var backoff = Backoff()
    for _ in 0..<100 {
      #expect(backoff.pause(afterLife: 10_000_000_000) == 0)
      #expect(backoff.pause(afterLife: 5) == 10_000_000)
    }
  }

  @Test("There is at least one core")
  func available() { #expect(Cores.available >= 1) }

  @Test(
    "Digests are those of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func digest(text: String, digest: String) {
    #expect(Array(text.utf8).withUnsafeBytes(SHA256.digest(of:)) == digest)
  }
}
