import Testing

@testable import Memory

struct AddressOctetsTests {
  private let octets: [UInt8] = (1...16).map { $0 &* 15 }

  private var address: AddressOctets {
    var address = AddressOctets()
    for (place, octet) in octets.enumerated() { address[place] = octet }
    return address
  }

  @Test("Octets are read where they were written, whatever is written around them")
  func places() {
    var address = address
    #expect((0..<16).map { address[$0] } == octets)
    address[7] = 0
    address[8] = 0xFF
    #expect((0..<16).map { address[$0] } == octets[..<7] + [0, 0xFF] + octets[9...])
  }

  @Test("A group is two octets, the first one high")
  func groups() {
    var address = address
    let groups = (0..<8).map { UInt16(octets[2 * $0]) << 8 | UInt16(octets[2 * $0 + 1]) }
    #expect((0..<8).map { address.group($0) } == groups)
    address.append(group: 0xABCD)
    #expect((0..<8).map { address.group($0) } == groups.dropFirst() + [0xABCD])
  }

  @Test("In memory they lie in network order")
  func memory() {
    let words = address.inMemory
    let inMemory = [words[0], words[1]].withUnsafeBytes { Array($0) }
    #expect(inMemory == octets)
    #expect(AddressOctets(inMemory: words) == address)
  }
}
