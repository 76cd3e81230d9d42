import CEpoll
import Foundation
import Synchronization

/// Thousands of clients in one thread.
///
///     let crowd = try Crowd(port: server.port)
///     crowd.join(Tally("silent"), count: 2000) { _ in Silent() }
///     crowd.leave()
public final class Crowd: Sendable {
  enum Command: Sendable {
    case join(Tally, count: Int, SocketOptions, Rejoin, @Sendable (Int) -> any Persona)
    /// Comes to an end without leaving anything unanswered; nil is everybody.
    case finish(Tally?)
    /// Goes at once.
    case leave(Tally?)
  }

  private let mailbox: Mailbox

  public init(port: UInt16) throws {
    try DescriptorLimit.raise()
    let mailbox = try Mailbox()
    self.mailbox = mailbox
    inBackground { CrowdLoop(port: port, mailbox).run() }
  }

  deinit { mailbox.end() }

  /// Lets clients connect, 5,000 a second.
  ///
  /// - Parameter makePersona: gets the number of the connection in this group.
  public func join(
    _ tally: Tally, count: Int, options: SocketOptions = .usual, rejoin: Rejoin = .never,
    _ makePersona: @escaping @Sendable (Int) -> any Persona
  ) {
    mailbox.post(.join(tally, count: count, options, rejoin, makePersona))
  }

  /// Has the clients come to their ends, and waits until all are gone.
  public func finish(_ tally: Tally? = nil, seconds: Double = 60) throws {
    mailbox.post(.finish(tally))
    try waitUntilGone(tally, seconds: seconds)
  }

  /// Closes all connections, whatever they are at.
  public func leave(_ tally: Tally? = nil, seconds: Double = 60) throws {
    mailbox.post(.leave(tally))
    try waitUntilGone(tally, seconds: seconds)
  }

  /// Waits until no client is there, and none will come.
  public func waitUntilGone(_ tally: Tally? = nil, seconds: Double = 60) throws {
    try eventually("the clients are gone", seconds: seconds) { try mailbox.present(tally) == 0 }
  }

  /// How many clients have joined and not gone.
  public func present(_ tally: Tally? = nil) throws -> Int { try mailbox.present(tally) }

  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// What a crowd's owner and its thread tell each other.
final class Mailbox: Sendable {
  private struct State {
    var commands: [Crowd.Command] = []
    var hasEnded = false
    var failure: String?
    /// Clients that have joined and not gone, by tally.
    var present: [ObjectIdentifier: Int] = [:]
  }

  /// Readable when there is something to take.
  let bell: Int32
  private let state = Mutex(State())

  init() throws {
    bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard bell >= 0 else { throw TestFailure("eventfd: \(errno)") }
  }

  deinit { close(bell) }

  func post(_ command: Crowd.Command) {
    state.withLock {
      $0.commands.append(command)
      if case .join(let tally, let count, _, _, _) = command {
        $0.present[ObjectIdentifier(tally), default: 0] += count
      }
    }
    eventfd_write(bell, 1)
  }

  func end() {
    state.withLock { $0.hasEnded = true }
    eventfd_write(bell, 1)
  }

  /// - Returns: nil at the end.
  func take() -> [Crowd.Command]? {
    var count: eventfd_t = 0
    eventfd_read(bell, &count)
    return state.withLock { state in
      defer { state.commands = [] }
      return state.hasEnded ? nil : state.commands
    }
  }

  func noteGone(_ tally: Tally) {
    state.withLock { $0.present[ObjectIdentifier(tally), default: 0] -= 1 }
  }

  func fail(_ text: String) { state.withLock { $0.failure = text } }

  func present(_ tally: Tally?) throws -> Int {
    try state.withLock { state in
      if let failure = state.failure { throw TestFailure(failure) }
      guard let tally else { return state.present.values.reduce(0, +) }
      return state.present[ObjectIdentifier(tally)] ?? 0
    }
  }
}
