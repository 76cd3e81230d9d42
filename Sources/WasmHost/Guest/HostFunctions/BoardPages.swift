// Reading and writing at a place: the board has places, and nothing else does.

extension HostFunction {
  static let board = [
    HostFunction("fd_pread", .i32, .i32, .i32, .i64, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let (board, page) = try instance.board(arguments[0])
        let offset = arguments.i64(3)
        _ = try instance.memory.pointer(arguments[4], count: 4, align: 4)
        let buffer = try instance.firstVector(arguments[1], count: arguments[2])
        let count = try board.read(into: buffer, own: page, at: offset)
        try instance.memory.store(UInt32(count), at: arguments[4])
      }
    },
    HostFunction("fd_pwrite", .i32, .i32, .i32, .i64, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let (board, page) = try instance.board(arguments[0])
        guard let offset = Int(exactly: arguments.i64(3)), offset < Board.pageSize else {
          throw .inval
        }
        _ = try instance.memory.pointer(arguments[4], count: 4, align: 4)
        let bytes = try instance.firstVector(arguments[1], count: arguments[2])
        try board.write(UnsafeRawBufferPointer(bytes), to: page, at: offset)
        try instance.memory.store(UInt32(bytes.count), at: arguments[4])
      }
    },
  ]
}

extension Instance {
  fileprivate func board(_ number: UInt32) throws(Errno) -> (Board, page: Board.Page) {
    let entry = try descriptors.lookup(number)
    guard entry.pointee.kind == .board, let board = configuration.board, let boardPage else {
      throw .spipe
    }
    return (board, boardPage)
  }

  /// As much as one call reads or writes: a call may do less than it is asked to.
  fileprivate func firstVector(
    _ address: UInt32, count: UInt32
  ) throws(Errno) -> UnsafeMutableRawBufferPointer {
    guard 1...Vectors.limit ~= count else { throw .inval }
    let record = try memory.pointer(address, count: 8, align: 4)
    return try memory.bytes(
      record.load(as: UInt32.self), count: record.load(fromByteOffset: 4, as: UInt32.self))
  }
}
