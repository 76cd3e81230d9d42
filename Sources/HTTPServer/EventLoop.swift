import HTTPCodec
import Sockets

/// Serves all connections from one thread: waits until sockets are ready, does what can be done
/// without waiting, looks at the clock, and waits again.
///
/// - Listening.swift: the ports
/// - ConnectionIO.swift: what happens to a connection
/// - Drain.swift: how it all ends
struct EventLoop<Network: Sockets & ~Copyable>: ~Copyable {
  /// How many connections are accepted before others have their turn again.
  private static var acceptBatch: Int { 64 }
  /// How long to wait for descriptors, for memory, or for a reader of the log.
  private static var retryPause: Int64 { 100_000_000 }
  /// How long the end waits for a reader of the log.
  private static var logPatience: Int64 { 2_000_000_000 }

  let configuration: Configuration
  private let limits: RequestParser.Limits
  var network: Network
  var responder: Responder
  var table: ConnectionTable
  var deadlines: Deadlines
  var addressLimit: AddressLimit
  var drain = Drain()
  private var board = Board()

  /// What every connection reads into, and where its responses are put together (most of them in
  /// the batch, those that follow from what a connection keeps in the other one): a connection
  /// needs memory of its own only for what is left over.
  var received: OctetBuffer
  var batch: SendBatch
  var responses: OctetBuffer

  var listener: ListeningSocket?
  var adminListener: ListeningSocket?
  /// Connections wait on the public and on the admin port, to be accepted in this turn.
  private var hasClients = false
  private var hasAdminClients = false
  private var acceptAgainAt: Int64?
  /// When to look whether a connection can make room for another.
  private var lookAgainAt: Int64 = 0
  /// A shortage may last: it is told of every ten seconds.
  private var nextShortageLineAt: Int64 = 0

  /// The time of this turn.
  var now: Int64
  /// Requests that came whole in this turn and were answered.
  var answeredInTurn: UInt64 = 0
  private var nextSecondAt: Int64 = 0
  /// From the monotonic clock to the wall clock, as of this second.
  private var wallClockOffset: Int64 = 0

  /// How many sockets the loop watches at the most: connections and two listeners.
  static func tokens(for configuration: Configuration) -> Int {
    configuration.maxConnections + Configuration.adminConnections + 2
  }

  /// - Returns: nil when there is not enough memory.
  init?(configuration: Configuration, router: Router, network: consuming Network) {
    self.configuration = configuration
    limits = RequestParser.Limits(
      request: configuration.maxRequestSize, head: Configuration.largestHead)
    responder = Responder(router: router, configuration: configuration)
    deadlines = Deadlines(configuration)
    received = OctetBuffer(limit: configuration.bufferSize)
    batch = SendBatch(outputLimit: configuration.outputLimit)
    responses = OctetBuffer(limit: configuration.outputLimit)
    let capacity = configuration.maxConnections + Configuration.adminConnections
    guard received.reserve(configuration.bufferSize), responses.reserve(16_384),
      responder.reserve(),
      let table = ConnectionTable(capacity: capacity),
      let addressLimit = AddressLimit(
        most: configuration.maxConnectionsPerAddress, slots: capacity)
    else { return nil }
    self.table = table
    self.addressLimit = addressLimit
    now = network.monotonicTime()
    self.network = network
    responder.metrics.gauges.connectionsLimit = UInt64(configuration.maxConnections)
    keepTime()
    // At once: one that traps in its first turn has been counted.
    board.write(responder.metrics)
  }

  // MARK: Turns

  /// Serves until a drain is complete.
  ///
  /// - Throws: when waiting fails, and there is no way to go on.
  mutating func run() throws(SocketError) {
    while !isDrained { try turn() }
    try finishLog()
    responder.metrics.logLinesLost = responder.log.linesLost
    board.write(responder.metrics)
  }

  /// A slow reader of the log has some time to take the last lines.
  private mutating func finishLog() throws(SocketError) {
    responder.tellUnlogged()
    let deadline = now + EventLoop.logPatience
    responder.log.flush()
    while responder.log.isWaiting, now < deadline {
      _ = try network.wait(nanoseconds: EventLoop.retryPause / 10)
      now = max(now, network.monotonicTime())
      responder.log.flush()
    }
    responder.log.finish()
  }

  /// Waits once, and does what there is to do.
  mutating func turn() throws(SocketError) {
    let count = try network.wait(nanoseconds: timeToNextDeadline())
    // A clock that goes back, as those of virtual machines do, must not undo deadlines.
    now = max(now, network.monotonicTime())
    responder.now = now
    if configuration.accessLog { responder.turnBegan = SystemProcess.monotonicTime() }
    keepTime()
    responder.log.time = now + wallClockOffset
    if network.drainRequested { beginDrain() }
    if count > 0 { board.noteTurn() }
    for i in 0..<count { dispatch(network.event(i)) }
    sendBatch()
    // Behind all others: a new connection may take the place of one on which nothing has come.
    acceptWaiting()
    if responder.admin.drainRequested { beginDrain() }
    if let time = acceptAgainAt, time <= now {
      acceptAgainAt = nil
      lookAgainAt = now
    }
    if acceptAgainAt == nil, isShort, lookAgainAt <= now { watchListeners() }
    closeOverdue()
    advanceDrain()
    sendBatch()
    if answeredInTurn > 0 {
      responder.metrics.durations.observe(network.monotonicTime() - now, times: answeredInTurn)
      answeredInTurn = 0
    }
    board.writeIfDue(responder.metrics, at: now)
    responder.log.flush()
  }

  /// Whether a listening socket is not watched.
  private var isShort: Bool {
    listener.map { !$0.isWatched } ?? false || adminListener.map { !$0.isWatched } ?? false
  }

  private mutating func dispatch(_ event: Event) {
    if event.token == listener?.token {
      hasClients = true
    } else if event.token == adminListener?.token {
      hasAdminClients = true
    } else if event.token < table.capacity, table.contains(event.token) {
      if event.isWritable { canSend(event.token) }
      if event.isReadable, table.contains(event.token) { canReceive(event.token) }
    }
  }

  private func timeToNextDeadline() -> Int64? {
    var next = min(
      deadlines.next(table.connections), acceptAgainAt ?? .max, drain.nextStepAt ?? .max)
    if let dueAt = board.dueAt { next = min(next, dueAt) }
    if acceptAgainAt == nil, isShort { next = min(next, lookAgainAt) }
    if responder.unlogged > 0 { next = min(next, nextSecondAt) }
    if responder.log.isWaiting { next = min(next, now + EventLoop.retryPause) }
    return next == .max ? nil : max(0, next - now)
  }

  /// The Date of responses and the time of log lines change once a second.
  private mutating func keepTime() {
    guard now >= nextSecondAt else { return }
    // Asked anew each time: the wall clock may jump, our seconds do not.
    let time = network.wallClockTime()
    wallClockOffset = time - now
    responder.log.time = time
    responder.setTime(time / Configuration.second)
    responder.metrics.logLinesLost = responder.log.linesLost
    if responder.metrics.startTime == 0 {
      responder.metrics.startTime = UInt64(clamping: time / Configuration.second)
    }
    responder.metrics.gauges.memory = SystemProcess.memorySize
    // The begin of the next second; a clock before 1970 counts from now.
    nextSecondAt = now + Configuration.second - max(0, time % Configuration.second)
  }

  // MARK: Accepting

  private mutating func acceptWaiting() {
    guard hasClients || hasAdminClients else { return }
    if hasAdminClients { accept(isAdmin: true) }
    if hasClients { accept(isAdmin: false) }
    hasAdminClients = false
    hasClients = false
    sendBatch()
  }

  private mutating func accept(isAdmin: Bool) {
    guard let listener = isAdmin ? adminListener : self.listener else { return }
    var hasEvicted = false
    for _ in 0..<EventLoop.acceptBatch {
      guard canMakeRoom(isAdmin: isAdmin) else { break }
      switch network.accept(from: listener.descriptor) {
      case .connection(let connection):
        serve(connection, isAdmin: isAdmin)
      case .none:
        return
      case .lost:
        responder.metrics.connectionsLost += 1
      case .exhausted where !hasEvicted && (evict(isAdmin: isAdmin) || evict(isAdmin: !isAdmin)):
        // Its descriptor is what was missing, perhaps: once more.
        hasEvicted = true
      case .exhausted:
        return pauseAccepting("accepting pauses: no descriptors or no memory")
      case .failed(let error):
        if responder.log.begin(.error, "the listening socket failed") {
          responder.log.line.add("reason", error.reason)
          responder.log.line.add("errno", Int64(error.code))
          responder.log.end()
        }
        // It would be ready for ever.
        close(listener)
        if isAdmin { adminListener = nil } else { self.listener = nil }
        beginDrain()
        return
      }
    }
    watchListeners()
  }

  /// Gives what is short some time to come back.
  @inline(never)
  mutating func pauseAccepting(_ message: StaticString) {
    if acceptAgainAt == nil { responder.metrics.acceptPauses += 1 }
    if now >= nextShortageLineAt {
      nextShortageLineAt = now + 10 * Configuration.second
      responder.log.write(.warn, message)
    }
    acceptAgainAt = now + EventLoop.retryPause
    watchListeners()
  }

  func hasRoom(isAdmin: Bool) -> Bool {
    isAdmin
      ? table.adminCount < Configuration.adminConnections
      : table.publicCount < configuration.maxConnections
  }

  /// Watches the listening sockets only while there is room, or one connection may make room for
  /// another: other connections wait in their queues, and the loop does not spin over them.
  @inline(never)
  mutating func watchListeners() {
    listener = watch(listener, acceptAgainAt == nil && canMakeRoom(isAdmin: false))
    adminListener = watch(adminListener, acceptAgainAt == nil && canMakeRoom(isAdmin: true))
    lookAgainAt = now + Self.lookInterval
  }

  @inline(never)
  private mutating func watch(_ listener: ListeningSocket?, _ isWanted: Bool) -> ListeningSocket? {
    guard var listener, listener.isWatched != isWanted else { return listener }
    listener.isWatched = isWanted
    network.watch(listener.descriptor, token: listener.token, for: isWanted ? .read : [])
    // (A pause for want of descriptors is counted where it begins.)
    if !isWanted && acceptAgainAt == nil { responder.metrics.acceptPauses += 1 }
    return listener
  }

  @inline(never)
  private mutating func serve(_ descriptor: Descriptor, isAdmin: Bool) {
    var peer: SocketAddress?
    var key: UInt64 = 0
    if configuration.accessLog || addressLimit.most > 0 {
      peer = network.peerAddress(of: descriptor)
      if !isAdmin, addressLimit.most > 0, let peer { key = limitedKey(of: peer) }
      if key != 0, let peer, !addressLimit.allows(key) {
        // Without an answer, which would take a slot for as long as its client likes.
        responder.noteOverLimit(peer)
        return network.close(descriptor)
      }
    }
    if !hasRoom(isAdmin: isAdmin) { _ = evict(isAdmin: isAdmin) }
    let connection = Connection(
      descriptor: descriptor, info: ConnectionInfo(isAdmin: isAdmin, peer: peer), limits: limits,
      bufferSize: configuration.bufferSize, outputLimit: configuration.outputLimit,
      maxRequests: configuration.maxRequestsPerConnection)
    guard let slot = table.insert(connection) else { return network.close(descriptor) }
    addressLimit.set(key, for: slot)
    if !isAdmin { responder.metrics.connectionsAccepted += 1 }
    responder.metrics.gauges.connectionsOpen = UInt64(table.publicCount)
    deadlines.set(.fresh, for: slot, at: now, table.connections)
    watch(slot, for: .read)
    // The request is often there already.
    canReceive(slot)
  }

  /// Has the system turn away who comes now, if it can.
  mutating func refuseConnections() -> Bool {
    guard let listener else { return false }
    return network.refuseConnections(on: listener.descriptor)
  }

  /// Stops accepting on the public port, once the connections that wait there are taken.
  ///
  /// - Returns: false when there is no room for all of them.
  mutating func closeListener() -> Bool {
    guard let listener else { return true }
    while true {
      guard hasRoom(isAdmin: false) else { return false }
      let acceptance = network.accept(from: listener.descriptor)
      if acceptance == .lost { continue }
      if acceptance == .exhausted { return false }
      guard case .connection(let connection) = acceptance else { break }
      serve(connection, isAdmin: false)
    }
    close(listener)
    self.listener = nil
    return true
  }

  private mutating func close(_ listener: ListeningSocket) {
    network.watch(listener.descriptor, token: listener.token, for: [])
    network.close(listener.descriptor)
  }
}
