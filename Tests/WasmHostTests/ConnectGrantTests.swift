import Testing

@testable import WasmHost

struct ConnectGrantTests {
  @Test(
    "A grant is HOST:PORT: a name, an address or *, and a number or *",
    arguments: [
      ("db:5432", "db:5432"), ("DB.Example.org.:80", "db.example.org:80"), ("*:443", "*:443"),
      ("10.0.0.1:*", "10.0.0.1:*"), ("[::1]:80", "[::1]:80"), ("[::]:*", "[::]:*"), ("*:*", "*:*"),
      ("[::ffff:10.0.0.1]:80", "10.0.0.1:80"), ("my_db-1.x2:1", "my_db-1.x2:1"),
    ])
  func parsing(text: String, meaning: String) {
    #expect(ConnectGrants.Grant(text)?.description == meaning)
  }

  @Test(
    "Anything else is none",
    arguments: [
      "", ":", "db", "80", "db:", ":80", "db:0", "db:65536", "db:-1", "db:x", "::1:80", "[::1]",
      "[db]:80", "1.2.3:80", "1.2.3.4.5:80", "256.1.1.1:80", "a b:80", "a..b:80", ".:80",
      "https://db:80", "db/1:80", "*.example.org:80", "дб:80",
      String(repeating: "a", count: 64) + ":80",
    ])
  func notAGrant(text: String) {
    #expect(ConnectGrants.Grant(text) == nil)
  }

  private func destinations(_ grants: String...) throws -> Destinations {
    Destinations(ConnectGrants(try grants.map { try #require(ConnectGrants.Grant($0)) }))
  }

  private func address(_ host: [UInt8], _ port: UInt16) -> SocketAddress {
    SocketAddress(host: host, port: port)
  }

  @Test("Host and port must both be granted, in one grant")
  func matching() throws {
    let some = try destinations("10.0.0.1:80", "[::1]:*", "*:443")
    #expect(some.allow(address([10, 0, 0, 1], 80), .tcp))
    #expect(!some.allow(address([10, 0, 0, 1], 81), .tcp))
    #expect(!some.allow(address([10, 0, 0, 2], 80), .tcp))
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    #expect(some.allow(address(loopback, 9), .tcp))
    #expect(!some.allow(address([127, 0, 0, 1], 9), .tcp))
    #expect(some.allow(address([1, 2, 3, 4], 443), .tcp))
    #expect(!(try destinations().allow(address([127, 0, 0, 1], 80), .tcp)))
    #expect(try destinations("*:*").allow(address([127, 0, 0, 1], 80), .tcp))
  }

  @Test("An IPv4 address in its IPv6 form is that IPv4 address")
  func mapped() throws {
    let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 0, 0, 1]
    #expect(try destinations("10.0.0.1:80").allow(address(mapped, 80), .tcp))
    #expect(!(try destinations("10.0.0.2:80").allow(address(mapped, 80), .tcp)))
  }

  @Test("A name grants its addresses once it was resolved, at its port, and no other name's")
  func names() throws {
    var some = try destinations("db:5432", "cache:6379")
    #expect(!some.allow(address([10, 0, 0, 1], 5432), .tcp))
    #expect(some.allowLookup(of: "DB."))
    #expect(!some.allowLookup(of: "elsewhere"))
    _ = some.didResolve("DB.", to: [[10, 0, 0, 1]])
    _ = some.didResolve("elsewhere", to: [[10, 0, 0, 2]])
    #expect(some.allow(address([10, 0, 0, 1], 5432), .tcp))
    #expect(!some.allow(address([10, 0, 0, 1], 6379), .tcp))
    #expect(!some.allow(address([10, 0, 0, 2], 5432), .tcp))
    #expect(try destinations("*:443").allowLookup(of: "elsewhere"))
    #expect(!(try destinations("10.0.0.1:*").allowLookup(of: "elsewhere")))
  }

  @Test("Of a name's addresses the latest are remembered")
  func bounded() throws {
    var some = try destinations("db:80")
    for number in 0..<200 as Range<UInt8> { _ = some.didResolve("db", to: [[10, 0, 0, number]]) }
    #expect(some.allow(address([10, 0, 0, 199], 80), .tcp))
    #expect(some.allow(address([10, 0, 0, 136], 80), .tcp))
    #expect(!some.allow(address([10, 0, 0, 135], 80), .tcp))
  }

  @Test("A grant for TCP is none for datagrams, nor the other way round")
  func transports() throws {
    let some = try destinations("10.0.0.1:80", "10.0.0.2:53/udp", "*:*")
    #expect(!some.allow(address([10, 0, 0, 1], 80), .udp))
    #expect(some.allow(address([10, 0, 0, 2], 53), .udp))
    #expect(!some.allow(address([10, 0, 0, 3], 53), .udp))
    #expect(!(try destinations("*:*/udp").allow(address([10, 0, 0, 1], 80), .tcp)))
    #expect(ConnectGrants.Grant("db:5/udp")?.description == "db:5/udp")
  }

  @Test(
    "A granted name does not lead to this machine or its link, unless the name or a number says so")
  func localAddresses() throws {
    let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    let translated: [UInt8] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
    let zeros = [UInt8](repeating: 0, count: 15)
    let local: [[UInt8]] = [
      [127, 0, 0, 1], [127, 1, 2, 3], [0, 0, 0, 0], [169, 254, 169, 254], mapped + [127, 0, 0, 1],
      mapped + [169, 254, 0, 1], translated + [127, 0, 0, 1], zeros + [0], zeros + [1],
      [0xfe, 0x80] + [UInt8](repeating: 1, count: 14),
    ]
    for host in local {
      var some = try destinations("db:80")
      #expect(some.didResolve("db", to: [host, [10, 0, 0, 1]]).count == 1, "\(host)")
      #expect(!some.allow(address(host, 80), .tcp), "\(host)")
      #expect(some.allow(address([10, 0, 0, 1], 80), .tcp))
    }
    var said = try destinations("localhost:80", "app.localhost:80", "db:81", "127.0.0.1:81")
    #expect(said.didResolve("LOCALHOST.", to: [[127, 0, 0, 1]]).isEmpty)
    #expect(said.allow(address([127, 0, 0, 1], 80), .tcp))
    #expect(said.didResolve("db", to: [[127, 0, 0, 1]]).count == 1)
    #expect(said.allow(address([127, 0, 0, 1], 81), .tcp))
  }
}
