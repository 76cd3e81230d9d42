import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Octet sets")
struct OctetSetTests {
  private func members(_ set: OctetSet) -> Set<UInt8> {
    Set((UInt8.min...UInt8.max).filter { set.contains($0) })
  }

  @Test("token is tchar")
  func token() { #expect(members(.token) == Grammar.token) }

  @Test("fieldValue is VCHAR, obs-text, SP and HTAB")
  func fieldValue() { #expect(members(.fieldValue) == Grammar.fieldValue) }

  @Test("quotedText is qdtext")
  func quotedText() { #expect(members(.quotedText) == Grammar.quotedText) }

  @Test("registeredName is unreserved and sub-delims")
  func registeredName() { #expect(members(.registeredName) == Grammar.registeredName) }

  @Test("path is pchar, the slash, and what browsers leave raw in a path")
  func path() { #expect(members(.path) == Grammar.path) }

  @Test("query is pchar, slash and question mark, and what browsers leave raw in a query")
  func query() { #expect(members(.query) == Grammar.query) }

  @Test("containsAll looks at every octet")
  func containsAll() {
    #expect(withOctets("") { OctetSet.token.containsAll($0) })
    #expect(withOctets("Content-Length") { OctetSet.token.containsAll($0) })
    #expect(withOctets("Content Length") { !OctetSet.token.containsAll($0) })
    #expect(withOctets(":name") { !OctetSet.token.containsAll($0) })
    #expect(withOctets("name:") { !OctetSet.token.containsAll($0) })
  }
}
