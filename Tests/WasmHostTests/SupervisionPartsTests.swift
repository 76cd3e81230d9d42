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

  @Test("A digest is in the digits of sha256sum")
  func digest() {
    // FIPS 180-4's first example.
    #expect(
      Array("abc".utf8).withUnsafeBytes(WasmHost.digest(of:))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
