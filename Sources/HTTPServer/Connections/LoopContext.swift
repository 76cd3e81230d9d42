import HTTPCodec
import HTTPService
import Sockets

/// What a connection uses of its event loop: the network, the services, the journal, deadlines, shared
/// buffers and the time.
struct LoopContext<Network: Sockets & ~Copyable>: ~Copyable {
  let limits: Limits
  var network: Network
  var services: Services
  var journal: Journal
  var deadlines: Deadlines
  var ports = Ports()
  /// The time of this turn, in nanoseconds of the network's monotonic clock.
  var now: Int64
  /// Requests that came whole in this turn and were answered.
  var answeredInTurn: UInt64 = 0

  /// What every connection reads into, and where the responses are put together to what a connection has
  /// kept: a connection needs memory of its own only for what is left over.
  var received: OctetBuffer
  var responses: OctetBuffer

  @_optimize(size)
  init(
    _ configuration: borrowing Configuration, _ limits: Limits, _ routes: borrowing Routes,
    _ network: consuming Network
  ) {
    self.limits = limits
    services = Services(routes, configuration, limits)
    journal = Journal(configuration)
    deadlines = Deadlines(configuration)
    received = OctetBuffer(limit: limits.buffer)
    responses = OctetBuffer(limit: limits.output)
    now = network.monotonicTime()
    self.network = network
  }

  /// Takes the memory of the shared buffers, the deadlines and what all responses have.
  ///
  /// - Returns: false when there is not enough.
  @_optimize(size)
  mutating func reserve() -> Bool {
    network.reserve(limits.sockets) && ports.reserve(limits) && received.reserve(limits.buffer)
      && responses.reserve(limits.pendingResponses)
      && services.reserve() && journal.reserve() && deadlines.reserve(limits.allConnections)
  }
}
