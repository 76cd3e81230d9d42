import HTTPCodec
import HTTPService
import Sockets

/// Serves all connections from one thread: waits until sockets are ready, does what can be done
/// without waiting, looks at the clock, and waits again.
///
/// - ConnectionIO.swift: what happens to a connection
/// - Accepting.swift: how connections come
/// - Eviction.swift: which connection makes room for another
/// - Drain.swift: how it all ends
struct EventLoop<Network: Sockets & ~Copyable>: ~Copyable {
  /// How long to wait for descriptors, for memory, or for a reader of the log.
  static var retryPause: Int64 { .second / 10 }
  /// How long the end waits for a reader of the log.
  private static var logPatience: Int64 { 2 * .second }

  var connections: ConnectionTable
  var context: LoopContext<Network>
  var batch: SendBatch
  var addressLimit: AddressLimit
  var drain: Drain
  var shortage = Shortage()

  /// When the next thing happens that depends on time alone, as far as was known before the wait. (What was
  /// set since is due later than now.)
  private var nextTimeAt: Int64 = 0
  private var nextSecondAt: Int64 = 0
  /// From the monotonic clock to the wall clock, as of this second.
  private var wallClockOffset: Int64 = 0

  /// Makes a loop, to be used after `reserve`.
  @_optimize(size)
  init(
    _ configuration: borrowing Configuration, _ routes: borrowing Routes, network: consuming Network
  ) {
    let limits = Limits(configuration)
    connections = ConnectionTable()
    context = LoopContext(configuration, limits, routes, network)
    batch = SendBatch(outputLimit: limits.output)
    addressLimit = AddressLimit(limits.connectionsPerAddress, exempt: configuration.trustedProxies)
    drain = Drain(configuration)
  }

  /// Takes all memory that does not depend on what clients send.
  ///
  /// - Returns: false when there is not enough.
  @_optimize(size)
  mutating func reserve() -> Bool {
    let slots = context.limits.allConnections
    guard connections.reserve(slots), context.reserve(), batch.reserve(),
      addressLimit.reserve(slots)
    else { return false }
    keepTime()
    // At once: an instance that traps in its first turn has been counted.
    Scoreboard.write(context.journal.metrics)
    return true
  }

  // MARK: Turns

  /// Serves until a drain is complete.
  ///
  /// - Throws: when waiting fails, and there is no way to go on.
  mutating func run() throws(SocketError) {
    while !drain.isDone { try turn() }
    try finishLog()
    context.journal.finish()
  }

  /// Gives a slow reader of the log some time to take the last lines.
  private mutating func finishLog() throws(SocketError) {
    context.journal.logUnlogged()
    let deadline = context.now &+ EventLoop.logPatience
    context.journal.log.flush()
    while context.journal.log.isWaiting, context.now < deadline {
      _ = try context.network.wait(nanoseconds: EventLoop.retryPause / 10)
      context.now = max(context.now, context.network.monotonicTime())
      context.journal.log.flush()
    }
  }

  /// Waits once, and does what there is to do.
  @inline(never)
  mutating func turn() throws(SocketError) {
    nextTimeAt = nextTime()
    let patience = nextTimeAt == .max ? nil : max(0, nextTimeAt &- context.now)
    let count = try context.network.wait(nanoseconds: patience)
    // A clock that goes back, as those of virtual machines do, must not undo deadlines.
    context.now = max(context.now, context.network.monotonicTime())
    keepTime()
    context.journal.beginTurn(at: context.now, wallClock: context.now &+ wallClockOffset)
    if context.network.drainRequested { beginDrain() }
    if count > 0 { context.journal.scoreboard.noteTurn() }
    for i in 0..<count { handle(context.network.event(i)) }
    if batch.count > 0 { sendBatch() }
    // Behind all others: a new connection may take the place of one on which nothing has come.
    acceptWaiting()
    if context.services.drainRequested { beginDrain() }
    if context.now >= nextTimeAt {
      lookForRoom()
      closeOverdue()
    }
    if drain.hasBegun { advanceDrain() }
    if batch.count > 0 { sendBatch() }
    if context.answeredInTurn > 0 {
      context.journal.metrics.durations.observe(
        context.network.monotonicTime() &- context.now, times: context.answeredInTurn)
      context.answeredInTurn = 0
    }
    context.journal.endTurn()
  }

  private mutating func handle(_ event: Event) {
    if connections.contains(event.token) {
      do throws(ConnectionLost) {
        if event.isWritable { try connections[event.token].canSend(&context) }
        if event.isReadable { try receive(event.token) }
      } catch {
        end(event.token, error)
      }
    } else if event.token == context.ports[.application].listener?.token {
      context.ports[.application].hasClients = true
    } else if event.token == context.ports[.admin].listener?.token {
      context.ports[.admin].hasClients = true
    }
  }

  /// A connection has something to read, perhaps.
  @inline(never)
  mutating func receive(_ slot: Int) throws(ConnectionLost) {
    if batch.isFull { sendBatch() }
    // (Sending may have ended it.)
    guard connections.contains(slot) else { return }
    try connections[slot].canReceive(&context, &batch)
  }

  // (Mutating, as other questions about the loop: else the compiler copies all of it for each.)
  private mutating func nextTime() -> Int64 {
    var next = context.deadlines.next()
    if let time = shortage.acceptAgainAt { next = min(next, time) }
    if let time = drain.nextStepAt() { next = min(next, time) }
    if let dueAt = context.journal.scoreboard.dueAt { next = min(next, dueAt) }
    if shortage.acceptAgainAt == nil, context.ports.isShort {
      next = min(next, shortage.lookAgainAt)
    }
    if context.journal.unlogged > 0 { next = min(next, nextSecondAt) }
    if context.journal.log.isWaiting { next = min(next, context.now &+ EventLoop.retryPause) }
    return next
  }

  /// The Date of responses and the time of log lines change once a second.
  private mutating func keepTime() {
    let now = context.now
    guard now >= nextSecondAt else { return }
    // Asked anew each time: the wall clock may jump, our seconds do not.
    let time = context.network.wallClockTime()
    wallClockOffset = time &- now
    context.services.setTime(time / .second)
    context.journal.beginSecond(wallClock: time)
    // The start of the next second; a clock before 1970 counts from now.
    nextSecondAt = now &+ .second &- max(0, time % .second)
  }

  /// Sends the responses of the batch, each to its connection.
  @inline(never)
  mutating func sendBatch() {
    for i in 0..<batch.count {
      let slot = batch.slot(i)
      do throws(ConnectionLost) {
        try connections[slot].sendBatched(batch, i, &context)
      } catch {
        end(slot, error)
      }
    }
    batch.removeAll()
  }

  // MARK: Ends of connections

  /// Closes the connections whose time is over, those in the middle of a request with a 408.
  private mutating func closeOverdue() {
    var number = 0
    while let kind = Deadlines.Kind(rawValue: number) {
      number &+= 1
      while let slot = context.deadlines.expired(kind, at: context.now) {
        if kind != .linger && kind != .idle { context.journal.metrics.connectionsTimedOut &+= 1 }
        guard kind == .request else {
          close(slot)
          continue
        }
        do throws(ConnectionLost) {
          try connections[slot].timeOut(&context)
        } catch {
          end(slot, error)
        }
      }
    }
  }

  @inline(never)
  mutating func end(_ slot: Int, _ reason: ConnectionLost) {
    if reason == .outOfMemory {
      context.journal.metrics.connectionsOutOfMemory &+= 1
      pauseAccepting("connections are closed, accepting pauses: no memory")
    }
    close(slot)
  }

  @inline(never)
  mutating func close(_ slot: Int) {
    let descriptor = connections[slot].descriptor
    let port = connections[slot].port
    context.network.watch(descriptor, token: slot, for: [])
    context.network.close(descriptor)
    context.deadlines.clear(slot)
    addressLimit.set(0, for: slot)
    connections.remove(slot)
    context.ports[port].openConnections &-= 1
    noteOpenConnections()
    watchListeners()
  }

  mutating func noteOpenConnections() {
    context.journal.metrics.gauges.connectionsOpen = UInt64(
      context.ports[.application].openConnections)
  }
}
