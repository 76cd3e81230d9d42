import Foundation
import HTTPCodec
import Memory
import SeededRandom
import Sockets
import Testing

@testable import HTTPServer

/// Addresses in the form of RFC 5952, as the host and the system print them.
struct AddressTextTests {
  private func text(_ octets: [UInt8], port: UInt16 = 80) -> String {
    var all = AddressOctets()
    for (place, octet) in octets.enumerated() { all[place] = octet }
    var buffer = OctetBuffer(limit: 100)
    buffer.append(
      address: SocketAddress(octets: all, isIPv6: octets.count == 16, port: port))
    return buffer.octets.text
  }

  private func systemText(_ octets: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: 64)
    inet_ntop(octets.count == 16 ? AF_INET6 : AF_INET, octets, &text, socklen_t(text.count))
    let name = String(cString: text)
    return octets.count == 16 ? "[\(name)]:80" : "\(name):80"
  }

  @Test("Special addresses have their short form")
  func special() {
    func groups(_ groups: UInt16...) -> [UInt8] {
      groups.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }
    #expect(text([127, 0, 0, 1]) == "127.0.0.1:80")
    #expect(text(groups(0, 0, 0, 0, 0, 0, 0, 0)) == "[::]:80")
    #expect(text(groups(0, 0, 0, 0, 0, 0, 0, 1)) == "[::1]:80")
    #expect(text(groups(0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1)) == "[::ffff:127.0.0.1]:80")
    #expect(text(groups(0x2001, 0xDB8, 0, 0, 1, 0, 0, 1)) == "[2001:db8::1:0:0:1]:80")
    #expect(text(groups(0x2001, 0xDB8, 0, 1, 1, 1, 1, 1)) == "[2001:db8:0:1:1:1:1:1]:80")
    #expect(text(groups(0x2001, 0, 0, 1, 0, 0, 0, 0)) == "[2001:0:0:1::]:80")
    #expect(text(groups(0xFE80, 0, 0, 0, 0xABCD, 1, 2, 0x10)) == "[fe80::abcd:1:2:10]:80")
  }

  @Test("Every address is as the system has it")
  func agreement() {
    var random = SplitMix64(seed: 5952)
    for round in 0..<20_000 {
      // Zeros in all places and numbers, and small groups.
      let octets = (0..<16).map { _ in
        UInt8.random(in: 0...3, using: &random) < UInt8(round % 4)
          ? UInt8.random(in: 0...255, using: &random) : 0
      }
      #expect(text(octets) == systemText(octets))
      #expect(text(Array(octets[..<4])) == systemText(Array(octets[..<4])))
      let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + octets[..<4]
      #expect(text(mapped) == systemText(mapped))
    }
  }
}
