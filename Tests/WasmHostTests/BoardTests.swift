import Testing

@testable import WasmHost

/// The pages that instances of a service share.
struct ScoreboardTests {
  private static let board: UInt32 = 3

  private func guest(_ board: Scoreboard?) throws -> Guest { try Guest { $0.scoreboard = board } }

  private func write(_ guest: Guest, _ text: String, at offset: UInt32) throws -> Errno? {
    try guest.write(bytes(text), at: 1024)
    try guest.vector(at: 64, to: 1024, count: UInt32(text.utf8.count))
    return try guest.call("fd_pwrite", Self.board, 64, 1, offset, 128)
  }

  private func read(_ guest: Guest, _ count: UInt32, at offset: UInt32) throws -> [UInt8] {
    try guest.vector(at: 64, to: 2048, count: count)
    try #require(
      try guest.call("fd_pread", Self.board, 64, 1, offset, 128) == .success)
    return try guest.read(2048, Int(try guest.load(128)))
  }

  /// A page's words of the host, and what is behind them.
  private func page(
    _ reader: Guest, _ number: UInt32
  ) throws -> (isLive: Bool, computesSince: UInt64, memoryLimit: UInt64, text: [UInt8]) {
    let octets = try read(reader, 28, at: number * 4096)
    let words = (0..<3).map { word in
      octets[word * 8..<word * 8 + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    return (words[0] == 1, words[1], words[2], Array(octets[24...].prefix { $0 != 0 }))
  }

  @Test("Each instance writes a page of its own, which all of them read")
  func pages() throws {
    let board = Scoreboard()
    let (first, second) = (try guest(board), try guest(board))
    #expect(try write(first, "one", at: 24) == .success)
    #expect(try write(second, "two", at: 24) == .success)
    for reader in [first, second] {
      for (number, text) in [(UInt32(1), "one"), (2, "two")] {
        let page = try page(reader, number)
        #expect(page.isLive && page.text == bytes(text))
        #expect(page.memoryLimit == 256 << 20)
      }
      #expect(try read(reader, 11, at: 12288) == [])
    }
    #expect(try read(second, 3, at: 24) == bytes("two"))
  }

  @Test("What an instance leaves is for its successor, and marked meanwhile")
  func succession() throws {
    let board = Scoreboard()
    var first: Guest? = try guest(board)
    let second = try guest(board)
    #expect(try write(#require(first), "left", at: 24) == .success)
    first = nil
    let orphan = try page(second, 1)
    #expect(!orphan.isLive && orphan.computesSince == 0 && orphan.text == bytes("left"))
    let third = try guest(board)
    let own = try page(third, 0)
    #expect(own.isLive && own.text == bytes("left"))
    #expect(try read(third, 1, at: 12288) == [])
  }

  @Test("A page tells since when its instance computes, and nothing while it waits")
  func turns() throws {
    let board = Scoreboard()
    let (worker, reader) = (try guest(board), try guest(board))
    let before = Clock.monotonic.now
    let list = PollList(guest: worker)
    try list.put(.clock(1, 1_000_000, absolute: false), at: 0)
    #expect(try list.poll(count: 1).count == 1)
    let computes = try page(reader, 1).computesSince
    #expect(computes >= before && computes <= Clock.monotonic.now)
  }

  @Test("The host's words and the neighbours' pages are not to be written")
  func limits() throws {
    let guest = try guest(Scoreboard())
    #expect(try write(guest, "x", at: 0) == .inval)
    #expect(try write(guest, "x", at: 23) == .inval)
    #expect(try write(guest, "x", at: 4096) == .inval)
    #expect(try write(guest, "xy", at: 4095) == .inval)
    #expect(try write(guest, "x", at: .max) == .inval)
    #expect(try write(guest, "x", at: 4095) == .success)
    #expect(try read(guest, 1, at: .max) == [])
  }

  @Test("Without a board there is no such descriptor, and others have no places")
  func absent() throws {
    let guest = try guest(nil)
    #expect(try write(guest, "x", at: 24) == .badf)
    try guest.vector(at: 64, to: 1024, count: 1)
    #expect(try guest.call("fd_pwrite", 1, 64, 1, 24, 128) == .spipe)
    #expect(try guest.call("fd_pread", try guest.open(), 64, 1, 24, 128) == .spipe)
  }
}
