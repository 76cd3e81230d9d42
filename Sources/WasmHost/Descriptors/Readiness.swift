import Glibc

/// What a descriptor's entry knows of its readiness, from edges of the epoll set and from the
/// outcome of each call.
///
/// The rules are those of epoll(7), "edge-triggered": readiness stands until a call says EAGAIN,
/// or, on a stream, until a call takes less than it could. Where urgent data has come the latter does
/// not hold: Linux takes the urgent octet out of the stream, and a read ends where it was, with more
/// behind it (tcp(7), "SO_OOBINLINE"). There a short read leaves a doubt, as a full one does.
extension Descriptor {
  /// Whether a read or accept on a non-blocking socket is worth a system call.
  ///
  /// A guest that asks twice without polling in between does get its system call: it may be one
  /// that never polls.
  mutating func mayRead(inPoll poll: UInt32) -> Bool {
    if state.contains(.readable) || !state.contains(.registered) || readRefusal == poll {
      return true
    }
    readRefusal = poll
    return false
  }

  /// The same for a write.
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

  /// Takes over what epoll reported.
  mutating func note(_ edge: Edge) {
    if edge.contains(.input) {
      state.insert([.readable, .newlyReadable])
      state.remove(.readDoubtful)
    }
    if edge.contains(.output) {
      // Room that nobody waited for is no news: nearly every socket has it at all times.
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
  /// Asks the kernel when the answer is in doubt.
  mutating func isStillReadable() -> Bool {
    if state.contains(.readDoubtful) {
      state.remove(.readDoubtful)
      if !isReady(for: POLLIN) { state.remove(.readable) }
    }
    return state.contains(.readable)
  }

  mutating func isStillWritable() -> Bool {
    if state.contains(.writeDoubtful) {
      state.remove(.writeDoubtful)
      if !isReady(for: POLLOUT) { state.remove(.writable) }
    }
    return state.contains(.writable)
  }

  private func isReady(for events: Int32) -> Bool {
    var question = pollfd(fd: hostFD, events: Int16(events), revents: 0)
    // An error (POLLNVAL, EINTR) counts as ready: the call that follows tells the guest.
    return Glibc.poll(&question, 1, 0) != 0
  }
}
