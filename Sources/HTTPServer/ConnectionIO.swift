import HTTPCodec
import Sockets

/// Why a connection ends without more ado. It is closed, and no other is touched.
private enum ConnectionLost: Error {
  /// Its socket failed, or all is done.
  case ended
  /// There is none for what it needs.
  case outOfMemory
}

/// What happens to a connection when its socket is ready, or its time is over.
extension EventLoop where Network: ~Copyable {
  /// A client that takes so little of its response in `WRITE_TIMEOUT` is too slow.
  private static var writeProgress: Int { 16_384 }

  @inline(never)
  mutating func canReceive(_ slot: Int) {
    // A second event in one turn, or one that is left over from before the slot's connection wanted
    // none: what there is will be told again.
    if table.connections[slot].isBatched || !table.connections[slot].interest.contains(.read) {
      return
    }
    do throws(ConnectionLost) {
      if table.connections[slot].phase == .lingering { return try discardInput(slot) }
      // Into the common buffer; only what must stay behind octets that wait goes to theirs.
      if table.connections[slot].input.isEmpty {
        received.removeAll()
        guard let count = try receive(slot, into: received.room) else { return }
        received.advance(by: count)
        if table.connections[slot].output.isEmpty {
          if try answerReceived(slot) { return }
        } else {
          try keep(0..<received.count, slot)
        }
      } else {
        guard table.connections[slot].input.reserve(1) else { throw .outOfMemory }
        let room = table.connections[slot].input.room
        guard let count = try receive(slot, into: room) else { return }
        table.connections[slot].input.advance(by: count)
        // A full read makes the next one larger, even if decoding leaves little of it behind: else
        // a few hundred octets of chunks or trailers would be read a turn.
        if table.connections[slot].input.count < configuration.bufferSize {
          _ = table.connections[slot].input.reserve(1)
        }
        if table.connections[slot].output.isEmpty { try answerKept(slot) }
      }
      try settle(slot)
    } catch {
      end(slot, error)
    }
  }

  mutating func canSend(_ slot: Int) {
    if table.connections[slot].output.isEmpty { return }
    do throws(ConnectionLost) {
      try sendPending(slot)
      if table.connections[slot].output.isEmpty { try answerKept(slot) }
      try settle(slot)
    } catch {
      end(slot, error)
    }
  }

  /// Closes the connections whose time is over, those in the middle of a request with a 408.
  mutating func closeOverdue() {
    let kinds = Deadlines.Kind.all
    for i in kinds.indices {
      let kind = kinds[i]
      while let slot = deadlines.expired(kind, at: now, table.connections) {
        if kind != .linger && kind != .idle { responder.metrics.connectionsTimedOut += 1 }
        guard kind == .request else {
          close(slot)
          continue
        }
        do throws(ConnectionLost) {
          try refuse(.timedOut, slot)
          try settle(slot)
        } catch {
          end(slot, error)
        }
      }
    }
  }

  @inline(never)
  private mutating func end(_ slot: Int, _ reason: ConnectionLost) {
    if reason == .outOfMemory {
      responder.metrics.connectionsOutOfMemory += 1
      pauseAccepting("connections are closed, accepting pauses: no memory")
    }
    close(slot)
  }

  @inline(never)
  mutating func close(_ slot: Int) {
    let descriptor = table.connections[slot].descriptor
    network.watch(descriptor, token: slot, for: [])
    network.close(descriptor)
    deadlines.clear(slot, table.connections)
    addressLimit.set(0, for: slot)
    table.remove(slot)
    responder.metrics.gauges.connectionsOpen = UInt64(table.publicCount)
    watchListeners()
  }

  // MARK: Receiving

  /// - Returns: how many octets came, nil when there are none now. None at the end of the input.
  private mutating func receive(
    _ slot: Int, into room: UnsafeMutableRawBufferPointer
  ) throws(ConnectionLost) -> Int? {
    switch network.receive(from: table.connections[slot].descriptor, into: room) {
    case .octets(let count):
      if !table.connections[slot].info.isAdmin {
        responder.metrics.octetsReceived &+= UInt64(count)
      }
      if count == 0 { table.connections[slot].endOfInput = true }
      return count
    case .wouldBlock:
      return nil
    case .failed:
      throw .ended
    }
  }

  /// Reads what nobody wants any more, until the client's end comes.
  private mutating func discardInput(_ slot: Int) throws(ConnectionLost) {
    // A few reads a turn: the others have theirs as well.
    for _ in 0..<16 {
      received.removeAll()
      guard let count = try receive(slot, into: received.room) else { return }
      if count == 0 { throw .ended }
    }
  }

  // MARK: Answering

  /// Answers the requests in the common buffer, and keeps what is left over.
  ///
  /// - Returns: whether the batch has something for the connection now, which `sendBatch` settles.
  private mutating func answerReceived(_ slot: Int) throws(ConnectionLost) -> Bool {
    guard let octets = received.mutableOctets else { return false }
    if batch.isFull { sendBatch() }
    let start = batch.octets.count
    let answered = responder.answered
    let rest = table.connections[slot].take(
      octets, count: received.count, &responder, &batch.octets)
    noteAnswers(slot, since: answered)
    do throws(ConnectionLost) {
      if batch.octets.overflowed { throw .outOfMemory }
      try keep(rest, slot)
    } catch {
      batch.octets.rollBack(to: start)
      throw error
    }
    if batch.octets.count == start { return false }
    batch.add(slot, from: start)
    table.connections[slot].isBatched = true
    return true
  }

  /// Sends the responses of the batch, each to its connection.
  mutating func sendBatch() {
    if batch.count == 0 { return }
    for i in 0..<batch.count {
      let entry = batch.entries[i]
      let slot = Int(entry.slot)
      let octets = batch.octets.octets[Int(entry.start)..<Int(entry.end)]
      table.connections[slot].isBatched = false
      do throws(ConnectionLost) {
        try send(octets, slot)
        if octets.count >= Connection.highWater { try answerKept(slot) }
        try settle(slot)
      } catch {
        end(slot, error)
      }
    }
    batch.removeAll()
  }

  /// Answers the requests among the octets that the connection keeps, as long as what is to be
  /// sent goes out.
  @inline(never)
  private mutating func answerKept(_ slot: Int) throws(ConnectionLost) {
    var isUnfinished = true
    while isUnfinished && table.connections[slot].output.isEmpty {
      guard let octets = table.connections[slot].input.mutableOctets,
        !table.connections[slot].input.isEmpty
      else { return }
      responses.removeAll()
      let answered = responder.answered
      let rest = table.connections[slot].take(
        octets, count: table.connections[slot].input.count, &responder, &responses)
      noteAnswers(slot, since: answered)
      isUnfinished = responses.count >= Connection.highWater
      table.connections[slot].keepOnly(rest)
      try sendResponses(slot)
    }
  }

  /// Counts how long requests took whose responses have just been made: those that came whole in
  /// this turn, at its end; one that began earlier, now.
  @inline(__always)
  private mutating func noteAnswers(_ slot: Int, since answered: UInt64) {
    var count = responder.answered &- answered
    guard count > 0 else { return }
    let deadline = table.connections[slot].deadline
    if deadline.kind == .request, deadline.since < now {
      responder.metrics.durations.observe(network.monotonicTime() - deadline.since)
      count &-= 1
    }
    answeredInTurn &+= count
  }

  @inline(never)
  private mutating func refuse(_ error: RequestError, _ slot: Int) throws(ConnectionLost) {
    responses.removeAll()
    let deadline = table.connections[slot].deadline
    responder.began = deadline.kind == .request ? deadline.since : now
    let message = table.connections[slot].input.octets
    table.connections[slot].refuse(error, message, &responder, &responses)
    try sendResponses(slot)
  }

  /// Copies what must be kept of the common buffer to the connection's own.
  private mutating func keep(_ range: Range<Int>, _ slot: Int) throws(ConnectionLost) {
    if range.isEmpty { return }
    table.connections[slot].input.append(received.octets[range])
    if table.connections[slot].input.overflowed { throw .outOfMemory }
  }

  // MARK: Sending

  /// Sends the responses that have been put together for one connection.
  private mutating func sendResponses(_ slot: Int) throws(ConnectionLost) {
    if responses.overflowed { throw .outOfMemory }
    try send(responses.octets, slot)
  }

  /// Sends octets; keeps what the socket does not take.
  @inline(never)
  private mutating func send(_ octets: Octets, _ slot: Int) throws(ConnectionLost) {
    var sent = 0
    while sent < octets.count {
      let rest = octets[sent..<octets.count]
      switch network.send(rest.base, count: rest.count, to: table.connections[slot].descriptor) {
      case .octets(let count):
        sent += count
        noteSent(count, slot)
      case .wouldBlock:
        table.connections[slot].output.append(rest)
        if table.connections[slot].output.overflowed { throw .outOfMemory }
        return
      case .failed:
        throw .ended
      }
    }
  }

  /// (What a scrape takes would be most of what an idle server sends.)
  @inline(__always)
  private mutating func noteSent(_ count: Int, _ slot: Int) {
    if !table.connections[slot].info.isAdmin { responder.metrics.octetsSent &+= UInt64(count) }
  }

  /// Sends what is pending, as much as the socket takes now.
  private mutating func sendPending(_ slot: Int) throws(ConnectionLost) {
    let octets = table.connections[slot].output.octets
    switch network.send(octets.base, count: octets.count, to: table.connections[slot].descriptor) {
    case .octets(let count):
      noteSent(count, slot)
      table.connections[slot].noteSent(count)
      // So much, or all that was pending: what is to be sent next has a time of its own.
      if table.connections[slot].sentOfDeadline >= Self.writeProgress
        || table.connections[slot].output.isEmpty
      {
        table.connections[slot].sentOfDeadline = 0
        deadlines.set(.write, for: slot, at: now, table.connections)
      }
    case .wouldBlock:
      return
    case .failed:
      throw .ended
    }
  }

  // MARK: Settling

  /// Decides what the connection waits for now, and for how long.
  @inline(never)
  private mutating func settle(_ slot: Int) throws(ConnectionLost) {
    if !table.connections[slot].output.isEmpty {
      // Read on a little meanwhile: a client's end or reset would go unseen otherwise.
      let reads =
        table.connections[slot].phase == .open && !table.connections[slot].endOfInput
        && table.connections[slot].input.count < configuration.bufferSize
      watch(slot, for: reads ? [.read, .write] : .write)
      if table.connections[slot].deadline.kind != .write {
        table.connections[slot].sentOfDeadline = 0
        deadlines.set(.write, for: slot, at: now, table.connections)
      }
      return
    }
    switch table.connections[slot].phase {
    case .open where table.connections[slot].endOfInput:
      // RFC 9112 8: what has come is not a whole request, and never will be.
      guard table.connections[slot].isInRequest else { throw .ended }
      try refuse(.incomplete, slot)
      return try settle(slot)
    case .open:
      watch(slot, for: .read)
      setOpenDeadline(slot)
    case .closing where table.connections[slot].endOfInput:
      throw .ended  // nothing is: both ends have said all they had to say
    case .closing:
      network.finishSending(on: table.connections[slot].descriptor)
      table.connections[slot].linger()
      watch(slot, for: .read)
      deadlines.set(.linger, for: slot, at: now, table.connections)
    case .lingering:
      break
    }
  }

  /// A request has `REQUEST_TIMEOUT` from its first octet on: more octets do not prolong it.
  private mutating func setOpenDeadline(_ slot: Int) {
    let hasAnswered = table.connections[slot].takeHasAnswered()
    let kind = table.connections[slot].deadline.kind
    if table.connections[slot].isInRequest {
      if hasAnswered || kind != .request {
        deadlines.set(.request, for: slot, at: now, table.connections)
      }
    } else if hasAnswered || kind == .write {
      deadlines.set(.idle, for: slot, at: now, table.connections)
    }
  }

  @inline(never)
  mutating func watch(_ slot: Int, for interest: Interest) {
    if table.connections[slot].interest == interest { return }
    table.connections[slot].interest = interest
    network.watch(table.connections[slot].descriptor, token: slot, for: interest)
  }
}
