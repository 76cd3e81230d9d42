import CLinux
import Glibc
import Testing

@testable import WasmHost

struct GrantTests {
  private func bind(_ grants: [String], _ host: [UInt8], _ port: UInt32) throws -> Errno? {
    let grants = try grants.map { try #require(Grants.Grant($0)) }
    let guest = try Guest { $0.grants = Grants(grants) }
    let fd = try guest.open(family: host.count == 4 ? 1 : 2)
    return try guest.call("sock_bind", fd, try guest.address(host), port)
  }

  @Test("A port that was not granted is NOTCAPABLE")
  func refused() throws {
    #expect(try bind([], [127, 0, 0, 1], 0) == .notcapable)
    #expect(try bind(["0"], [127, 0, 0, 1], 39999) == .notcapable)
    #expect(try bind(["127.0.0.1:0"], [0, 0, 0, 0], 0) == .notcapable)
    #expect(try bind(["[::1]:0"], [127, 0, 0, 1], 0) == .notcapable)
  }

  @Test("A granted one is bound: any address, or the one that was named")
  func granted() throws {
    #expect(try bind(["0"], [0, 0, 0, 0], 0) == .success)
    #expect(try bind(["*:0"], [127, 0, 0, 1], 0) == .success)
    #expect(try bind(["8080", "127.0.0.1:0"], [127, 0, 0, 1], 0) == .success)
    let loopback = [UInt8](repeating: 0, count: 15) + [1]
    #expect(try bind(["[::1]:0"], loopback, 0) == .success)
  }

  @Test("A grant for TCP is none for datagrams, nor the other way round")
  func transports() throws {
    func bind(_ grant: String, type: UInt32) throws -> Errno? {
      let grant = try #require(Grants.Grant(grant))
      let guest = try Guest { $0.grants = Grants([grant]) }
      let fd = try guest.open(type: type)
      return try guest.call("sock_bind", fd, try guest.address([127, 0, 0, 1]), 0)
    }
    let (datagram, stream): (UInt32, UInt32) = (1, 2)
    #expect(try bind("0", type: stream) == .success)
    #expect(try bind("0/tcp", type: stream) == .success)
    #expect(try bind("0", type: datagram) == .notcapable)
    #expect(try bind("127.0.0.1:0/udp", type: datagram) == .success)
    #expect(try bind("*:0/udp", type: stream) == .notcapable)
    #expect(Grants.Grant("53/udp")?.description == "*:53/udp")
    for text in ["53/sctp", "/udp", "53/udp/udp", "53/UDP"] { #expect(Grants.Grant(text) == nil) }
  }

  @Test("A port beyond 65535 or an address of another length is INVAL")
  func invalid() throws {
    #expect(try bind(["0"], [127, 0, 0, 1], 65536) == .inval)
    let guest = try Guest()
    #expect(
      try guest.call("sock_bind", try guest.open(), try guest.address([1, 2, 3, 4, 5]), 0) == .inval
    )
  }

  @Test("Listening without binding would take a port of the kernel's choice: NOTCAPABLE")
  func listening() throws {
    let guest = try Guest()
    #expect(try guest.call("sock_listen", try guest.open(), 10) == .notcapable)
  }

  @Test("A port below 1024 is the system's to give: the guest gets what a native program gets")
  func privilegedPort() throws {
    let (address, port): ([UInt8], UInt16) = ([127, 0, 0, 77], 81)
    let native = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(native >= 0)
    let result = SocketAddress(host: address, port: port)
      .withSocketAddress { Glibc.bind(native, $0, $1) }
    let expected = result == 0 ? Errno.success : Errno.last
    close(native)
    #expect([.success, .acces].contains(expected))
    #expect(try bind(["\(port)"], address, UInt32(port)) == expected)
  }

  @Test("Without --listen the environment names the ports")
  func environment() {
    func ports(_ variables: [InstanceConfiguration.Variable]) -> [String] {
      ServerSettings(variables).grants.grants.map(\.description)
    }
    #expect(ports([]) == ["*:1234"])
    #expect(ports([.init("PORT", "80")]) == ["*:80"])
    #expect(ports([.init("ADMIN_PORT", "9000")]) == ["*:1234", "*:9000"])
    #expect(ports([.init("PORT", "80"), .init("PORT", "81")]) == ["*:81"])
    // What is empty is the server's default.
    #expect(ports([.init("PORT", ""), .init("ADMIN_PORT", "")]) == ["*:1234"])
    #expect(ports([.init("PORT", "x"), .init("ADMIN_PORT", "99999")]) == [])
  }

  @Test(
    "A grant is PORT, HOST:PORT or [HOST]:PORT",
    arguments: [
      ("80", "*:80"), ("*:80", "*:80"), ("10.0.0.1:80", "10.0.0.1:80"), ("[::1]:80", "[::1]:80"),
    ])
  func parsing(text: String, meaning: String) {
    #expect(Grants.Grant(text)?.description == meaning)
  }

  @Test(
    "Anything else is none",
    arguments: [
      "", ":", "x", "65536", "-1", "localhost:80", "1.2.3:80", "::1:80", "[::1]", "1.2.3.4:",
    ])
  func notAGrant(text: String) {
    #expect(Grants.Grant(text) == nil)
  }
}
