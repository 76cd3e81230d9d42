import Glibc
import GuestABI

// Functions for any descriptor: standard input, output and error, and sockets. There are no files.

extension Descriptor {
  var fileType: FileType {
    switch kind {
    case .stream: return .socketStream
    case .datagram: return .socketDatagram
    case .scoreboard: return .regularFile
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

  fileprivate var rights: UInt64 {
    let common = Rights.setFlags | Rights.poll
    return switch kind {
    case .empty, .input: Rights.read | common
    case .output: Rights.write | common
    default: Rights.read | Rights.write | Rights.shutdown | Rights.accept | common
    }
  }
}

extension Instance {
  func fdClose(_ fd: UInt32) throws(Errno) {
    poller.setListenerAside(try descriptors.lookup(fd))
    try descriptors.remove(fd)
  }

  func fdFdstatGet(_ fd: UInt32, status: UInt32) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    let memory = memory
    let result = try memory.slot(for: DescriptorStatus.self, at: status)
    var record = DescriptorStatus()
    record.fileType = entry.pointee.fileType.rawValue
    record.flags = UInt16(
      entry.pointee.state.contains(.nonBlocking) ? DescriptorFlags.nonBlock : 0)
    record.rights = entry.pointee.rights
    result.record = record
  }

  func fdFdstatSetFlags(_ fd: UInt32, flags: UInt32) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    // The other flags (APPEND, DSYNC, RSYNC and SYNC) are for files.
    guard flags & ~DescriptorFlags.nonBlock == 0 else { throw .inval }
    if flags & DescriptorFlags.nonBlock != 0 {
      entry.pointee.state.insert(.nonBlocking)
    } else {
      entry.pointee.state.remove(.nonBlocking)
    }
  }

  func fdFilestatGet(_ fd: UInt32, status: UInt32) throws(Errno) {
    var record = FileStatus()
    record.fileType = try descriptors.lookup(fd).pointee.fileType.rawValue
    try memory.write(record, at: status)
  }

  func fdSeek(_ fd: UInt32) throws(Errno) {
    _ = try descriptors.lookup(fd)
    throw .spipe
  }

  func fdRead(
    _ fd: UInt32, vectors address: UInt32, count: UInt32, read: UInt32
  ) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    try vectors.gather(address, count: count, in: memory)
    let memory = memory
    let result = try memory.slot(for: UInt32.self, at: read)
    let bytes: Int
    switch entry.pointee.kind {
    case .empty: bytes = 0
    case .input:
      bytes = try standard(entry, .input) { readv($0, vectors.pointer, vectors.remaining) }
    // Standard output may be a terminal or a socket, from which this process could read.
    case .output: throw .badf
    case .scoreboard: throw .spipe
    case .free, .stream, .datagram: bytes = try receive(entry, flags: 0).bytes
    }
    result.record = UInt32(truncatingIfNeeded: bytes)
  }

  func fdWrite(
    _ fd: UInt32, vectors address: UInt32, count: UInt32, written: UInt32
  ) throws(Errno) {
    let entry = try descriptors.lookup(fd)
    try vectors.gather(address, count: count, in: memory)
    let memory = memory
    let result = try memory.slot(for: UInt32.self, at: written)
    let bytes: Int
    switch entry.pointee.kind {
    case .empty, .input: throw .badf
    case .scoreboard: throw .spipe
    case .free, .stream, .datagram:
      defer { if entry.pointee.needsWatchForRoom { poller.add(fd) } }
      bytes = try send(entry)
    case .output:
      // The process ignores SIGPIPE: without a reader the call fails with EPIPE. All instances and the host
      // share the streams. So that no line is interrupted by another writer's, only whole lines are written at
      // once, and no more than a pipe takes atomically (pipe(7)). (A pipe that is ready takes that much without
      // waiting for its reader.)
      vectors.shorten(toLinesIn: Int(PIPE_BUF))
      bytes = try standard(entry, .output) { writev($0, vectors.pointer, vectors.remaining) }
    }
    result.record = UInt32(truncatingIfNeeded: bytes)
  }

  /// Reads or writes a standard stream. It is whatever this process was given: perhaps non-blocking, perhaps
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
        // The wait is not left to the call: the end of the instance could not interrupt that.
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
