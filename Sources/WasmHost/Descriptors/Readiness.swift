import Glibc

/// A descriptor's readiness, by the edges of the epoll set and the outcome of each call.
///
/// The rules are those of epoll(7), "edge-triggered": a descriptor is ready until a call answers EAGAIN or, on a
/// stream, until a call takes less than it could. The latter is not true once urgent data has come: Linux takes the
/// urgent octet out of the stream, and a read ends where it was although there is more behind it (tcp(7),
/// "SO_OOBINLINE"). Then a short read leaves a doubt, as a full one does.
extension Descriptor {
  /// Whether a read or accept on a non-blocking socket is worth a system call.
  ///
  /// A guest that tries twice without polling in between does get its system call: it may never poll.
  mutating func mayRead(inPoll poll: UInt32) -> Bool {
    if state.contains(.readable) || !state.contains(.registered) || readRefusal == poll {
      return true
    }
    readRefusal = poll
    return false
  }

  /// Whether a write on a non-blocking socket is worth a system call; as `mayRead`.
  mutating func mayWrite(inPoll poll: UInt32) -> Bool {
    if state.contains(.writable) || !state.contains(.registered) || writeRefusal == poll {
      return true
    }
    writeRefusal = poll
    return false
  }

  mutating func didRead(_ count: Int, of wanted: Int) {
    if count == wanted || kind != .stream || state.contains(.hasUrgentMark) {
      state.insert([.readable, .readDoubtful])
    } else if count > 0, !state.contains(.peerClosed) {
      state.subtract([.readable, .readDoubtful])
    }
  }

  mutating func didAccept() {
    state.insert([.readable, .readDoubtful])
  }

  mutating func readWouldBlock() {
    state.subtract([.readable, .readDoubtful])
  }

  mutating func didWrite(_ count: Int, of wanted: Int) {
    if count == wanted {
      state.insert([.writable, .writeDoubtful])
    } else {
      writeWouldBlock()
    }
  }

  mutating func writeWouldBlock() {
    state.subtract([.writable, .writeDoubtful])
    state.insert(.awaitsRoom)
  }

  /// Whether there is something to read, as far as is known, or a drain to be told of.
  var isReadyForReading: Bool { !state.isDisjoint(with: [.readable, .drainUnreported]) }

  /// Whether there may be something to tell the guest; false for nearly all that have been read to their end.
  var mayBeReported: Bool { isReadyForReading || writeHint != .max }

  /// Whether the epoll set must report room, and does not yet.
  var needsWatchForRoom: Bool {
    state.contains(.awaitsRoom) && !state.contains(.watchedForRoom)
  }

  /// Notes what epoll has reported.
  mutating func note(_ edge: Edge) {
    if edge.contains(.input) {
      state.insert([.readable, .newlyReadable])
      state.remove(.readDoubtful)
    }
    if edge.contains(.output) {
      // Only a socket that waited for room is newly writable: nearly all others have room at all times.
      if state.contains(.awaitsRoom) { state.insert(.newlyWritable) }
      state.insert(.writable)
      state.subtract([.writeDoubtful, .awaitsRoom])
    }
    if edge.contains(.peerClosed) { state.insert(.peerClosed) }
    if edge.contains(.hungUp) { state.insert(.hungUp) }
    if edge.contains(.urgent) { state.insert(.hasUrgentMark) }
  }
}

// MARK: Doubts

extension Descriptor {
  /// Whether the descriptor is readable. The kernel is asked when that is in doubt.
  mutating func isStillReadable() -> Bool {
    if state.contains(.readDoubtful) {
      state.remove(.readDoubtful)
      if !isReady(for: POLLIN) { state.remove(.readable) }
    }
    return state.contains(.readable)
  }

  /// Whether the descriptor is writable. The kernel is asked when that is in doubt.
  mutating func isStillWritable() -> Bool {
    if state.contains(.writeDoubtful) {
      state.remove(.writeDoubtful)
      if !isReady(for: POLLOUT) { writeWouldBlock() }
    }
    return state.contains(.writable)
  }

  @inline(never)
  private func isReady(for events: Int32) -> Bool {
    var question = pollfd(fd: hostFD, events: Int16(events), revents: 0)
    // An error (POLLNVAL, EINTR) counts as ready: the call that follows tells the guest.
    return Glibc.poll(&question, 1, 0) != 0
  }
}
