import Foundation
import SeededRandom
import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("IP addresses")
struct IPAddressTests {
  private func octets(of text: String) -> [UInt8]? {
    withOctets(text) { octets in
      IPAddress(octets).map { address in
        (0..<(address.isIPv6 ? 16 : 4)).map { address.octets[$0] }
      }
    }
  }

  /// What the system's own reader makes of an address.
  private func systemOctets(of text: String) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &octets) == 1 { return Array(octets[..<4]) }
    if inet_pton(AF_INET6, text, &octets) == 1 { return octets }
    return nil
  }

  @Test(
    "IPv4 addresses are four numbers up to 255",
    arguments: [
      ("0.0.0.0", [0, 0, 0, 0]), ("127.0.0.1", [127, 0, 0, 1]),
      ("255.255.255.255", [255, 255, 255, 255]), ("1.20.100.249", [1, 20, 100, 249]),
    ] as [(String, [UInt8])])
  func v4(text: String, expected: [UInt8]) {
    #expect(octets(of: text) == expected)
  }

  @Test(
    "IPv6 addresses are eight groups, a run of zeros left out, the end perhaps IPv4",
    arguments: [
      ("::", [:]), ("::1", [15: 1]), ("1::", [1: 1]),
      ("2001:db8::ff00:42:8329", [0: 32, 1: 1, 2: 13, 3: 184, 10: 255, 13: 66, 14: 131, 15: 41]),
      ("1:2:3:4:5:6:7:8", [1: 1, 3: 2, 5: 3, 7: 4, 9: 5, 11: 6, 13: 7, 15: 8]),
      ("::2:3:4:5:6:7:8", [3: 2, 5: 3, 7: 4, 9: 5, 11: 6, 13: 7, 15: 8]),
      ("1:2:3:4:5:6:7::", [1: 1, 3: 2, 5: 3, 7: 4, 9: 5, 11: 6, 13: 7]),
      ("1:2:3::5:6:7:8", [1: 1, 3: 2, 5: 3, 9: 5, 11: 6, 13: 7, 15: 8]),
      ("::ffff:1.2.3.4", [10: 255, 11: 255, 12: 1, 13: 2, 14: 3, 15: 4]),
      ("::1.2.3.4", [12: 1, 13: 2, 14: 3, 15: 4]),
      ("1:2:3:4:5:6:1.2.3.4", [1: 1, 3: 2, 5: 3, 7: 4, 9: 5, 11: 6, 12: 1, 13: 2, 14: 3, 15: 4]),
      ("1:2:3:4:5::1.2.3.4", [1: 1, 3: 2, 5: 3, 7: 4, 9: 5, 12: 1, 13: 2, 14: 3, 15: 4]),
      ("FFFF::aBcD", [0: 255, 1: 255, 14: 171, 15: 205]), ("0001::0000", [1: 1]),
    ] as [(String, KeyValuePairs<Int, UInt8>)])
  func v6(text: String, expected: KeyValuePairs<Int, UInt8>) {
    var octets = [UInt8](repeating: 0, count: 16)
    for (index, octet) in expected { octets[index] = octet }
    #expect(self.octets(of: text) == octets)
  }

  static let invalid = [
    "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.0", "1.2.3.256",
    "1.2.3.1000", "01.2.3.4", "1.2.3.00", "1.2.3.4 ", " 1.2.3.4", "1.2.3.a", "0x1.2.3.4",
    "-1.2.3.4",
    ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:",
    ":2:3:4:5:6:7:8",
    "1::2::3", "::1::", "1:::2", ":::1", "1:::", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::",
    "1:2:3:4::5:6:7:8",
    "12345::", "::g", "::1 ", " ::1", "::1%eth0", "::1%25eth0", "[::1]", "::1/64",
    "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "::1.2.3.4.5", "::256.2.3.4", "::01.2.3.4", "::1.2.3.4:",
    "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "1:2:3:4:5:1.2.3.4", "::.1.2.3",
  ]

  @Test("Anything else is no address", arguments: invalid)
  func neither(text: String) {
    #expect(octets(of: text) == nil)
  }

  @Test("An address is read as the system reads it", arguments: 0..<4)
  func agreement(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let parts = [
      "::", ":", ":", ":", "1", "0", "ab", "12345", "ffff", "1.2.3.4", "0.0.0.0", ".", "255",
    ]
    for _ in 0..<2500 {
      let address = (0..<Int.random(in: 1...14, using: &random))
        .map { _ in parts.randomElement(using: &random)! }.joined()
      let (ours, system) = (octets(of: address), systemOctets(of: address))
      if ours != system { Issue.record("\(address): \(String(describing: ours))") }
    }
  }

  @Test("Any address of this machine is 0.0.0.0")
  func anyAddress() {
    let any = IPAddress.anyIPv4
    #expect(!any.isIPv6)
    #expect((0..<16).allSatisfy { any.octets[$0] == 0 })
  }
}
