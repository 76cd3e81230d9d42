import HTTPCodec
import Sockets

/// How the server ends, without losing a request that it accepted:
///
/// 1. From the begin on /readyz fails and every response says `Connection: close`.
/// 2. For `DRAIN_DELAY` connections are still accepted, until a balancer has seen that.
/// 3. The system turns away new connections, where it can do that, and for `handshakeGrace` those
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

  static var idleGrace: Int64 { Configuration.second }
  /// More than a round trip takes to most clients: a proxy or a balancer is near.
  static var handshakeGrace: Int64 { Configuration.second / 10 }

  var phase = Phase.serving
  /// The end of `DRAIN_TIMEOUT`.
  var deadline: Int64 = .max

  /// When there is something to do even if nothing happens.
  var nextStepAt: Int64? {
    switch phase {
    case .serving, .done: nil
    case .accepting(let time), .emptyingQueue(let time): min(time, deadline)
    case .finishing: deadline
    }
  }
}

extension EventLoop where Network: ~Copyable {
  var isDrained: Bool {
    if case .done = drain.phase { true } else { false }
  }

  /// Begins a drain; does nothing in one.
  mutating func beginDrain() {
    guard case .serving = drain.phase else { return }
    responder.isDraining = true
    if !network.drainRequested { network.announceDrain() }
    drain.deadline = now + configuration.drainTimeout
    let delay = configuration.adminPort == nil ? 0 : configuration.drainDelay
    drain.phase = .accepting(until: now + delay)
    logConnections(.info, "draining")
  }

  mutating func advanceDrain() {
    switch drain.phase {
    case .serving, .done:
      return
    case .accepting(let until):
      guard now >= until || now >= drain.deadline else { return }
      shortenIdleDeadlines()
      drain.phase = .emptyingQueue(at: refuseConnections() ? now + Drain.handshakeGrace : now)
      advanceDrain()
    case .emptyingQueue(let time):
      guard now >= time || now >= drain.deadline else { return }
      guard closeListener() || now >= drain.deadline else {
        // No slot or no descriptor is free: those in the queue have to wait for one.
        drain.phase = .emptyingQueue(at: now + Configuration.second / 20)
        return
      }
      drain.phase = .finishing
      advanceDrain()
    case .finishing:
      if table.publicCount > 0 && now < drain.deadline { return }
      if table.publicCount > 0 {
        logConnections(.warn, "drain timed out")
      } else {
        responder.log.write(.info, "drained")
      }
      drain.phase = .done
    }
  }

  private mutating func logConnections(_ level: LogLevel, _ message: StaticString) {
    guard responder.log.begin(level, message) else { return }
    responder.log.line.add("connections", Int64(table.publicCount))
    responder.log.end()
  }

  private mutating func shortenIdleDeadlines() {
    deadlines[.idle] = min(deadlines[.idle], Drain.idleGrace)
    deadlines[.fresh] = min(deadlines[.fresh], Drain.idleGrace)
    for slot in 0..<table.capacity where table.contains(slot) {
      guard let kind = table.connections[slot].deadline.kind, kind == .idle || kind == .fresh
      else { continue }
      deadlines.set(kind, for: slot, at: now, table.connections)
    }
  }
}
