import Glibc
import GuestABI

/// What a guest's descriptor number stands for.
struct Descriptor {
  enum Kind: UInt8 {
    /// `empty` is a standard input without content.
    case free, empty, input, output, scoreboard, stream, datagram

    @inline(__always)
    var isSocket: Bool { self == .stream || self == .datagram }
    var isStandard: Bool { self == .empty || self == .input || self == .output }
  }

  /// Guest-visible flags, what the guest has done, and what is known of readiness.
  struct State: OptionSet {
    let rawValue: UInt32

    /// fdflags NONBLOCK, as the guest set it. The host's descriptor never blocks
    /// (`Blocking.swift`).
    static let nonBlocking = State(rawValue: 1 << 0)
    static let bound = State(rawValue: 1 << 1)
    static let listening = State(rawValue: 1 << 2)
    /// In the epoll set. From then on the readiness flags are what epoll says; before, they are a guess.
    static let registered = State(rawValue: 1 << 3)
    static let readable = State(rawValue: 1 << 4)
    static let writable = State(rawValue: 1 << 5)
    /// The last read or write took all it asked for. The kernel is asked before the guest is told that the
    /// descriptor is still ready.
    static let readDoubtful = State(rawValue: 1 << 6)
    static let writeDoubtful = State(rawValue: 1 << 7)
    /// The peer has closed its side. Reading stays possible whatever was read: it yields what is left, then 0.
    static let peerClosed = State(rawValue: 1 << 8)
    /// Closed in both directions.
    static let hungUp = State(rawValue: 1 << 9)
    /// A send could not be completed since the last time the kernel reported room.
    static let awaitsRoom = State(rawValue: 1 << 10)
    /// Became ready since the guest was last told of the descriptor.
    static let newlyReadable = State(rawValue: 1 << 11)
    static let newlyWritable = State(rawValue: 1 << 12)
    static let inReadyList = State(rawValue: 1 << 13)
    /// A listener whose guest has not been told of the drain yet.
    static let drainUnreported = State(rawValue: 1 << 14)
    /// In the poller's list of sockets to register. The flag belongs to the number and outlives the socket.
    static let inNewList = State(rawValue: 1 << 15)
    /// A listener that belongs to another process, which has passed it on (`InheritedSocket`).
    static let inherited = State(rawValue: 1 << 16)
    /// Urgent data has come: a short read may have ended at the urgent octet instead of the end of the data. The
    /// flag stays, since more may come and the kernel does not say when the urgent octet was passed.
    static let hasUrgentMark = State(rawValue: 1 << 17)
    /// A listener that belongs to the host and is shared with other instances (`ListenerPool`).
    static let shared = State(rawValue: 1 << 18)
    /// A listener that takes no new connections any more: what is in its queue is all that there will be.
    static let refusesConnections = State(rawValue: 1 << 19)
    /// The epoll set reports room for writing. It does not until a send could not be completed.
    static let watchedForRoom = State(rawValue: 1 << 20)
  }

  var kind: Kind = .free
  var transport: Transport { kind == .datagram ? .udp : .tcp }
  /// Whether the socket was accepted or connected. The number of these may be limited.
  var isConnection = false
  var state: State = []
  var hostFD: Int32 = -1
  /// Counts the uses of this number, so that a late event of a closed socket is not taken for its successor's.
  var generation: UInt32 = 0
  /// The last place of this descriptor in the guest's list of subscriptions: a hint, verified at each use.
  var readHint: UInt32 = .max
  var writeHint: UInt32 = .max
  /// The poll during which AGAIN was last answered without asking the kernel.
  var readRefusal: UInt32 = 0
  var writeRefusal: UInt32 = 0
}

/// The guest's descriptors, by number. 0, 1 and 2 are standard input, output and error.
final class DescriptorTable {
  private var entries: UnsafeMutablePointer<Descriptor>
  private var capacity: Int
  /// One more than the largest number that was ever used.
  private(set) var count = 0
  private var freeNumbers: [UInt32] = []
  /// The open descriptors that are connections.
  private(set) var connections: UInt32 = 0
  private var sockets = 0
  private let budget: DescriptorBudget?
  private let mostSockets: Int

  /// - Parameters:
  ///   - readsStandardInput: whether the guest may read this process's standard input.
  ///   - mostSockets: how many sockets may be open at once, connected or not.
  ///   - budget: the limit that all guests of the process share.
  init(
    readsStandardInput: Bool = false, mostSockets: Int = .max, budget: DescriptorBudget? = nil
  ) {
    self.mostSockets = mostSockets
    self.budget = budget
    capacity = 64
    entries = .allocate(capacity: capacity)
    entries.initialize(repeating: Descriptor(), count: capacity)
    if readsStandardInput {
      _ = insert(STDIN_FILENO, kind: .input, state: [.readable, .readDoubtful])
    } else {
      _ = insert(-1, kind: .empty, state: [.registered, .readable])
    }
    for standard in [STDOUT_FILENO, STDERR_FILENO] {
      _ = insert(standard, kind: .output, state: [.writable, .writeDoubtful])
    }
  }

  /// - Throws: `mfile` when there is no room for another socket.
  func checkRoomForSocket() throws(Errno) {
    guard sockets < mostSockets else { throw .mfile }
    guard let budget, sockets >= DescriptorBudget.share else { return }
    guard budget.hasRoom else { throw .mfile }
  }

  /// Closes what the guest left open.
  deinit {
    for number in 0..<count where entries[number].kind.isSocket {
      close(entries[number].hostFD)
    }
    budget?.giveBack(sockets)
    entries.deinitialize(count: capacity)
    entries.deallocate()
  }

  /// The entry of an open descriptor; valid until the next `insert`.
  @inline(__always)
  func lookup(_ number: UInt32) throws(Errno) -> UnsafeMutablePointer<Descriptor> {
    guard number < UInt32(truncatingIfNeeded: count) else { throw .badf }
    let entry = entries + Int(number)
    guard entry.pointee.kind != .free else { throw .badf }
    return entry
  }

  /// The entry of an open socket; valid until the next `insert`.
  @inline(__always)
  func socket(_ number: UInt32) throws(Errno) -> UnsafeMutablePointer<Descriptor> {
    let entry = try lookup(number)
    guard entry.pointee.kind.isSocket else { throw .notsock }
    return entry
  }

  /// Gives the host's descriptor the guest's number, which is free.
  func insert(_ hostFD: Int32, kind: Descriptor.Kind, state: Descriptor.State) -> UInt32 {
    let number: UInt32
    if let free = freeNumbers.popLast() {
      number = free
    } else {
      if count == capacity { grow() }
      number = UInt32(count)
      count += 1
    }
    let last = entries[Int(number)]
    entries[Int(number)] = Descriptor(
      kind: kind, state: state.union(last.state.intersection(.inNewList)), hostFD: hostFD,
      generation: last.generation &+ 1)
    if kind.isSocket {
      sockets += 1
      budget?.take()
    }
    return number
  }

  /// Counts a socket as a connection until it is closed.
  func countConnection(_ entry: UnsafeMutablePointer<Descriptor>) {
    guard !entry.pointee.isConnection else { return }
    entry.pointee.isConnection = true
    connections += 1
  }

  /// Frees the number and closes the host's descriptor, unless that is a standard stream.
  func remove(_ number: UInt32) throws(Errno) {
    let entry = try lookup(number)
    let (kind, hostFD) = (entry.pointee.kind, entry.pointee.hostFD)
    if entry.pointee.isConnection { connections -= 1 }
    entry.pointee = Descriptor(
      state: entry.pointee.state.intersection(.inNewList), generation: entry.pointee.generation)
    freeNumbers.append(number)
    // Linux frees the descriptor whatever close answers, so there is nothing to repeat, and nothing
    // to tell the guest.
    guard kind.isSocket else { return }
    close(hostFD)
    sockets -= 1
    budget?.giveBack()
  }

  func didTakeFromNewList(_ number: UInt32) {
    entries[Int(number)].state.remove(.inNewList)
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Descriptor>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: entries, count: capacity)
    (larger + capacity).initialize(repeating: Descriptor(), count: capacity)
    entries.deallocate()
    entries = larger
    capacity *= 2
  }
}
