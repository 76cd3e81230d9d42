import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Authorities")
struct AuthorityTests {
  static let valid = [
    "a", "example.com", "EXAMPLE.com.", "a-b_c~d", "127.0.0.1", "256.256.256.256", "1", "-", ".",
    "a!$&'()*+,;=b", "a,b", "%41", "caf%C3%A9.example", "a%20b",
    "[::]", "[::1]", "[2001:db8::1]", "[1:2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[FE80::ABCD]",
    "[v1.a]", "[vF.a:b]", "[V1f.!$&'()*+,;=:~]", "[v0.:]",
  ]

  static let invalid = [
    "", ":", ":80", " ", "a b", "a\tb", "a/b", "a?b", "a#b", "a@b", "user@a", "user:pw@a", "@a",
    "a:b@c:80", "a\\b", "a\"b", "<a>", "a|b", "a^b", "a`b", "{a}", "a[", "a]", "\u{E9}", "a\u{7F}",
    "a\0", "%", "%4", "%4g", "%g4", "a%", "a%%41", "%:80", "a::1", "::1", "2001:db8::1",
    "http://a", "[]", "[", "]", "[a]", "[::1", "::1]", "[[::1]]", "[::1]]", "[::1]a", "[::1]80",
    "[:::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[::1%25eth0]", "[::1%eth0]", "[127.0.0.1]",
    "[::1.2.3]", "[::12345]", "[v.a]", "[v1.]", "[v1]", "[v]", "[vg.a]", "[v1.a/b]", "[v1.a%41]",
    "[v1.a@b]", "[v1.[]]", "[ ::1]", "[::1 ]", "a[::1]", "[::1][::1]",
  ]

  static let validPorts = [
    ":", ":0", ":1", ":80", ":65535", ":00080", ":0000000000000000000000001",
  ]
  static let invalidPorts = [
    ":65536", ":99999", ":18446744073709551617", ":4294967376", ":-1", ":+1", ": 80", ":80 ",
    ":8 0", ":a", ":0x50",
    ":80a", ":80:80", "::80", ":80/", ":80,", ":\u{B2}", ":%38%30",
  ]

  private func isHost(_ value: String) -> Bool {
    refusal(get("Host: \(value)")) == nil
  }

  @Test("A host is a reg-name, an IPv4 address or an IP literal", arguments: valid)
  func hosts(host: String) {
    #expect(withOctets(host) { isAuthority($0) })
    #expect(isHost(host))
    #expect(refusal(get("Host: a", target: "http://\(host)/")) == nil)
  }

  @Test("Anything else is no host", arguments: invalid)
  func noHosts(host: String) {
    #expect(withOctets(host) { !isAuthority($0) })
    #expect(withOctets("\(host):80") { !isAuthority($0, portRequired: true) })
    if !host.contains(where: { "\0\u{7F}".contains($0) }) {
      #expect(refusal(get("Host: \(host)")) == .invalidHost)
    }
  }

  @Test("A host may have a port up to 65535, or an empty one", arguments: validPorts)
  func ports(port: String) {
    for host in ["a", "127.0.0.1", "[::1]", "%41", "[v1.a]"] {
      #expect(withOctets(host + port) { isAuthority($0) })
      #expect(isHost(host + port))
    }
  }

  @Test("Anything else behind a host is no port", arguments: invalidPorts)
  func noPorts(port: String) {
    for host in ["a", "127.0.0.1", "[::1]", "%41", "[v1.a]"] {
      #expect(withOctets(host + port) { !isAuthority($0) })
    }
  }

  @Test("Where a port is required it is a number from 1 on")
  func requiredPorts() {
    for authority in ["a:1", "a:443", "[::1]:65535", "a:01"] {
      #expect(withOctets(authority) { isAuthority($0, portRequired: true) })
    }
    for authority in ["a", "a:", "a:0", "a:000", "[::1]", "[::1]:", "a:65536"] {
      #expect(withOctets(authority) { !isAuthority($0, portRequired: true) })
    }
  }

  @Test("A reg-name is made of unreserved and sub-delims and of no other octet")
  func everyOctet() {
    for octet in UInt8.min...UInt8.max where !":%".utf8.contains(octet) {
      let isAllowed = Grammar.registeredName.contains(octet)
      #expect(withOctets("a\(text([octet]))b") { isAuthority($0) } == isAllowed, "\(octet)")
      let inLiteral = withOctets("[v1.\(text([octet]))]") { isAuthority($0) }
      #expect(inLiteral == isAllowed, "\(octet)")
    }
  }

  @Test("Whitespace around a Host field's value does not belong to it")
  func whitespace() {
    #expect(isHost(" \t a:80 \t "))
  }

  @Test("An encoded octet is a percent sign and two hexadecimal digits")
  func encoding() {
    for high in UInt8.min...UInt8.max {
      let isHex = Grammar.hexDigit.contains(high)
      #expect(withOctets("%\(text([high]))0") { isPath($0) } == isHex)
      #expect(withOctets("%0\(text([high]))") { isPath($0) } == isHex)
    }
    #expect(withOctets("") { isPath($0) })
    #expect(withOctets("%41%5a%Af") { isPath($0) })
  }

  private func isPath(_ octets: Span<UInt8>) -> Bool {
    OctetSet.path.endOfEncoded(octets, from: 0) == octets.count
  }
}
