import Testing

@testable import WasmHost

/// The pages that instances of a service share.
struct BoardTests {
  private static let board: UInt32 = 3

  private func guest(_ board: Board?) throws -> Guest { try Guest { $0.board = board } }

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

  private let alive: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
  private let dead: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]

  @Test("Each instance writes a page of its own, which all of them read")
  func pages() throws {
    let board = Board()
    let (first, second) = (try guest(board), try guest(board))
    #expect(try write(first, "one", at: 8) == .success)
    #expect(try write(second, "two", at: 8) == .success)
    for reader in [first, second] {
      #expect(try read(reader, 11, at: 4096) == alive + bytes("one"))
      #expect(try read(reader, 11, at: 8192) == alive + bytes("two"))
      #expect(try read(reader, 11, at: 12288) == [])
    }
    #expect(try read(second, 3, at: 8) == bytes("two"))
  }

  @Test("What an instance leaves is for its successor, and marked meanwhile")
  func succession() throws {
    let board = Board()
    var first: Guest? = try guest(board)
    let second = try guest(board)
    #expect(try write(#require(first), "left", at: 8) == .success)
    first = nil
    #expect(try read(second, 12, at: 4096) == dead + bytes("left"))
    let third = try guest(board)
    #expect(try read(third, 12, at: 0) == alive + bytes("left"))
    #expect(try read(third, 1, at: 12288) == [])
  }

  @Test("The host's word and the neighbours' pages are not to be written")
  func limits() throws {
    let guest = try guest(Board())
    #expect(try write(guest, "x", at: 0) == .inval)
    #expect(try write(guest, "x", at: 7) == .inval)
    #expect(try write(guest, "x", at: 4096) == .inval)
    #expect(try write(guest, "xy", at: 4095) == .inval)
    #expect(try write(guest, "x", at: .max) == .inval)
    #expect(try write(guest, "x", at: 4095) == .success)
    #expect(try read(guest, 1, at: .max) == [])
  }

  @Test("Without a board there is no such descriptor, and others have no places")
  func absent() throws {
    let guest = try guest(nil)
    #expect(try write(guest, "x", at: 8) == .badf)
    try guest.vector(at: 64, to: 1024, count: 1)
    #expect(try guest.call("fd_pwrite", 1, 64, 1, 8, 128) == .spipe)
    #expect(try guest.call("fd_pread", try guest.open(), 64, 1, 8, 128) == .spipe)
  }
}
