import Glibc

// Functions of any descriptor: standard input, output and error, and sockets. There are no files.

extension HostFunction {
  static let descriptors = [
    HostFunction("fd_read", .i32, .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.fdRead(
          arguments[0], vectors: arguments[1], count: arguments[2], read: arguments[3])
      }
    },
    HostFunction("fd_write", .i32, .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.fdWrite(
          arguments[0], vectors: arguments[1], count: arguments[2], written: arguments[3])
      }
    },
    HostFunction("fd_close", .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.descriptors.remove(arguments[0])
      }
    },
    HostFunction("fd_fdstat_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        try instance.fdstat(arguments[0], to: arguments[1])
      }
    },
    HostFunction("fd_fdstat_set_flags", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let entry = try instance.descriptors.lookup(arguments[0])
        // APPEND, DSYNC, RSYNC and SYNC are a file's flags.
        guard arguments[1] & ~FDFlags.nonBlock == 0 else { throw .inval }
        if arguments[1] & FDFlags.nonBlock != 0 {
          entry.pointee.state.insert(.nonBlocking)
        } else {
          entry.pointee.state.remove(.nonBlocking)
        }
      }
    },
    HostFunction("fd_filestat_get", .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        let type = try instance.descriptors.lookup(arguments[0]).pointee.fileType
        let record = try instance.memory.pointer(arguments[1], count: 64, align: 8)
        record.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
        record.storeBytes(of: type.rawValue, toByteOffset: 16, as: UInt8.self)
      }
    },
    HostFunction("fd_seek", .i32, .i64, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (instance, arguments) throws(Errno) in
        _ = try instance.descriptors.lookup(arguments[0])
        throw .spipe
      }
    },
    HostFunction("fd_prestat_get", .i32, .i32) { environment, caller, values, _ in
      // No preopened directories: what ends wasi-libc's search for them.
      answer(environment, caller, values) { (_, _) throws(Errno) in throw .badf }
    },
    HostFunction("fd_prestat_dir_name", .i32, .i32, .i32) { environment, caller, values, _ in
      answer(environment, caller, values) { (_, _) throws(Errno) in throw .badf }
    },
  ]
}

enum FDFlags {
  static let nonBlock: UInt32 = 4
}

extension Descriptor {
  /// preview1's `filetype`.
  enum FileType: UInt8 {
    case unknown = 0
    case characterDevice = 2
    case regularFile = 4
    case socketDatagram = 5
    case socketStream = 6
  }

  var fileType: FileType {
    switch kind {
    case .stream: return .socketStream
    case .datagram: return .socketDatagram
    case .board: return .regularFile
    case .empty: return .characterDevice
    case .free, .input, .output:
      var status = stat()
      guard fstat(hostFD, &status) == 0 else { return .unknown }
      switch status.st_mode & S_IFMT {
      case S_IFCHR: return .characterDevice
      case S_IFREG: return .regularFile
      default: return .unknown
      }
    }
  }

  /// preview1's `rights`: advisory, and what wasi-libc's isatty() and fcntl() go by.
  fileprivate var rights: UInt64 {
    let (read, setFlags, write, poll): (UInt64, UInt64, UInt64, UInt64) =
      (1 << 1, 1 << 3, 1 << 6, 1 << 27)
    let (shutdown, accept): (UInt64, UInt64) = (1 << 28, 1 << 29)
    return switch kind {
    case .empty, .input: read | setFlags | poll
    case .output: write | setFlags | poll
    default: read | write | setFlags | poll | shutdown | accept
    }
  }
}

extension Instance {
  /// The record of 24 bytes: filetype @0, flags u16 @2, rights u64 @8 and @16.
  fileprivate func fdstat(_ fd: UInt32, to address: UInt32) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    let record = try memory.pointer(address, count: 24, align: 8)
    let flags = entry.pointee.state.contains(.nonBlocking) ? FDFlags.nonBlock : 0
    record.storeBytes(of: UInt64(entry.pointee.fileType.rawValue), as: UInt64.self)
    record.storeBytes(of: UInt16(flags), toByteOffset: 2, as: UInt16.self)
    record.storeBytes(of: entry.pointee.rights, toByteOffset: 8, as: UInt64.self)
    record.storeBytes(of: 0, toByteOffset: 16, as: UInt64.self)
  }

  fileprivate func fdRead(
    _ fd: UInt32, vectors address: UInt32, count: UInt32, read: UInt32
  ) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    try vectors.gather(address, count: count, in: memory)
    _ = try memory.pointer(read, count: 4, align: 4)
    let bytes: Int
    switch entry.pointee.kind {
    case .empty: bytes = 0
    case .input:
      bytes = try standard(entry, .input) { readv($0, vectors.pointer, vectors.remaining) }
    // It may be a terminal, or a socket: this process could read it.
    case .output: throw .badf
    case .board: throw .spipe
    case .free, .stream, .datagram: bytes = try receive(entry, flags: 0).bytes
    }
    try memory.store(UInt32(truncatingIfNeeded: bytes), at: read)
  }

  fileprivate func fdWrite(
    _ fd: UInt32, vectors address: UInt32, count: UInt32, written: UInt32
  ) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    try vectors.gather(address, count: count, in: memory)
    _ = try memory.pointer(written, count: 4, align: 4)
    let bytes: Int
    switch entry.pointee.kind {
    case .empty, .input: throw .badf
    case .board: throw .spipe
    case .free, .stream, .datagram: bytes = try send(entry)
    case .output:
      // The process ignores SIGPIPE: a reader that has gone is an errno, PIPE.
      // All instances have the same streams, and this host too: so that no line is torn by another's,
      // only whole ones go out at once, and of them no more than a pipe takes in one piece (pipe(7)).
      // (That much does not wait for a reader of a pipe that is ready either.)
      vectors.shorten(toLinesIn: Int(PIPE_BUF))
      bytes = try standard(entry, .output) { writev($0, vectors.pointer, vectors.remaining) }
    }
    try memory.store(UInt32(truncatingIfNeeded: bytes), at: written)
  }

  /// Standard input and output are whatever this process was given: perhaps non-blocking, perhaps
  /// shared.
  private func standard(
    _ entry: UnsafeMutablePointer<Descriptor>, _ direction: Direction, _ call: (Int32) -> Int
  ) throws(Errno) -> Int {
    entry.pointee.state.insert(
      direction == .input ? [.readable, .readDoubtful] : [.writable, .writeDoubtful])
    while true {
      if entry.pointee.state.contains(.nonBlocking) {
        let events = Int16(direction == .input ? POLLIN : POLLOUT)
        var question = pollfd(fd: entry.pointee.hostFD, events: events, revents: 0)
        if Glibc.poll(&question, 1, 0) == 0 { throw .again }
      } else {
        // Not in the call, which the end of the instance would not end.
        try wait(for: direction, on: entry.pointee.hostFD)
      }
      let bytes = call(entry.pointee.hostFD)
      if bytes >= 0 { return bytes }
      if errno == EAGAIN {
        if entry.pointee.state.contains(.nonBlocking) { throw .again }
      } else if errno != EINTR {
        throw .last
      }
    }
  }
}
