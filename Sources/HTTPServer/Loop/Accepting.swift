import HTTPCodec
import Sockets

/// Accepting pauses while something is short: slots, descriptors, or memory.
struct Shortage {
  /// When descriptors or memory may be there again; nil while nothing of them is short.
  var acceptAgainAt: Int64?
  /// When to look whether a connection can make room for another.
  var lookAgainAt: Int64 = 0
  /// A shortage may last: it is logged every ten seconds.
  var nextLineAt: Int64 = 0
}

/// The ports: how they are opened, and how connections come.
extension EventLoop where Network: ~Copyable {
  /// How many connections are accepted before others have their turn again.
  private static var acceptBatch: Int { 64 }

  // MARK: Opening

  /// Opens the public port and, if there is one, the admin port.
  ///
  /// - Returns: what was refused, and for which setting; nil when both are open.
  @_optimize(size)
  mutating func listen(_ configuration: borrowing Configuration) -> ListenError? {
    let token = connections.capacity
    if let error = open(.application, configuration.host, configuration.port, token: token) {
      return error
    }
    if let port = configuration.adminPort,
      let error = open(.admin, configuration.adminHost, port, token: token + 1)
    {
      return error
    }
    checkMemoryLimit()
    return nil
  }

  @inline(never)
  @_optimize(size)
  private mutating func open(
    _ name: Port.Name, _ host: IPAddress?, _ number: UInt16, token: Int
  ) -> ListenError? {
    var failure = SocketError(code: 0)
    var address = SocketAddress(host ?? .anyIPv6, port: number)
    var descriptor = listen(on: address, &failure)
    // [::] is for both families. Where a machine, or what the host grants, has no IPv6, IPv4 is all there
    // is to listen on.
    if descriptor == nil, host == nil, !failure.isAddressInUse {
      address = SocketAddress(.anyIPv4, port: number)
      descriptor = listen(on: address, &failure)
    }
    guard let descriptor else {
      return ListenError(setting: name.setting, address: address, error: failure)
    }
    context.network.watch(descriptor, token: token, for: .read)
    if context.journal.log.begin(.info, name.message) {
      context.journal.log.line.add(
        .address, context.network.localAddress(of: descriptor) ?? address)
      if name == .application {
        context.journal.log.line.add(.version, Version.current)
        context.journal.log.line.add(
          .memoryLimit, context.limits.memory &+ context.limits.systemMemory)
      }
      context.journal.log.end()
    }
    context.ports[name].listener = ListeningSocket(descriptor: descriptor, token: token)
    return nil
  }

  private mutating func listen(
    on address: SocketAddress, _ failure: inout SocketError
  ) -> Descriptor? {
    do throws(SocketError) {
      return try context.network.listen(
        on: address, backlog: 1024, buffer: context.limits.socketBuffer)
    } catch {
      failure = error
      return nil
    }
  }

  /// Says so when connections at their limits need more memory than there can be.
  @_optimize(size)
  private mutating func checkMemoryLimit() {
    let most = Scoreboard.memoryLimit
    let needed = context.limits.memory
    guard most > 0, needed > Int64(clamping: most),
      context.journal.log.begin(
        .warn, "connections at their limits need more memory than there may be")
    else { return }
    context.journal.log.line.add(.needed, needed)
    context.journal.log.line.add(.memory, Int64(clamping: most))
    context.journal.log.end()
  }

  // MARK: Accepting

  mutating func acceptWaiting() {
    guard context.ports[.application].hasClients || context.ports[.admin].hasClients else { return }
    if context.ports[.admin].hasClients { accept(on: .admin) }
    if context.ports[.application].hasClients { accept(on: .application) }
    context.ports[.admin].hasClients = false
    context.ports[.application].hasClients = false
    sendBatch()
  }

  @inline(never)
  @_optimize(size)
  private mutating func accept(on port: Port.Name) {
    guard let listener = context.ports[port].listener else { return }
    var hasEvicted = false
    for _ in 0..<EventLoop.acceptBatch {
      guard canMakeRoom(on: port) else { break }
      switch context.network.accept(from: listener.descriptor) {
      case .connection(let descriptor):
        serve(descriptor, on: port)
      case .none:
        return
      case .lost:
        context.journal.metrics.connectionsLost &+= 1
      case .exhausted where !hasEvicted && (evict(from: port) || evict(from: port.other)):
        // Its descriptor is what was missing, perhaps: once more.
        hasEvicted = true
      case .exhausted:
        return pauseAccepting("accepting pauses: no descriptors or no memory")
      case .failed(let error):
        if context.journal.log.begin(.error, "the listening socket failed") {
          context.journal.log.line.add(.reason, error.reason)
          context.journal.log.line.add(.errno, Int64(error.code))
          context.journal.log.end()
        }
        // It would be ready for ever.
        close(listener, of: port)
        beginDrain()
        return
      }
    }
    watchListeners()
  }

  @inline(never)
  private mutating func serve(_ descriptor: Descriptor, on port: Port.Name) {
    var peer: SocketAddress?
    var key: UInt64 = 0
    if context.journal.logsAccess || addressLimit.limit > 0 || context.services.usesClientAddress {
      peer = context.network.peerAddress(of: descriptor).map { peer in
        SocketAddress(peer.host, port: peer.port)
      }
      if port == .application, let peer { key = addressLimit.key(of: peer) }
      if key != 0, let peer, !addressLimit.allows(key) {
        // Without an answer, which would take a slot for as long as its client likes.
        context.journal.noteOverLimit(peer)
        return context.network.close(descriptor)
      }
    }
    if !context.ports[port].hasRoom { _ = evict(from: port) }
    guard context.ports[port].hasRoom, let slot = connections.nextSlot else {
      return context.network.close(descriptor)
    }
    connections.insert(
      Connection(
        descriptor, slot: slot, Conversation(on: port, with: peer, context.limits), context.limits))
    context.ports[port].openConnections &+= 1
    addressLimit.set(key, for: slot)
    if port.isMeasured { context.journal.metrics.connectionsAccepted &+= 1 }
    noteOpenConnections()
    context.deadlines.set(.fresh, for: slot, at: context.now)
    connections[slot].watch(for: .read, &context.network)
    do throws(ConnectionLost) {
      // The request is often there already.
      try receive(slot)
    } catch {
      end(slot, error)
    }
  }

  // MARK: Pausing

  /// Gives what is short some time to come back.
  @inline(never)
  mutating func pauseAccepting(_ message: StaticString) {
    if shortage.acceptAgainAt == nil { context.journal.metrics.acceptPauses &+= 1 }
    if context.now >= shortage.nextLineAt {
      shortage.nextLineAt = context.now + 10 * .second
      context.journal.log.write(.warn, message)
    }
    shortage.acceptAgainAt = context.now &+ EventLoop.retryPause
    watchListeners()
  }

  /// Accepts again, if it is time to see whether there is room now.
  mutating func lookForRoom() {
    if let time = shortage.acceptAgainAt, time <= context.now {
      shortage.acceptAgainAt = nil
      shortage.lookAgainAt = context.now
    }
    if shortage.acceptAgainAt == nil, context.ports.isShort, shortage.lookAgainAt <= context.now {
      watchListeners()
    }
  }

  /// Watches the listening sockets only while there is room, or one connection may make room for
  /// another: other connections wait in their queues, and the loop does not spin over them.
  @inline(never)
  mutating func watchListeners() {
    watchListener(of: .application)
    watchListener(of: .admin)
    shortage.lookAgainAt = context.now &+ EventLoop.lookInterval
  }

  @inline(never)
  private mutating func watchListener(of port: Port.Name) {
    guard let listener = context.ports[port].listener else { return }
    let isWanted = shortage.acceptAgainAt == nil && canMakeRoom(on: port)
    guard listener.isWatched != isWanted else { return }
    context.ports[port].listener?.isWatched = isWanted
    context.network.watch(
      listener.descriptor, token: listener.token, for: isWanted ? .read : [])
    // (A pause because descriptors are short is counted where it begins.)
    if !isWanted && shortage.acceptAgainAt == nil { context.journal.metrics.acceptPauses &+= 1 }
  }

  // MARK: Closing

  /// Asks the system to refuse new connections, if it can.
  mutating func refuseConnections() -> Bool {
    guard let listener = context.ports[.application].listener else { return false }
    return context.network.refuseConnections(on: listener.descriptor)
  }

  /// Stops accepting on the public port, once the connections that wait there are accepted.
  ///
  /// - Returns: false when there is no room for all of them.
  mutating func closeListener() -> Bool {
    guard let listener = context.ports[.application].listener else { return true }
    while true {
      guard context.ports[.application].hasRoom else { return false }
      let acceptance = context.network.accept(from: listener.descriptor)
      if acceptance == .lost { continue }
      if acceptance == .exhausted { return false }
      guard case .connection(let connection) = acceptance else { break }
      serve(connection, on: .application)
    }
    close(listener, of: .application)
    return true
  }

  private mutating func close(_ listener: ListeningSocket, of port: Port.Name) {
    context.network.watch(listener.descriptor, token: listener.token, for: [])
    context.network.close(listener.descriptor)
    context.ports[port].listener = nil
  }
}

/// A port that could not be opened.
struct ListenError: Error {
  let setting: StaticString
  let address: SocketAddress
  let error: SocketError
}

extension Limits {
  /// Octets of memory that connections come to hold, all of them at their limits.
  var memory: Int64 {
    let connection =
      Int64(input)  // a request that is not complete yet
      + Int64(output)  // responses that the client does not take
      + Int64(MemoryLayout<Connection>.stride + Deadlines.memoryPerConnection)
      + Int64(connectionsPerAddress > 0 ? AddressLimit.memoryPerConnection : 0)
    return connection &* Int64(allConnections)
  }
}
