import Sockets

/// What the system does wrong: each list is answered from before anything else is, and used up.
struct Faults {
  /// A port that cannot be opened.
  var listen: SocketError?
  /// One that cannot be opened on an IPv6 address.
  var listenIPv6: SocketError?
  var accepts: [Acceptance] = []
  /// `wouldBlock` is an interrupted call as well.
  var receives: [Transfer] = []
  var sends: [Transfer] = []
  /// How many waits end at once with nothing, as one does when a signal comes.
  var interruptedWaits = 0
  /// There is no waiting any more.
  var wait: SocketError?
  /// How far the monotonic clock, which should never jump, has jumped.
  var clockJump: Int64 = 0
}
