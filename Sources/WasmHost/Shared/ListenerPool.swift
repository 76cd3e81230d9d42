import CLinux
import Glibc
import GuestABI
import Synchronization

/// The listening sockets of a service. They belong to the host, not to an instance: one that traps,
/// or whose place another takes, leaves them behind, and the connections in their queues are for
/// the next instance.
///
/// Several workers have a socket each for an address (SO_REUSEPORT), over which the kernel spreads
/// connections. A socket is kept for as long as there is an instance that has asked for it: one that
/// a new module does not open is closed when the old module has gone.
public final class ListenerPool: Sendable {
  /// An address as a guest asks for it. Port 0 may be asked for several times; they are told apart
  /// by their order.
  struct Request: Hashable {
    let host: [UInt8]
    let port: UInt16
    let ordinal: Int
  }

  /// The instances of a worker, one after the other, in one generation of the service.
  public struct User: Sendable {
    public var generation = 0
    public var worker = 0
    public init() {}
  }

  /// A guest could else keep one for each address of 127.0.0.0/8.
  static let mostPerWorker = 64
  /// Connections in queues have memory of the kernel as well: so many of them may wait in all queues of a
  /// worker together, and in one of them.
  static let mostWaiting: Int32 = 1088
  static let longestBacklog: UInt32 = 1024

  enum Binding {
    /// The guest's socket is bound.
    case bound
    /// It is the kept one now, as its predecessor left it.
    case kept
    /// It is one that another process has opened, and shares with this one.
    case inherited
  }

  private struct Kept {
    let descriptor: Int32
    /// How many connections may wait in its queue.
    var backlog: Int32 = 0
    /// The generations that use it.
    var users: Set<Int>
    /// Those of them whose present instance has yet to ask for it.
    var unconfirmed: Set<Int> = []
  }

  private struct State {
    /// Each request's sockets, by worker.
    var sockets: [Request: [Int: Kept]] = [:]
    /// For any worker that asks for such an address.
    var inherited: [InheritedSocket] = []
    var isClosed = false
  }

  private let state: Mutex<State>
  private let sharesPorts: Bool

  /// - Parameter sharesPorts: for more than one worker.
  public init(sharesPorts: Bool, inherited: [InheritedSocket] = []) {
    self.sharesPorts = sharesPorts
    state = Mutex(State(inherited: inherited))
  }

  deinit { close() }

  // MARK: What instances ask for

  /// An instance begins: it has yet to ask for the sockets that its predecessor used.
  func begin(_ user: User) {
    forEachSocket(of: user.worker) { kept in
      if kept.users.contains(user.generation) { kept.unconfirmed.insert(user.generation) }
    }
  }

  /// Gives a guest's socket the address it asks for: by making it the kept one, if there is one, or
  /// else by binding it.
  func bind(_ descriptor: Int32, to request: Request, for user: User) throws(Errno) -> Binding {
    let wanted = SocketAddress(host: request.host, port: request.port)
    // The lock is held to the end: the kept socket must not be closed before it is duplicated.
    return try state.withLock { (state) throws(Errno) in
      let own = state.sockets[request] ?? [:]
      if let kept = own[user.worker] {
        ListenerOptions.scrub(kept.descriptor)
        ListenerOptions.enlargeBuffers(of: kept.descriptor, like: descriptor)
        guard dup3(kept.descriptor, descriptor, O_CLOEXEC) >= 0 else { throw .last }
        state.sockets[request]?[user.worker]?.users.insert(user.generation)
        state.sockets[request]?[user.worker]?.unconfirmed.remove(user.generation)
        return .kept
      }
      if let place = InheritedSocket.best(of: state.inherited, for: wanted) {
        guard dup3(state.inherited[place].descriptor, descriptor, O_CLOEXEC) >= 0 else {
          throw .last
        }
        state.inherited[place].isUsed = true
        return .inherited
      }
      // The first socket of an address has it for itself alone: of several services that start at
      // once the kernel lets one listen. It is shared from then on (`keep`), with the workers that
      // come later.
      if sharesPorts, state.isClosed || !own.isEmpty {
        setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
      }
      // Port 0 was the kernel's choice for the first worker; the others have the same.
      var address = wanted
      if wanted.port == 0, let other = own.first?.value,
        let actual = localAddress(of: other.descriptor)
      {
        address = SocketAddress(host: request.host, port: actual.port)
      }
      guard address.withSocketAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else { throw .last }
      return .bound
    }
  }

  /// The length that a socket's queue is to have: an instance may have it longer than the ones before it,
  /// and not shorter.
  ///
  /// - Throws: `mfile` when the worker has as many sockets as are kept.
  func backlog(_ wanted: Int32, of request: Request, user: User) throws(Errno) -> Int32 {
    try state.withLock { (state) throws(Errno) in
      let others = state.sockets.filter { $0.key != request }.values.compactMap { $0[user.worker] }
      guard others.count < Self.mostPerWorker else { throw .mfile }
      let left = max(Self.mostWaiting - others.reduce(0) { $0 + $1.backlog }, 0)
      // (A negative one is the longest, as listen(2) has it.)
      let granted = min(Int32(min(UInt32(bitPattern: wanted), Self.longestBacklog)), left)
      let longest = max(granted, state.sockets[request]?[user.worker]?.backlog ?? 0)
      state.sockets[request]?[user.worker]?.backlog = longest
      return longest
    }
  }

  /// Keeps a socket that listens now, for the worker's next instance.
  ///
  /// - Throws: `mfile` when there is no descriptor left for that.
  func keep(
    _ descriptor: Int32, backlog: Int32, for request: Request, user: User
  ) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      guard !state.isClosed, state.sockets[request]?[user.worker] == nil else { return }
      ListenerOptions.scrub(descriptor)
      let kept = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
      guard kept >= 0 else { throw .last }
      if sharesPorts { setOption(kept, SOL_SOCKET, SO_REUSEPORT, 1) }
      state.sockets[request, default: [:]][user.worker] = Kept(
        descriptor: kept, backlog: backlog, users: [user.generation])
    }
  }

  /// An instance waits for connections, and has asked for all that it asks for at its start: what
  /// only its predecessors used is of no use any more.
  func settle(_ user: User) {
    forEachSocket(of: user.worker) { kept in
      if kept.unconfirmed.remove(user.generation) != nil { kept.users.remove(user.generation) }
    }
  }

  /// Whether the connections in a socket's queue are for the instances of another generation.
  func isUsed(_ request: Request, besides user: User) -> Bool {
    state.withLock { state in
      state.sockets[request]?[user.worker]?.users.contains { $0 != user.generation } ?? false
    }
  }

  // MARK: The service

  /// A generation's instances are to end, and have no successors.
  public func release(generation: Int) {
    forEachSocket { kept in
      kept.users.remove(generation)
      kept.unconfirmed.remove(generation)
    }
  }

  /// Passed sockets that no instance has asked for.
  public var unusedInherited: [InheritedSocket] {
    state.withLock { $0.inherited.filter { !$0.isUsed } }
  }

  /// Keeps nothing any more: from now on a listening socket ends when its guest closes it.
  public func close() {
    state.withLock { state in
      state.isClosed = true
      for kept in state.sockets.values.flatMap(\.values) { Glibc.close(kept.descriptor) }
      state.sockets = [:]
    }
  }

  /// Leaves inherited sockets as they came, for the next process that is given them. To be called
  /// when no instance accepts any more.
  public func giveBackInherited() {
    state.withLock { state in
      for socket in state.inherited { socket.giveBack() }
      state.inherited = []
    }
  }

  /// Changes what is kept, of one worker or of all, and closes what has no user any more.
  private func forEachSocket(of worker: Int? = nil, _ body: (inout Kept) -> Void) {
    state.withLock { state in
      for (request, sockets) in state.sockets {
        for (owner, socket) in sockets where worker == nil || owner == worker {
          var kept = socket
          body(&kept)
          if kept.users.isEmpty { Glibc.close(kept.descriptor) }
          state.sockets[request]?[owner] = kept.users.isEmpty ? nil : kept
        }
        if state.sockets[request]?.isEmpty == true { state.sockets[request] = nil }
      }
    }
  }
}
