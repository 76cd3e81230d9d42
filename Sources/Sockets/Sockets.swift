import Memory

/// The network and the clock of an event loop: listening and connected stream sockets, none of which
/// ever blocks, and one call that waits for any of them.
///
/// `WASISockets` and `POSIXSockets` implement it, `SystemSockets` names the one of this
/// platform; the tests have a scripted network.
package protocol Sockets: ~Copyable {
  /// Takes what watching sockets needs. To be called first, once.
  ///
  /// - Parameter tokens: how many sockets can be watched, with tokens from 0 on.
  /// - Returns: false when there is not enough memory, or no descriptors.
  mutating func reserve(_ tokens: Int) -> Bool

  /// Opens a listening socket.
  ///
  /// - Parameters:
  ///   - backlog: how many connections may wait to be accepted.
  ///   - buffer: how many octets the system may hold of each connection that is accepted, in each direction,
  ///     if it can be told. Linux takes twice as many, with their management.
  mutating func listen(
    on address: SocketAddress, backlog: Int, buffer: Int
  ) throws(SocketError) -> Descriptor

  /// The address a listening socket got, which has the port that was chosen for port 0.
  func localAddress(of listener: Descriptor) -> SocketAddress?

  mutating func accept(from listener: Descriptor) -> Acceptance

  /// Asks the system to refuse new connections from now on. Connections that are made already,
  /// or half made, can still be accepted: a listening socket that is closed some time after this
  /// loses none.
  ///
  /// - Returns: whether the system does; not every one can (unless implemented, it cannot).
  mutating func refuseConnections(on listener: Descriptor) -> Bool

  /// The address of a connection's other end, nil when it is unknown. A dual-stack socket has that of an
  /// IPv4 client as ::ffff:192.0.2.1 (RFC 4291 2.5.5.2).
  func peerAddress(of connection: Descriptor) -> SocketAddress?

  /// Appends what there is to read, as much as `room` holds; 0 octets at the end of the input.
  mutating func receive(
    from connection: Descriptor, into room: inout OutputSpan<UInt8>
  ) -> Transfer

  /// Writes what can be written now.
  mutating func send(_ octets: Span<UInt8>, to connection: Descriptor) -> Transfer

  /// Tells the other end that nothing more will be sent.
  mutating func finishSending(on connection: Descriptor)

  mutating func close(_ descriptor: Descriptor)

  /// Sets what `wait` watches a socket for; nothing to watch it no longer. A socket must be
  /// watched for nothing before it is closed.
  ///
  /// - Parameter token: a small number of the caller's that stands for the socket in events.
  mutating func watch(_ descriptor: Descriptor, token: Int, for interest: Interest)

  /// Waits until a watched socket is ready, for at most `nanoseconds`, nil for as long as it
  /// takes.
  ///
  /// - Returns: how many events there are; 0 at the end of the time, and at times before.
  mutating func wait(nanoseconds: Int64?) throws(SocketError) -> Int

  /// One of the events of the last `wait`. There may be two for a socket.
  func event(_ index: Int) -> Event

  /// Whether the operator has asked the server to drain: with a signal to the process or, as a
  /// wasm guest gets no signals, through its host with a hang-up on the listening socket.
  var drainRequested: Bool { get }

  /// Asks the other instances of this service to drain as well, where its host knows any.
  mutating func announceDrain()

  /// A clock that never jumps, in nanoseconds.
  func monotonicTime() -> Int64

  /// Nanoseconds since the Unix epoch, as far as this machine knows.
  func wallClockTime() -> Int64
}

extension Sockets where Self: ~Copyable {
  package mutating func refuseConnections(on listener: Descriptor) -> Bool { false }

  package mutating func announceDrain() {}

  package mutating func reserve(_ tokens: Int) -> Bool { true }
}

package typealias Descriptor = Int32

package struct SocketAddress: Sendable {
  package let octets: AddressOctets
  package let isIPv6: Bool
  package let port: UInt16

  package init(octets: AddressOctets, isIPv6: Bool, port: UInt16) {
    self.octets = octets
    self.isIPv6 = isIPv6
    self.port = port
  }

  package var octetCount: Int { isIPv6 ? 16 : 4 }
}

/// The result of `accept`.
package enum Acceptance: Equatable {
  case connection(Descriptor)
  /// No connection is waiting.
  case none
  /// A connection was lost before it could be served, as when its client has reset it already.
  /// There may be another.
  case lost
  /// No descriptors or no memory for another connection now: try again later.
  case exhausted
  /// The listening socket is broken: nothing more can be accepted from it.
  case failed(SocketError)
}

/// The result of `receive` or `send`.
package enum Transfer: Equatable {
  case octets(Int)
  case wouldBlock
  case failed(SocketError)
}

/// The result of writing to a standard stream.
package struct Written {
  /// How many octets are written.
  package let count: Int
  /// Whether the others cannot be written, for another reason than that the reader is slow: the disk is
  /// full, or the reader has gone.
  package let hasFailed: Bool

  package init(count: Int, hasFailed: Bool) {
    self.count = count
    self.hasFailed = hasFailed
  }
}

/// What to watch a socket for.
package struct Interest: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static var read: Interest { Interest(rawValue: 1) }
  package static var write: Interest { Interest(rawValue: 2) }
}

/// Something has happened to a watched socket; what exactly, the next call on it tells.
package struct Event: Equatable, BitwiseCopyable {
  package let token: Int
  package let isReadable: Bool
  package let isWritable: Bool

  package init(token: Int, isReadable: Bool, isWritable: Bool) {
    self.token = token
    self.isReadable = isReadable
    self.isWritable = isWritable
  }
}

/// An errno of the platform, in the words of `strerror` for those that a person may meet.
package struct SocketError: Error, Equatable {
  package let code: Int32

  package init(code: Int32) {
    self.code = code
  }

  static var permissionDenied: StaticString {
    """
    permission denied (a port below 1024 needs privileges: choose another one, or let a service \
    manager open it)
    """
  }
}

#if arch(wasm32)
  package typealias SystemSockets = WASISockets
#else
  package typealias SystemSockets = POSIXSockets
#endif
