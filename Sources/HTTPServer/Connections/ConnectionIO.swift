import HTTPCodec
import HTTPService
import Sockets

/// Why a connection is closed at once. No other connection is touched.
enum ConnectionLost: Error {
  /// Its socket failed, or all is done.
  case ended
  /// Not enough memory for what the connection needed.
  case outOfMemory
}

/// What happens to a connection when its socket is ready, or its time is over. Each of these is told to
/// the event loop when it throws: the connection is to be closed.
extension Connection {
  /// A client that takes less of its response in `WRITE_TIMEOUT`, in octets, is too slow.
  private static var writeProgress: Int { 16_384 }

  /// The socket has something to read.
  ///
  /// - Parameter batch: where responses go that can be sent at the end of the turn; not full.
  @inline(never)
  mutating func canReceive<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>, _ batch: inout SendBatch
  ) throws(ConnectionLost) {
    // A second event in one turn, or one that is left over from before the connection wanted none: what
    // there is will be told again.
    if isBatched || !interest.contains(.read) { return }
    if conversation.phase == .lingering { return try discardInput(&loop) }
    // Into the common buffer; only what must stay behind octets that wait goes to theirs.
    if input.isEmpty {
      loop.received.removeAll()
      let transfer = loop.received.receive(from: descriptor, over: &loop.network)
      guard try noteReceived(transfer, &loop.journal) else { return }
      if hasSentAll {
        if try answerReceived(&loop, &batch) { return }
      } else {
        try keep(0..<loop.received.count, of: loop.received)
      }
    } else {
      guard input.reserve(1) else { throw .outOfMemory }
      let transfer = input.receive(from: descriptor, over: &loop.network)
      guard try noteReceived(transfer, &loop.journal) else { return }
      // A full read makes the next one larger, even if decoding leaves little of it behind: else
      // a few hundred octets of chunks or trailers would be read a turn.
      if input.count < loop.limits.buffer { _ = input.reserve(1) }
      if output.isEmpty { try answerKept(&loop) }
    }
    try settle(&loop)
  }

  /// The socket takes more octets.
  mutating func canSend<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    if hasSentAll { return }
    if !output.isEmpty { try sendPending(&loop) }
    if output.isEmpty { try answerKept(&loop) }
    try settle(&loop)
  }

  /// The request did not come in time, unless its route gives it more.
  @inline(never)
  mutating func timeOut<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    let began = requestBegan(&loop)
    if let end = conversation.requestEnds(began), loop.now < end {
      conversation.firstOctetAt = began
      loop.deadlines.clear(slot)
      loop.deadlines.set(.request, for: slot, at: loop.now)
      return
    }
    try refuse(.timedOut, &loop)
    try settle(&loop)
  }

  /// When the request began that the connection is in; now, when it is in none.
  @inline(__always)
  private mutating func requestBegan<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) -> Int64 {
    // (Both to be changed, though nothing is: where they are only borrowed, the compiler copies all of the loop.)
    conversation.firstOctetAt ?? loop.deadlines.requestBegan(slot, orAt: loop.now)
  }

  /// It is the connection's turn in the batch.
  ///
  /// - Parameter entry: where the batch has its responses.
  mutating func sendBatched<Network: ~Copyable>(
    _ batch: borrowing SendBatch, _ entry: Int, _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    isBatched = false
    let octets = batch.responses(entry)
    try send(octets, &loop.network, &loop.journal)
    if octets.count >= loop.limits.pendingResponses || conversation.hasRest {
      try answerKept(&loop)
    }
    try settle(&loop)
  }

  // MARK: Receiving

  /// - Returns: false when there is nothing to read now.
  private mutating func noteReceived(
    _ transfer: Transfer, _ journal: inout Journal
  ) throws(ConnectionLost) -> Bool {
    switch transfer {
    case .octets(let count):
      if port.isMeasured { journal.metrics.octetsReceived &+= UInt64(count) }
      if count == 0 { endOfInput = true }
      return true
    case .wouldBlock:
      return false
    case .failed:
      throw .ended
    }
  }

  /// Reads and drops what the client still sends, until the client's end comes.
  private mutating func discardInput<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    // A few reads a turn: the others have theirs as well.
    for _ in 0..<16 {
      loop.received.removeAll()
      let transfer = loop.received.receive(from: descriptor, over: &loop.network)
      guard try noteReceived(transfer, &loop.journal) else { return }
      if endOfInput { throw .ended }
    }
  }

  /// Copies what must be kept of the common buffer to the connection's own.
  private mutating func keep(
    _ range: Range<Int>, of received: borrowing OctetBuffer
  ) throws(ConnectionLost) {
    input.append(received.octets.extracting(range))
    if input.overflowed { throw .outOfMemory }
  }

  // MARK: Answering

  /// Answers the requests in the common buffer, and keeps what is left over.
  ///
  /// - Returns: whether the batch has responses for the connection now, and settles it.
  private mutating func answerReceived<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>, _ batch: inout SendBatch
  ) throws(ConnectionLost) -> Bool {
    let start = batch.octets.count
    let answered = loop.journal.answered
    let began = requestBegan(&loop)
    let rest = conversation.answer(
      &loop.received, began: began, upTo: loop.limits.pendingResponses, &loop.services,
      &loop.journal, into: &batch.octets)
    noteAnswers(since: answered, began: began, &loop)
    do throws(ConnectionLost) {
      if batch.octets.overflowed { throw .outOfMemory }
      if !rest.isEmpty { try keep(rest, of: loop.received) }
    } catch {
      batch.octets.rollBack(to: start)
      throw error
    }
    if batch.octets.count == start { return false }
    batch.add(slot, from: start)
    isBatched = true
    return true
  }

  /// Sends the rest of a response, and answers the requests among the octets that the connection keeps, as long as
  /// what is to be sent goes out.
  @inline(never)
  @_optimize(size)
  private mutating func answerKept<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    var isUnfinished = try sendRest(&loop)
    while isUnfinished && output.isEmpty && !input.isEmpty {
      loop.responses.removeAll()
      let answered = loop.journal.answered
      let began = requestBegan(&loop)
      let rest = conversation.answer(
        &input, began: began, upTo: loop.limits.pendingResponses, &loop.services, &loop.journal,
        into: &loop.responses)
      noteAnswers(since: answered, began: began, &loop)
      isUnfinished = loop.responses.count >= loop.limits.pendingResponses || conversation.hasRest
      keepOnly(rest)
      try sendResponses(&loop)
      if isUnfinished { isUnfinished = try sendRest(&loop) }
    }
  }

  /// Sends the rest of a response piece by piece, as long as the socket takes it, and at most so much in one turn
  /// that other connections have theirs.
  ///
  /// - Returns: whether all of it is sent.
  private mutating func sendRest<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) -> Bool {
    var pieces = 0
    while conversation.hasRest && output.isEmpty && pieces < 16 {
      loop.responses.removeAll()
      conversation.takeRest(loop.limits.pendingResponses, into: &loop.responses)
      try sendResponses(&loop)
      pieces &+= 1
      // The client has taken a piece: the next one has a time of its own.
      sentOfDeadline = 0
      loop.deadlines.set(.write, for: slot, at: loop.now)
    }
    return hasSentAll
  }

  /// Whether nothing waits to be sent.
  private var hasSentAll: Bool { output.isEmpty && !conversation.hasRest }

  /// Counts how long requests took whose responses have just been made: those that came whole in
  /// this turn, at its end; one that began earlier, now.
  @inline(never)
  private mutating func noteAnswers<Network: ~Copyable>(
    since answered: UInt64, began: Int64, _ loop: inout LoopContext<Network>
  ) {
    var count = loop.journal.answered &- answered
    guard count > 0 else { return }
    if began < loop.now {
      loop.journal.metrics.durations.observe(loop.network.monotonicTime() &- began)
      count &-= 1
    }
    loop.answeredInTurn &+= count
  }

  @inline(never)
  @_optimize(size)
  private mutating func refuse<Network: ~Copyable>(
    _ error: RequestError, _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    loop.responses.removeAll()
    let began = requestBegan(&loop)
    conversation.refuse(
      error, input, began: began, &loop.services, &loop.journal, into: &loop.responses)
    input.release()
    try sendResponses(&loop)
  }

  // MARK: Sending

  /// Sends the responses that have been put together for this connection.
  private mutating func sendResponses<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    if loop.responses.overflowed { throw .outOfMemory }
    try send(loop.responses, &loop.network, &loop.journal)
  }

  private mutating func send<Network: Sockets & ~Copyable>(
    _ buffer: borrowing OctetBuffer, _ network: inout Network, _ journal: inout Journal
  ) throws(ConnectionLost) {
    try send(buffer.octets, &network, &journal)
  }

  /// Sends octets; keeps what the socket does not take.
  @inline(never)
  private mutating func send<Network: Sockets & ~Copyable>(
    _ octets: Span<UInt8>, _ network: inout Network, _ journal: inout Journal
  ) throws(ConnectionLost) {
    var rest = octets
    while !rest.isEmpty {
      switch network.send(rest, to: descriptor) {
      case .octets(let count):
        rest = rest.extracting(droppingFirst: count)
        noteSent(count, &journal)
      case .wouldBlock:
        output.append(rest)
        if output.overflowed { throw .outOfMemory }
        return
      case .failed:
        throw .ended
      }
    }
  }

  @inline(__always)
  private func noteSent(_ count: Int, _ journal: inout Journal) {
    if port.isMeasured { journal.metrics.octetsSent &+= UInt64(count) }
  }

  /// Sends what is pending, as much as the socket takes now.
  private mutating func sendPending<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    switch loop.network.send(output.octets, to: descriptor) {
    case .octets(let count):
      noteSent(count, &loop.journal)
      dropSent(count)
      // So much, or all that was pending: what is to be sent next has a time of its own.
      if sentOfDeadline >= Connection.writeProgress || output.isEmpty {
        sentOfDeadline = 0
        loop.deadlines.set(.write, for: slot, at: loop.now)
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
  private mutating func settle<Network: ~Copyable>(
    _ loop: inout LoopContext<Network>
  ) throws(ConnectionLost) {
    if !hasSentAll {
      // Read on a little meanwhile: a client's end or reset would go unseen otherwise.
      let reads =
        conversation.phase == .open && !endOfInput && input.count < loop.limits.buffer
      watch(for: reads ? [.read, .write] : .write, &loop.network)
      if loop.deadlines.kind(of: slot) != .write {
        sentOfDeadline = 0
        loop.deadlines.set(.write, for: slot, at: loop.now)
      }
      return
    }
    switch conversation.phase {
    case .open where endOfInput:
      // RFC 9112 8: what has come is not a whole request, and never will be.
      guard conversation.isInRequest else { throw .ended }
      try refuse(.incomplete, &loop)
      return try settle(&loop)
    case .open:
      watch(for: .read, &loop.network)
      setOpenDeadline(&loop)
    case .closing where endOfInput || conversation.isRead:
      throw .ended  // both ends have said all they had to say
    case .closing:
      loop.network.finishSending(on: descriptor)
      conversation.linger()
      input.release()
      watch(for: .read, &loop.network)
      loop.deadlines.set(.linger, for: slot, at: loop.now)
    case .lingering:
      break
    }
  }

  /// A request has `REQUEST_TIMEOUT` from its first octet on: more octets do not prolong it.
  private mutating func setOpenDeadline<Network: ~Copyable>(_ loop: inout LoopContext<Network>) {
    let hasAnswered = conversation.takeHasAnswered()
    let kind = loop.deadlines.kind(of: slot)
    if conversation.isInRequest {
      if hasAnswered || kind != .request {
        loop.deadlines.set(.request, for: slot, at: loop.now)
      }
    } else if hasAnswered || kind == .write {
      loop.deadlines.set(.idle, for: slot, at: loop.now)
    }
  }

  @inline(never)
  mutating func watch<Network: Sockets & ~Copyable>(
    for interest: Interest, _ network: inout Network
  ) {
    if self.interest == interest { return }
    self.interest = interest
    network.watch(descriptor, token: slot, for: interest)
  }
}

extension OctetBuffer {
  /// Appends what there is to read, as much as the room that was reserved holds.
  fileprivate mutating func receive<Network: Sockets & ~Copyable>(
    from descriptor: Descriptor, over network: inout Network
  ) -> Transfer {
    appendReserved { room in network.receive(from: descriptor, into: &room) }
  }
}
