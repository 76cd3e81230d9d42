import Testing

@testable import WasmHost

/// sock_getaddrinfo: which names, and the layout of what it fills in.
struct NameLookupTests {
  private static let node: UInt32 = 0x1000
  private static let service: UInt32 = 0x1200
  private static let hints: UInt32 = 0x1400
  private static let list: UInt32 = 0x1500
  private static let count: UInt32 = 0x1504
  private static let records: UInt32 = 0x2000

  private func guest(_ grants: String...) throws -> Guest {
    let grants = try grants.map { try #require(ConnectGrants.Grant($0)) }
    return try Guest { $0.connectGrants = ConnectGrants(grants) }
  }

  /// What a record has and points to, as far as it was given room.
  private struct Record: Equatable {
    var flags: UInt16 = 0
    var family: UInt8
    var type: UInt8 = 2
    var transport: UInt8 = 1
    var length: UInt32
    var addressFamily: UInt8
    var data: [UInt8]
    var name = ""
  }

  /// Writes the hints and a list of records, each with room.
  private func prepare(
    _ guest: Guest, flags: UInt16 = 0, family: UInt8 = 0, type: UInt8 = 2, transport: UInt8 = 0,
    room: UInt32 = 26, nameRoom: UInt32 = 64, records: UInt32 = 8
  ) throws {
    try guest.write([UInt8](repeating: 0, count: 28), at: Self.hints)
    try guest.memory.write(flags, at: Self.hints)
    try guest.write([family, type, transport], at: Self.hints + 2)
    try guest.store(Self.records, at: Self.list)
    for place in 0..<records {
      let record = Self.records + place * 256
      try guest.write([UInt8](repeating: 0, count: 256), at: record)
      try guest.store(record + 32, at: record + 12)
      try guest.store(record + 128, at: record + 16)
      try guest.store(nameRoom, at: record + 20)
      try guest.store(place + 1 < records ? record + 256 : 0, at: record + 24)
      try guest.store(room, at: record + 36)
      try guest.store(record + 64, at: record + 40)
    }
  }

  private func call(
    _ guest: Guest, _ node: String, _ service: String = "80", records: UInt32 = 8
  ) throws -> Errno? {
    try guest.write(bytes(node), at: Self.node)
    try guest.write(bytes(service), at: Self.service)
    return try guest.call(
      "sock_getaddrinfo", Self.node, UInt32(node.utf8.count), Self.service,
      UInt32(service.utf8.count), Self.hints, Self.list, records, Self.count)
  }

  private func answers(_ guest: Guest) throws -> [Record] {
    try (0..<(try guest.load(Self.count))).map { place in
      let record = Self.records + place * 256
      let start = try guest.read(record, 5)
      return Record(
        flags: try guest.memory.read(UInt16.self, at: record), family: start[2], type: start[3],
        transport: start[4], length: try guest.load(record + 8),
        addressFamily: try guest.read(record + 32, 1)[0],
        data: try guest.read(record + 64, Int(try guest.load(record + 36))),
        name: String(
          decoding: try guest.read(record + 128, Int(try guest.load(record + 20))), as: UTF8.self))
    }
  }

  private static let inet4 = Record(
    family: 1, length: 16, addressFamily: 1,
    data: [0, 80, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8))
  private static let inet6 = Record(
    family: 2, length: 28, addressFamily: 2,
    data: [0, 80] + [UInt8](repeating: 0, count: 19) + [1] + [0, 0, 0, 0])

  @Test("An address in numbers needs no grant: it asks nobody")
  func numeric() throws {
    let guest = try guest()
    try prepare(guest)
    #expect(try call(guest, "127.0.0.1") == .success)
    #expect(try answers(guest) == [Self.inet4])
    try prepare(guest)
    #expect(try call(guest, "::1") == .success)
    #expect(try answers(guest) == [Self.inet6])
    // With the NUL of a C string.
    try prepare(guest)
    #expect(try call(guest, "127.0.0.1\0", "80\0") == .success)
    #expect(try answers(guest) == [Self.inet4])
  }

  @Test("Type and protocol as the hints ask; without, one answer for each")
  func types() throws {
    let guest = try guest()
    try prepare(guest, type: 1)
    #expect(try call(guest, "127.0.0.1") == .success)
    #expect(try answers(guest).map { [$0.type, $0.transport] } == [[1, 2]])
    try prepare(guest, type: 0)
    #expect(try call(guest, "127.0.0.1") == .success)
    #expect(Set(try answers(guest).map { [$0.type, $0.transport] }) == [[1, 2], [2, 1]])
    try prepare(guest, type: 0)
    #expect(try call(guest, "127.0.0.1", records: 1) == .success)
    #expect(try answers(guest).count == 1)
  }

  @Test("Without a node it is the wildcard to bind, or loopback to connect to")
  func noNode() throws {
    let guest = try guest()
    try prepare(guest, flags: 1, family: 1)
    #expect(try call(guest, "") == .success)
    #expect(try answers(guest).map { Array($0.data[2..<6]) } == [[0, 0, 0, 0]])
    try prepare(guest, family: 1)
    #expect(try call(guest, "") == .success)
    #expect(try answers(guest) == [Self.inet4])
  }

  @Test("A name that was not granted is NOTCAPABLE, and one line in the log")
  func refused() throws {
    let log = CapturedLog()
    let guest = try Guest { $0.logger = log.logger }
    for _ in 0..<2 {
      try prepare(guest)
      #expect(try call(guest, "localhost") == .notcapable)
    }
    #expect(
      log.lines == [
        "refused: the guest was not granted this address "
          + "address=localhost call=sock_getaddrinfo granted=nothing"
      ])
    // Here the guest itself asks for nothing but numbers.
    try prepare(guest, flags: 4)
    #expect(try call(guest, "localhost") == .ainoname)
    let granted = try self.guest("db:*", "127.0.0.1:*")
    try prepare(granted)
    #expect(try call(granted, "localhost") == .notcapable)
  }

  @Test(
    "A granted name is looked up, and what it means can be connected to",
    arguments: ["localhost", "LOCALHOST"])
  func granted(spelling: String) throws {
    let probe = try Guest()
    let port = try probe.listen().port
    let guest = try guest("localhost:\(port)")
    let fd = try guest.open()
    func connect(port: UInt16) throws -> Errno? {
      try guest.call("sock_connect", fd, try guest.address([127, 0, 0, 1]), UInt32(port))
    }
    #expect(try connect(port: port) == .notcapable)
    try prepare(guest, family: 1)
    #expect(try call(guest, spelling) == .success)
    #expect(try answers(guest).contains(Self.inet4))
    #expect(try connect(port: port ^ 1) == .notcapable)
    #expect(try connect(port: port) == .success)
  }

  @Test("The canonical name, when asked for, with its NUL")
  func canonicalName() throws {
    let guest = try guest()
    try prepare(guest, flags: 2)
    #expect(try call(guest, "127.0.0.1") == .success)
    #expect(try answers(guest).map(\.name) == ["127.0.0.1"])
    #expect(try guest.read(Self.records + 128 + 9, 1) == [0])
    #expect(try answers(guest).map(\.flags) == [2])
    try prepare(guest, flags: 2, nameRoom: 9)
    #expect(try call(guest, "127.0.0.1") == .aimemory)
  }

  @Test("An address that finds too little room is left out")
  func littleRoom() throws {
    let guest = try guest()
    try prepare(guest, room: 14)
    #expect(try call(guest, "127.0.0.1") == .success)
    try prepare(guest, room: 14)
    #expect(try call(guest, "::1") == .aimemory)
    try prepare(guest, room: 13)
    #expect(try call(guest, "127.0.0.1") == .aimemory)
    #expect(try guest.read(Self.records + 64, 14) == [UInt8](repeating: 0, count: 14))
  }

  @Test("What the ABI has no word for")
  func invalid() throws {
    let guest = try guest("*:*")
    try prepare(guest)
    #expect(try call(guest, "", "") == .ainoname)
    #expect(try call(guest, "127.0.0.1", records: 0) == .aimemory)
    for name in ["a\0b", "a b", "a\n", "д", "\u{9b}"] {
      #expect(try call(guest, name) == .ainoname, "\(name.debugDescription)")
    }
    #expect(try call(guest, String(repeating: "a", count: 257)) == .ainoname)
    #expect(try call(guest, "127.0.0.1", "no-such-service") == .aiservice)
    try prepare(guest, flags: 1 << 7)
    #expect(try call(guest, "127.0.0.1") == .aibadflag)
    try prepare(guest, flags: 2)
    #expect(try call(guest, "") == .aibadflag)
    try prepare(guest, family: 3)
    #expect(try call(guest, "127.0.0.1") == .aifamily)
    try prepare(guest, type: 3)
    #expect(try call(guest, "127.0.0.1") == .nosys)
    try prepare(guest, transport: 3)
    #expect(try call(guest, "127.0.0.1") == .nosys)
    try prepare(guest, family: 2)
    #expect(try call(guest, "127.0.0.1") == .aiaddrfamily)
  }

  @Test("Whatever pointers are in the list, the answer is an errno")
  func badPointers() throws {
    let guest = try guest()
    let odd: [UInt32] = [1, 0x1001, 0xf_fff0, 0x10_0000, 0x7fff_ffff, 0xffff_fffc, 0xffff_ffff]
    for place in [12, 16, 20] as [UInt32] {
      for value in odd {
        try prepare(guest, flags: 2)
        try guest.store(value, at: Self.records + place)
        let result = try call(guest, "127.0.0.1")
        // A name has no alignment, and may have all the room there is.
        #expect([.fault, .inval, .aimemory, .success].contains(result), "\(place) \(value)")
        if value > 0x10_0000 { #expect(result == .fault, "\(place) \(value)") }
      }
    }
    for (offset, values) in [(36, [0x10_0000, 0xffff_ffff]), (40, odd.suffix(4))]
      as [(UInt32, [UInt32])]
    {
      for value in values {
        try prepare(guest)
        try guest.store(value, at: Self.records + offset)
        #expect(try call(guest, "127.0.0.1") == .fault, "\(offset) \(value)")
      }
    }
    // The second record, where there is a second answer.
    try prepare(guest, type: 0)
    try guest.store(0xffff_fff0, at: Self.records + 24)
    #expect(try call(guest, "127.0.0.1") == .fault)
    // A list that is a ring is as good as a longer one.
    try prepare(guest, type: 0)
    try guest.store(Self.records, at: Self.records + 24)
    #expect(try call(guest, "127.0.0.1") == .success)
  }

  @Test("Each pointer of the call is checked")
  func badArguments() throws {
    let guest = try guest()
    try prepare(guest)
    try guest.write(bytes("127.0.0.1"), at: Self.node)
    let good = [Self.node, 9, Self.service, 0, Self.hints, Self.list, 8, Self.count]
    func result(_ place: Int, _ value: UInt32) throws -> Errno? {
      var arguments = good
      arguments[place] = value
      return try guest.instance.call("sock_getaddrinfo", list: arguments)
        .flatMap { Errno(rawValue: UInt16($0)) }
    }
    #expect(try result(6, 8) == .success)
    for place in [0, 1, 3, 4, 5, 7] { #expect(try result(place, 0xffff_fffc) == .fault) }
    for place in [4, 5, 7] { #expect(try result(place, good[place] + 1) == .inval, "misaligned") }
    #expect(try result(6, 0xffff_ffff) == .success, "no list is that long, and no more is read")
  }
}
