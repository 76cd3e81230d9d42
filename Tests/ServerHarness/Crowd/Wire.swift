import Foundation

/// One connection of a crowd: a socket that never blocks, what waits to be sent on it, and when
/// its persona is to be woken.
public final class Wire {
  /// How it came to its end, if it was not the persona that closed it.
  public enum End: Sendable {
    /// Nobody listens.
    case refused
    /// The server has sent all that it had to send.
    case closed
    case reset
  }

  /// Counts the connections of its group.
  public let number: Int
  /// Whether what comes is passed on as it comes. Otherwise it stays in the system's buffer.
  public var readsInput = true

  /// What the system has taken.
  public private(set) var octetsSent = 0

  let descriptor: Int32
  let group: Group
  let persona: any Persona
  /// Tells it from others that had the same place before.
  let serial: UInt32
  var isConnected = false
  var isOpen = true
  var wakeAt: Int64?
  /// What of it is on the agenda.
  var scheduledAt: Int64?
  /// What epoll(7) was told.
  var interest: UInt32 = 0
  private var unsent: [UInt8] = []
  private var sent = 0
  private var wasReset = false
  private var finishesWhenSent = false

  init(descriptor: Int32, number: Int, serial: UInt32, group: Group) {
    self.descriptor = descriptor
    self.number = number
    self.serial = serial
    self.group = group
    persona = group.makePersona(number)
  }

  public var tally: Tally { group.tally }
  public var hasUnsent: Bool { sent < unsent.count }

  // MARK: For personas

  /// Sends octets, as soon as the system takes them.
  public func send(_ octets: [UInt8]) {
    if hasUnsent {
      unsent.append(contentsOf: octets)
    } else {
      // (Not copied: thousands may send the same.)
      unsent = octets
      sent = 0
    }
    flush()
  }

  public func send(_ text: String) { send(Array(text.utf8)) }

  /// Closes the sending half, behind what is to be sent still.
  public func finishSending() {
    finishesWhenSent = true
    flush()
  }

  /// Has `woken` called.
  public func wake(afterMilliseconds time: Int) {
    wakeAt = Crowd.now() + Int64(time) * 1_000_000
  }

  /// Reads a few octets and throws them away.
  public func skim(_ count: Int) {
    var octets = [UInt8](repeating: 0, count: count)
    _ = recv(descriptor, &octets, count, 0)
  }

  public func close() {
    guard isOpen else { return }
    isOpen = false
    Glibc.close(descriptor)
  }

  /// Closes it with a reset.
  public func reset() {
    guard isOpen else { return }
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  // MARK: For the crowd

  func flush() {
    guard isOpen, isConnected else { return }
    while hasUnsent {
      let count = unsent.withUnsafeBytes {
        Glibc.send(
          descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
        octetsSent += count
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        // There may be a response to read all the same.
        wasReset = true
        unsent = []
        sent = 0
      }
    }
    unsent = []
    sent = 0
    if finishesWhenSent {
      finishesWhenSent = false
      shutdown(descriptor, Int32(SHUT_WR))
    }
  }

  /// - Returns: how the connection ended, nil when it has not.
  func receive(
    into buffer: UnsafeMutableRawBufferPointer, _ pass: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows -> End? {
    let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    if count > 0 {
      try pass(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return nil
    }
    if count == 0 { return wasReset ? .reset : .closed }
    return errno == EAGAIN || errno == EINTR ? nil : .reset
  }

  /// Whether the connection that was begun is made; nil when it is, else how that ended.
  func finishConnecting() -> End? {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    switch error {
    case 0: return nil
    case ECONNREFUSED: return .refused
    default: return .reset
    }
  }
}
