import GuestABI

// Reading and writing at an offset, which only the scoreboard has.

extension Instance {
  func fdPread(
    _ fd: UInt32, vectors: UInt32, count: UInt32, offset: Int64, read: UInt32
  ) throws(Errno) {
    let (board, page) = try scoreboard(fd)
    let memory = memory
    let result = try memory.slot(for: UInt32.self, at: read)
    let buffer = try firstVector(vectors, count: count)
    result.record = UInt32(try board.read(into: buffer, own: page, at: offset))
  }

  func fdPwrite(
    _ fd: UInt32, vectors: UInt32, count: UInt32, offset: Int64, written: UInt32
  ) throws(Errno) {
    let (board, page) = try scoreboard(fd)
    guard let offset = Int(exactly: offset), offset < Scoreboard.pageSize else { throw .inval }
    let memory = memory
    let result = try memory.slot(for: UInt32.self, at: written)
    let bytes = try firstVector(vectors, count: count)
    try board.write(UnsafeRawBufferPointer(bytes), to: page, at: offset)
    result.record = UInt32(bytes.count)
  }

  private func scoreboard(
    _ number: UInt32
  ) throws(Errno) -> (Scoreboard, page: Scoreboard.Page) {
    let entry = try descriptors.lookup(number)
    guard entry.pointee.kind == .scoreboard, let scoreboard = configuration.scoreboard,
      let scoreboardPage
    else { throw .spipe }
    return (scoreboard, scoreboardPage)
  }

  /// The first vector, which is all that one call reads or writes: a call may do less than it is asked to.
  private func firstVector(
    _ address: UInt32, count: UInt32
  ) throws(Errno) -> UnsafeMutableRawBufferPointer {
    guard 1...Vectors.limit ~= count else { throw .inval }
    let vector = try memory.read(Vector.self, at: address)
    return try memory.bytes(vector.buffer, count: vector.count)
  }
}
