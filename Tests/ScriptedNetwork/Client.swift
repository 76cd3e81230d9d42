import Sockets

/// The other end of a connection, in the hands of a test or a fuzzer.
final class Client {
  /// The server's descriptor for the connection, once it is accepted.
  var descriptor: Descriptor = -1

  /// Where it is; nil where the system cannot tell.
  var address: SocketAddress?

  // What the client does.

  /// What has arrived at the server and was not read: a `receive` takes from one segment only.
  var segments: [ArraySlice<UInt8>] = []
  private(set) var hasFinished = false
  private(set) var isReset = false
  /// How many octets the network takes until the client reads some.
  var room = Int.max
  /// How many octets a `send` takes at the most.
  var largestSend = Int.max

  /// How many octets of it have been read.
  private(set) var delivered = 0

  // What the client sees.

  private(set) var received: [UInt8] = []
  /// How many times the server sent something.
  private(set) var sendCount = 0
  /// The server said that it will send no more, or closed the connection with all read.
  var sawEnd = false
  /// How many times the server took some of what was sent.
  var takenCount = 0
  /// When the server closed the connection.
  private(set) var closedAt: Int64?
  /// The server closed it with input unread: a real system would have reset the connection, and
  /// the response might be lost.
  private(set) var wasCutOff = false

  var isClosed: Bool { closedAt != nil }
  var isReadable: Bool { isReset || hasFinished || !segments.isEmpty }
  var unread: Int { segments.reduce(0) { $0 + $1.count } }
  var text: String { String(decoding: received, as: UTF8.self) }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ octets: some Collection<UInt8>) {
    if !octets.isEmpty { segments.append(ArraySlice(octets)) }
  }

  /// Sends nothing any more, and goes on reading.
  func finish() { hasFinished = true }

  /// Drops the connection.
  func reset() {
    isReset = true
    segments.removeAll()
  }

  /// Reads some octets, which makes room for others.
  func read(_ count: Int) { room += count }

  /// Forgets the responses so far.
  func forget() { received.removeAll() }

  // MARK: For the network

  func noteDelivered(_ count: Int) { delivered += count }

  func take(_ octets: Span<UInt8>) {
    sendCount += 1
    for i in octets.indices { received.append(octets[i]) }
    if room != .max { room -= octets.count }
  }

  func noteClosed(at time: Int64) {
    closedAt = time
    wasCutOff = !segments.isEmpty
    if !wasCutOff { sawEnd = true }
  }
}
