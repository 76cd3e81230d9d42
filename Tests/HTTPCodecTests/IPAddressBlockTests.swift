import Memory
import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Blocks of IP addresses")
struct IPAddressBlockTests {
  private func block(_ block: String, contains address: String) throws -> Bool {
    let block = try #require(withOctets(block) { IPAddressBlock($0) })
    return block.contains(try #require(withOctets(address) { IPAddress($0) }))
  }

  @Test(
    "A block has the addresses that begin as it does",
    arguments: [
      ("10.0.0.0/8", "10.0.0.0", true), ("10.0.0.0/8", "10.255.255.255", true),
      ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
      ("192.168.4.0/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
      ("192.168.4.0/22", "192.168.3.255", false), ("0.0.0.0/0", "203.0.113.9", true),
      ("203.0.113.9", "203.0.113.9", true), ("203.0.113.9", "203.0.113.8", false),
      ("203.0.113.8/31", "203.0.113.9", true), ("203.0.113.9/32", "203.0.113.8", false),
      ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("::/0", "2001:db8::1", true),
      ("2001:db8::/33", "2001:db8:7fff::", true), ("2001:db8::/33", "2001:db8:8000::", false),
      ("::1/128", "::1", true), ("::1", "::2", false),
      // The two families have nothing in common.
      ("0.0.0.0/0", "::1", false), ("::/0", "127.0.0.1", false),
    ])
  func membership(text: String, address: String, expected: Bool) throws {
    #expect(try block(text, contains: address) == expected)
  }

  @Test(
    "Anything else is no block",
    arguments: [
      "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8/8", "10/8",
      "10.0.0.0/ 8", "localhost", "10.0.0.0/8,",
    ])
  func noBlock(text: String) {
    #expect(withOctets(text) { IPAddressBlock($0) == nil })
  }

  @Test("An IPv4 address that a dual-stack socket tells of is that IPv4 address")
  func mapped() {
    func address(_ octets: [UInt8]) -> IPAddress {
      var inline = AddressOctets()
      for (place, octet) in octets.enumerated() { inline[place] = octet }
      return IPAddress(octets: inline, isIPv6: true)
    }
    let zeros = [UInt8](repeating: 0, count: 10)
    let mapped = address(zeros + [255, 255, 192, 0, 2, 1])
    #expect(!mapped.isIPv6)
    #expect((0..<4).map { mapped.octets[$0] } == [192, 0, 2, 1])
    #expect(address(zeros + [255, 254, 192, 0, 2, 1]).isIPv6)
    #expect(address([1] + zeros.dropFirst() + [255, 255, 192, 0, 2, 1]).isIPv6)
  }
}
