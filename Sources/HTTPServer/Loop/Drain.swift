import HTTPCodec
import Sockets

/// How the server ends, without losing a request that it accepted:
///
/// 1. From the start on /readyz fails and every response says `Connection: close`.
/// 2. For `DRAIN_DELAY` connections are still accepted, until a balancer has seen that.
/// 3. The system refuses new connections, where it can do that, and for `handshakeGrace` those
///    that are being made are waited for. Then the listening socket is closed, after the connections
///    in its queue have been accepted.
/// 4. Requests that have begun are answered. Connections between two requests are closed after
///    `idleGrace`, in which a request that was on its way arrives and is answered.
/// 5. When none is left, or `DRAIN_TIMEOUT` is over, the loop ends.
struct Drain {
  enum Phase {
    case serving
    case accepting(until: Int64)
    case emptyingQueue(at: Int64)
    case finishing, done
  }

  static var idleGrace: Int64 { .second }
  /// More than a round trip takes to most clients: a proxy or a balancer is near.
  static var handshakeGrace: Int64 { .second / 10 }

  var phase = Phase.serving
  /// The end of `DRAIN_TIMEOUT`.
  private(set) var deadline: Int64 = .max
  private let timeout: Int64
  /// `DRAIN_DELAY`; 0 where there is no admin port, and no /readyz to see.
  private let delay: Int64

  init(_ configuration: borrowing Configuration) {
    timeout = configuration.drainTimeout
    delay = configuration.adminPort == nil ? 0 : configuration.drainDelay
  }

  mutating func begin(at now: Int64) {
    deadline = now &+ timeout
    phase = .accepting(until: now &+ delay)
  }

  /// Whether a drain has been asked for.
  var hasBegun: Bool {
    if case .serving = phase { false } else { true }
  }

  var isDone: Bool {
    if case .done = phase { true } else { false }
  }

  /// When there is something to do even if nothing happens.
  mutating func nextStepAt() -> Int64? {
    switch phase {
    case .serving, .done: nil
    case .accepting(let time), .emptyingQueue(let time): min(time, deadline)
    case .finishing: deadline
    }
  }
}

extension EventLoop where Network: ~Copyable {
  /// Begins a drain; does nothing in one.
  mutating func beginDrain() {
    guard case .serving = drain.phase else { return }
    context.services.beginDrain()
    if !context.network.drainRequested { context.network.announceDrain() }
    drain.begin(at: context.now)
    logConnections(.info, "draining")
  }

  @inline(never)
  mutating func advanceDrain() {
    let now = context.now
    switch drain.phase {
    case .serving, .done:
      return
    case .accepting(let until):
      guard now >= until || now >= drain.deadline else { return }
      shortenIdleDeadlines()
      drain.phase = .emptyingQueue(at: refuseConnections() ? now &+ Drain.handshakeGrace : now)
      advanceDrain()
    case .emptyingQueue(let time):
      guard now >= time || now >= drain.deadline else { return }
      guard closeListener() || now >= drain.deadline else {
        // No slot or no descriptor is free: those in the queue have to wait for one.
        drain.phase = .emptyingQueue(at: now &+ .second / 20)
        return
      }
      drain.phase = .finishing
      advanceDrain()
    case .finishing:
      let isEmpty = context.ports[.application].openConnections == 0
      guard isEmpty || now >= drain.deadline else { return }
      if isEmpty {
        context.journal.log.write(.info, "drained")
      } else {
        logConnections(.warn, "drain timed out")
      }
      drain.phase = .done
    }
  }

  private mutating func logConnections(_ level: LogLevel, _ message: StaticString) {
    guard context.journal.log.begin(level, message) else { return }
    context.journal.log.line.add(
      .connections, Int64(context.ports[.application].openConnections))
    context.journal.log.end()
  }

  private mutating func shortenIdleDeadlines() {
    context.deadlines[.idle] = min(context.deadlines[.idle], Drain.idleGrace)
    context.deadlines[.fresh] = min(context.deadlines[.fresh], Drain.idleGrace)
    for slot in 0..<connections.capacity where connections.contains(slot) {
      guard let kind = context.deadlines.kind(of: slot), kind == .idle || kind == .fresh
      else { continue }
      context.deadlines.set(kind, for: slot, at: context.now)
    }
  }
}
