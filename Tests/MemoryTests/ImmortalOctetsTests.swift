import Testing

@testable import Memory

struct ImmortalOctetsTests {
  private func array(_ octets: ImmortalOctets) -> [UInt8] {
    octets.span.indices.map { octets.span[$0] }
  }

  @Test("A literal's octets are those of its text")
  func literal() {
    #expect(array(ImmortalOctets("abc")) == [0x61, 0x62, 0x63])
    #expect(!ImmortalOctets("abc").isEmpty)
    #expect(ImmortalOctets("").isEmpty && ImmortalOctets().isEmpty)
  }

  @Test("A copy stays when the octets that were copied are gone")
  func copy() {
    var octets: [UInt8] = [1, 2, 3]
    let copy = ImmortalOctets(copying: octets.span)
    octets[0] = 9
    #expect(copy.map(array) == [1, 2, 3])
    let empty = ImmortalOctets(copying: [UInt8]().span)
    #expect(empty?.isEmpty == true)
  }

  @Test("A part has indices of its own, and a part that reaches out of them cannot be had")
  func part() async {
    #expect(array(ImmortalOctets("abcd").part(1..<3)) == [0x62, 0x63])
    await #expect(processExitsWith: .failure) { _ = ImmortalOctets("abcd").part(1..<5) }
    await #expect(processExitsWith: .failure) { _ = ImmortalOctets("abcd").part(-1..<2) }
  }
}
