/// How one client behaves, from the begin of a connection to its end.
///
/// What a persona throws is a failure of the server's: it is noted, and the connection is closed.
public protocol Persona: AnyObject {
  func connected(_ wire: Wire) throws
  /// Something has come; not called while `readsInput` is false.
  func received(_ octets: UnsafeRawBufferPointer, _ wire: Wire) throws
  /// The time that was asked for has come.
  func woken(_ wire: Wire) throws
  /// The connection has ended, by the server or because there is none.
  func ended(_ end: Wire.End, _ wire: Wire) throws
  /// Told to come to an end, without leaving anything unanswered.
  func finish(_ wire: Wire) throws
}

extension Persona {
  public func received(_ octets: UnsafeRawBufferPointer, _ wire: Wire) throws {}
  public func woken(_ wire: Wire) throws {}
  public func finish(_ wire: Wire) throws { wire.close() }
}

/// Clients of one kind in a crowd.
final class Group {
  let tally: Tally
  let options: SocketOptions
  let rejoin: Rejoin
  let makePersona: @Sendable (Int) -> any Persona
  var made = 0
  var hasLeft = false

  init(
    _ tally: Tally, _ options: SocketOptions, _ rejoin: Rejoin,
    _ makePersona: @escaping @Sendable (Int) -> any Persona
  ) {
    self.tally = tally
    self.options = options
    self.rejoin = rejoin
    self.makePersona = makePersona
  }
}

/// Whether a client whose connection has ended makes another one.
public enum Rejoin: Sendable {
  case never
  case afterPause(milliseconds: Int)
  /// Until nobody listens any more, as at the end of a drain.
  case untilRefused

  public static let always = Rejoin.afterPause(milliseconds: 1)
}

/// What a client asks of the system before it connects.
public struct SocketOptions: Sendable {
  var receiveBuffer: Int32?
  var largestSegment: Int32?

  public static let usual = SocketOptions()
  /// As a client far away, in whose direction little is under way: over loopback the system would
  /// take megabytes for it before the server notices that nobody reads.
  public static let narrow = SocketOptions(receiveBuffer: 2304, largestSegment: 536)
}
