import CLinux
import Glibc
import GuestABI
import Synchronization

/// The listening sockets of a service. They belong to the host and not to an instance: one that traps or is
/// replaced leaves them, and the connections in their queues, to its successor.
///
/// Each worker has its own socket for an address (SO_REUSEPORT), and the kernel spreads connections over them. A
/// socket is kept as long as an instance uses it. One that a new module does not open is closed when the old
/// module's instances have ended.
public final class ListenerPool: Sendable {
  /// An address that a guest asks for. Port 0 may be asked for several times; `ordinal` tells these requests
  /// apart.
  struct Request: Hashable {
    let host: [UInt8]
    let port: UInt16
    let ordinal: Int
  }

  /// The user of sockets: the successive instances of one worker in one generation of the service.
  public struct User: Sendable {
    public var generation = 0
    public var worker = 0
    public init() {}
  }

  /// How many sockets a worker may keep. Without a limit a guest could keep one for each address of 127.0.0.0/8.
  static let mostPerWorker = 64
  /// How many connections may wait in all queues of a worker together, and (`longestBacklog`) in one of them.
  /// They take memory of the kernel as well.
  static let mostWaiting: Int32 = 1088
  static let longestBacklog: UInt32 = 1024

  enum Binding {
    /// The guest's socket was bound.
    case bound
    /// The guest's descriptor is now the kept socket, as its predecessor left it.
    case kept
    /// The guest's descriptor is now an inherited socket, which another process shares.
    case inherited
  }

  private struct Kept {
    let descriptor: Int32
    /// The length of its queue.
    var backlog: Int32 = 0
    /// The generations that use it.
    var users: Set<Int>
    /// Those of them whose present instance has not asked for it yet.
    var unconfirmed: Set<Int> = []
  }

  private struct State {
    /// The kept sockets of each request, by worker.
    var sockets: [Request: [Int: Kept]] = [:]
    /// Inherited sockets, for every worker that asks for their address.
    var inherited: [InheritedSocket] = []
    var isClosed = false
  }

  private let state: Mutex<State>
  private let sharesPorts: Bool

  /// - Parameter sharesPorts: whether there is more than one worker.
  public init(sharesPorts: Bool, inherited: [InheritedSocket] = []) {
    self.sharesPorts = sharesPorts
    state = Mutex(State(inherited: inherited))
  }

  deinit { close() }

  // MARK: What instances ask for

  /// Notes that an instance begins. It has not asked yet for the sockets that its predecessor used.
  func begin(_ user: User) {
    forEachSocket(of: user.worker) { kept in
      if kept.users.contains(user.generation) { kept.unconfirmed.insert(user.generation) }
    }
  }

  /// Binds a guest's socket to the address that it asks for, or replaces it by a kept or inherited socket with
  /// that address.
  func bind(_ descriptor: Int32, to request: Request, for user: User) throws(Errno) -> Binding {
    let wanted = SocketAddress(host: request.host, port: request.port)
    // The lock is held to the end, so that the kept socket is not closed before it is duplicated.
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
      // The first socket of an address is bound exclusively: of several services that start at once, the kernel
      // lets one listen. It is shared with the workers that come later as soon as it is kept (`keep`).
      if sharesPorts, state.isClosed || !own.isEmpty {
        setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)
      }
      // The kernel has chosen the port for the first worker; the others get the same one.
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

  /// The queue length that a socket gets. An instance may ask for a longer queue than its predecessors had, and
  /// not for a shorter one.
  ///
  /// - Throws: `mfile` when the worker has its maximum of kept sockets.
  func backlog(_ wanted: Int32, of request: Request, user: User) throws(Errno) -> Int32 {
    try state.withLock { (state) throws(Errno) in
      let others = state.sockets.filter { $0.key != request }.values.compactMap { $0[user.worker] }
      guard others.count < Self.mostPerWorker else { throw .mfile }
      let left = max(Self.mostWaiting - others.reduce(0) { $0 + $1.backlog }, 0)
      // (A negative backlog means the longest, as in listen(2).)
      let granted = min(Int32(min(UInt32(bitPattern: wanted), Self.longestBacklog)), left)
      let longest = max(granted, state.sockets[request]?[user.worker]?.backlog ?? 0)
      state.sockets[request]?[user.worker]?.backlog = longest
      return longest
    }
  }

  /// Keeps a socket that listens, for the worker's next instance.
  ///
  /// - Throws: `mfile` when there is no descriptor left.
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

  /// Notes that an instance waits for connections, after it has asked for all sockets that it opens at its
  /// start. Those that only its predecessors used are released.
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

  /// Releases the sockets of a generation whose instances end without successors.
  public func release(generation: Int) {
    forEachSocket { kept in
      kept.users.remove(generation)
      kept.unconfirmed.remove(generation)
    }
  }

  /// Inherited sockets that no instance has asked for.
  public var unusedInherited: [InheritedSocket] {
    state.withLock { $0.inherited.filter { !$0.isUsed } }
  }

  /// Keeps no sockets any more. From now on a listening socket ends when its guest closes it.
  public func close() {
    state.withLock { state in
      state.isClosed = true
      for kept in state.sockets.values.flatMap(\.values) { Glibc.close(kept.descriptor) }
      state.sockets = [:]
    }
  }

  /// Restores inherited sockets for the next process that is given them. Call it when no instance accepts any
  /// more.
  public func giveBackInherited() {
    state.withLock { state in
      for socket in state.inherited { socket.giveBack() }
      state.inherited = []
    }
  }

  /// Changes the kept sockets of one worker or of all, and closes those without users.
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
