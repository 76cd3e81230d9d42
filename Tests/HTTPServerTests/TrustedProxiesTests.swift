import Memory
import Sockets
import Testing

@testable import HTTPCodec
@testable import HTTPServer
@testable import ScriptedNetwork

/// Who a request is from, when proxies stand between.
struct TrustedProxiesTests {
  /// The client's address as the log would have it; nil when the peer's word does not count.
  private func client(
    _ fields: [String], from peer: [UInt8] = [10, 0, 0, 1], trusting list: String = "10.0.0.0/8",
    in header: String = "X-Forwarded-For"
  ) throws -> String? {
    let proxies = try trustedProxies(list)
    proxies.header = ImmortalOctets(keeping: header)
    let section = Array((fields.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
    var octets = AddressOctets()
    for (place, octet) in peer.enumerated() { octets[place] = octet }
    let address = SocketAddress(octets: octets, isIPv6: peer.count == 16, port: 1)
    guard let client = proxies.client(of: Fields(section: section.span), from: address) else {
      return nil
    }
    var text = OctetBuffer(limit: 64)
    text.append(address: client)
    return text.octets.text
  }

  @Test("The word of a peer that is no proxy of ours does not count")
  func stranger() throws {
    let fields = ["X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7"]
    #expect(try client(fields, from: [192, 0, 2, 1]) == nil)
    #expect(try client(fields, trusting: "") == nil)
    #expect(try client(fields, trusting: "10.0.0.2, 10.0.1.0/24") == nil)
    #expect(try client(fields, trusting: "192.0.2.1 ,10.0.0.1") == "203.0.113.7")
  }

  @Test("A proxy of ours that a dual-stack socket tells of is one of ours")
  func dualStack() throws {
    let peer: [UInt8] = Array(repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1]
    #expect(try client(["X-Forwarded-For: 203.0.113.7"], from: peer) == "203.0.113.7")
  }

  @Test(
    "The client is the last address that is not a proxy's",
    arguments: [
      (["X-Forwarded-For: 203.0.113.7"], "203.0.113.7"),
      // What a client has written itself stands first, and does not count.
      (["X-Forwarded-For: 1.1.1.1, 203.0.113.7"], "203.0.113.7"),
      (["X-Forwarded-For: 1.1.1.1, 203.0.113.7, 10.0.0.9,10.2.0.9"], "203.0.113.7"),
      (["X-Forwarded-For: 10.9.9.9, 203.0.113.7, 10.0.0.9"], "203.0.113.7"),
      // All of them ours: the first has asked.
      (["X-Forwarded-For: 10.0.0.8, 10.0.0.9"], "10.0.0.8"),
      // Over several lines, which are one list (RFC 9110 5.3).
      (["X-Forwarded-For: 1.1.1.1", "A: b", "x-forwarded-for: 203.0.113.7"], "203.0.113.7"),
      (["X-Forwarded-For: 203.0.113.7", "X-Forwarded-For: 10.0.0.9"], "203.0.113.7"),
      // What stands before something that says nothing may be invented.
      (["X-Forwarded-For: 1.1.1.1, unknown, 10.0.0.9"], "10.0.0.9"),
      (["X-Forwarded-For: 203.0.113.7, unknown"], nil),
      (["X-Forwarded-For: , ,"], nil), (["X-Forwarded-For:"], nil), (["A: b"], nil),
      (["X-Forwarded-For: 203.0.113.7:4711"], "203.0.113.7"),
      (["X-Forwarded-For: 2001:db8::7"], "2001:db8::7"),
      (["X-Forwarded-For: [2001:db8::7]:80"], "2001:db8::7"),
      (["X-Forwarded-For: ::ffff:203.0.113.7, ::ffff:10.0.0.9"], "203.0.113.7"),
      (["X-Forwarded-For: evil\\n, 203.0.113.7"], "203.0.113.7"),
      (["X-Forwarded-For: 203.0.113.7:"], nil), (["X-Forwarded-For: 203.0.113.7:80 x"], nil),
      (["X-Forwarded-For: [2001:db8::7]x"], nil), (["X-Forwarded-For: [2001:db8::7]:"], nil),
      (["Forwarded: for=203.0.113.7", "X-Real-IP: 203.0.113.7"], nil),
      (["Forwarded: for=1.1.1.1", "X-Forwarded-For: 203.0.113.7"], "203.0.113.7"),
    ] as [([String], String?)])
  func forwardedFor(fields: [String], expected: String?) throws {
    #expect(try client(fields) == expected)
  }

  @Test(
    "Forwarded says the same where it is the header that is believed",
    arguments: [
      (["Forwarded: for=203.0.113.7"], "203.0.113.7"),
      (["Forwarded: proto=https;For=\"203.0.113.7:4711\" ; by=10.0.0.1"], "203.0.113.7"),
      (["Forwarded: for=1.1.1.1, for=203.0.113.7;proto=http, for=10.0.0.9"], "203.0.113.7"),
      (["Forwarded: for=\"[2001:db8::7]:80\""], "2001:db8::7"),
      (["Forwarded: for=\"203.0.113.7:_port-1.a\""], "203.0.113.7"),
      (["Forwarded: for=203.0.113.7, for=_hidden"], nil), (["Forwarded: by=203.0.113.7"], nil),
      (["Forwarded: for=1.1.1.1, by=10.0.0.9"], nil),
      (["Forwarded: ;;for=203.0.113.7;"], "203.0.113.7"), (["Forwarded: , ;"], nil),
      (["Forwarded: for=1.1.1.1", "A: b", "forwarded: for=203.0.113.7"], "203.0.113.7"),
      (["Forwarded: for=203.0.113.7", "Forwarded: for=10.0.0.9"], "203.0.113.7"),
      (["Forwarded: for=\"203.0.113.\\7\""], "203.0.113.7"),
      (["Forwarded: for=\"\(String(repeating: "\\2", count: 200))\""], nil),
    ] as [([String], String?)])
  func forwarded(fields: [String], expected: String?) throws {
    #expect(try client(fields, in: "Forwarded") == expected)
  }

  @Test(
    "What a client has its proxy quote separates nothing",
    arguments: [
      "evil, for=1.2.3.4", "evil;for=1.2.3.4", "evil,for=1.2.3.4;a=", "a=,for=1.2.3.4,b=",
      "evil\\\", for=1.2.3.4;a=\\\"", "\\\\\\\", for=1.2.3.4",
    ])
  func quoted(host: String) throws {
    for element in ["for=203.0.113.7;host=\"\(host)\"", "host=\"\(host)\";for=203.0.113.7"] {
      #expect(try client(["Forwarded: \(element)"], in: "forwarded") == "203.0.113.7")
      let list = ["Forwarded: for=1.1.1.1, \(element), for=10.0.0.9"]
      #expect(try client(list, in: "forwarded") == "203.0.113.7")
    }
  }

  @Test(
    "A malformed element is refused, and nothing that stands before it counts",
    arguments: [
      // The Host of a client, in a proxy that quotes it without escaping it.
      "for=203.0.113.7;host=\"a\", for=1.2.3.4\"", "for=203.0.113.7;host=\"a\";for=1.2.3.4\"",
      "for=203.0.113.7;host=\"a\";for=1.2.3.4;b=\"\"",
      "for=1.2.3.4;for=1.2.3.4", "for=1.2.3.4 for=1.2.3.4", "for=1.2.3.4 x", "for = 1.2.3.4",
      "for= 1.2.3.4", "for =1.2.3.4", "for=1.2.3.4:80", "for=2001:db8::7", "for=[2001:db8::7]",
      "for=\"1.2.3.4", "for=\"1.2.3.4\\\"", "for=\"1.2.3.4\"x", "for=\"1.2.3.4\"\"\"", "for=\"",
      "for=\"\"", "for=", "for", "=1.2.3.4", "\"for\"=1.2.3.4", "for=1.2.3.4;=", "for=1.2.3.4;a",
      "for=1.2.3.4;a=", "for=1.2.3.4;a=(b)", "for=1.2.3.4;\"", "for=[", "for=\"[\"",
      "for=\"[1.2.3.4]x\"", "for=\"1.2.3.4:\"", "for=\"1.2.3.4:80 \"", "\\", "for=1.2.3.4\\",
    ])
  func malformed(element: String) throws {
    #expect(try client(["Forwarded: for=1.1.1.1, \(element)"], in: "forwarded") == nil)
    #expect(
      try client(["Forwarded: for=1.1.1.1", "Forwarded: \(element)"], in: "forwarded") == nil)
    // What a proxy of ours adds on a line of its own counts.
    let lines = ["Forwarded: for=1.1.1.1, \(element)", "Forwarded: for=203.0.113.7"]
    #expect(try client(lines, in: "forwarded") == "203.0.113.7")
  }

  @Test("Only the header that was named is believed, never another one in its place")
  func named() throws {
    let all = [
      "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.2", "X-Real-IP: 192.0.2.3",
      "CF-Connecting-IP: 2001:db8::4",
    ]
    for (header, expected) in [
      ("x-forwarded-for", "192.0.2.1"), ("FORWARDED", "192.0.2.2"), ("x-real-ip", "192.0.2.3"),
      ("cf-connecting-ip", "2001:db8::4"),
    ] {
      #expect(try client(all, in: header) == expected)
      let others = all.filter { !$0.lowercased().hasPrefix(header.lowercased() + ":") }
      #expect(others.count == 3)
      #expect(try client(others, in: header) == nil)
    }
  }

  @Test("A list has up to 16 addresses and blocks")
  func lists() {
    let sixteen = (1...16).map { "10.0.0.\($0)" }.joined(separator: ",")
    for list in ["", " ", "::1", "10.0.0.0/8, fd00::/8", sixteen, ",,10.0.0.1,"] {
      #expect(TrustedProxies(Array(list.utf8).span) != nil, "\(list)")
    }
    for list in ["10.0.0.0/33", "localhost", "10.0.0.1;10.0.0.2", "*", sixteen + ",10.0.0.17"] {
      #expect(TrustedProxies(Array(list.utf8).span) == nil, "\(list)")
    }
  }

  @Test("A handler gets the client's address, where the routes use it")
  func handler() throws {
    let proxies = try trustedProxies("10.0.0.0/8")
    for isUsed in [true, false] {
      let routes = Routes()
      routes.group("/any").usesClientAddress = isUsed
      routes.get { context, response in
        if let client = context.client { response.write(client) } else { response.write("-") }
      }
      let server = try TestServer(routes: routes) { $0.trustedProxies = proxies }
      for (peer, client): ([UInt8], String) in [
        ([192, 0, 2, 1], "192.0.2.1"), ([10, 0, 0, 1], "203.0.113.7"),
      ] {
        let connection = server.connect(from: peer)
        connection.send(request("GET", "/", ["X-Forwarded-For: 203.0.113.7"]))
        server.run()
        #expect(connection.reply().text == (isUsed ? client : "-"))
      }
    }
  }
}
