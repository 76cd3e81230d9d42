import CLinux
import Glibc
import GuestABI

/// What epoll reports of one descriptor.
struct Edge: OptionSet {
  let rawValue: UInt8

  static let input = Edge(rawValue: 1)
  static let output = Edge(rawValue: 2)
  static let peerClosed = Edge(rawValue: 4)
  static let hungUp = Edge(rawValue: 8)
  static let urgent = Edge(rawValue: 16)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// An error or a hang-up makes a descriptor ready for reading and writing: either call tells the guest what
  /// happened.
  init(epoll events: UInt32) {
    let events = EPOLL_EVENTS(rawValue: events).rawValue
    var edge: Edge = []
    if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { edge.insert(.input) }
    if events & EPOLLOUT.rawValue != 0 { edge.insert(.output) }
    if events & EPOLLRDHUP.rawValue != 0 { edge.insert(.peerClosed) }
    if events & EPOLLPRI.rawValue != 0 { edge.insert(.urgent) }
    if events & EPOLLERR.rawValue != 0 { edge.insert([.input, .output]) }
    if events & EPOLLHUP.rawValue != 0 {
      edge.insert([.input, .output, .peerClosed, .hungUp])
    }
    self = edge
  }
}

/// What is reported of a descriptor.
struct Interest: OptionSet {
  let rawValue: UInt32

  static let input = Interest(EPOLLIN)
  static let output = Interest(EPOLLOUT)
  /// The peer's end of sending, and urgent data.
  static let ends = Interest(rawValue: EPOLLRDHUP.rawValue | EPOLLPRI.rawValue)
  /// Changes, once each, instead of what is so at each wait.
  static let edges = Interest(EPOLLET)

  init(rawValue: UInt32) { self.rawValue = rawValue }
  private init(_ events: EPOLL_EVENTS) { rawValue = events.rawValue }
}

/// A descriptor's number in one of its uses.
struct Token: RawRepresentable, Equatable {
  let rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }
  init(generation: UInt32, number: UInt32) {
    rawValue = UInt64(generation) << 32 | UInt64(number)
  }

  var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
  var number: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}

/// An epoll set.
final class EpollSet {
  private let descriptor: Int32
  /// The events of one wait. Those that do not fit come with the next wait.
  private let batch: UnsafeMutableBufferPointer<epoll_event>

  init() throws(HostError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else {
      throw .shortage(of: "descriptor", reason: describe(error: errno))
    }
    batch = .allocate(capacity: 1024)
  }

  deinit {
    close(descriptor)
    batch.deallocate()
  }

  /// Adds a descriptor, or registers it again (`anew`). The first edges are its present state. Closing the descriptor
  /// removes it.
  ///
  /// - Returns: false for a regular file (EPERM), and when the kernel has no room.
  func watch(_ hostFD: Int32, as token: Token, for interest: Interest, anew: Bool = false) -> Bool {
    var event = epoll_event(events: interest.rawValue, data: epoll_data(u64: token.rawValue))
    return epoll_ctl(descriptor, anew ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, hostFD, &event) == 0
  }

  /// Removes a descriptor that stays open.
  func forget(_ hostFD: Int32) {
    var event = epoll_event()
    epoll_ctl(descriptor, EPOLL_CTL_DEL, hostFD, &event)
  }

  /// Waits for edges: 0 milliseconds for not at all, -1 for no limit.
  func wait(
    milliseconds: Int32, _ body: (Token, Edge) -> Void
  ) throws(Errno) {
    let count = epoll_wait(descriptor, batch.baseAddress, Int32(batch.count), milliseconds)
    // EINTR comes from a stop and continue of the process: the caller waits again.
    if count < 0, errno != EINTR { throw .last }
    for event in batch.prefix(max(Int(count), 0)) {
      body(Token(rawValue: event.data.u64), Edge(epoll: event.events))
    }
  }
}
