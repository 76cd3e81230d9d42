import HTTPCodec
import Sockets

/// One client's connection: its socket, the octets that wait in it, and the conversation that it carries.
/// `ConnectionIO.swift` has what happens to it.
struct Connection: ~Copyable {
  let descriptor: Descriptor
  /// Its place in the table, and the token of its events.
  let slot: Int
  var conversation: Conversation

  /// Octets that wait for the rest of their request, or for their turn. Memory of its own only
  /// while there are any.
  var input: OctetBuffer
  /// Octets that the socket would not take.
  var output: OctetBuffer
  /// The client has sent all that it ever will.
  var endOfInput = false
  /// The batch has responses for it: until they are sent, nothing else happens to it.
  var isBatched = false
  /// What the network watches its socket for.
  var interest: Interest = []
  /// Octets sent since the write deadline was set.
  var sentOfDeadline = 0

  init(
    _ descriptor: Descriptor, slot: Int, _ conversation: consuming Conversation, _ limits: Limits
  ) {
    self.descriptor = descriptor
    self.slot = slot
    self.conversation = conversation
    input = OctetBuffer(limit: limits.input)
    output = OctetBuffer(limit: limits.output)
  }

  var port: Port.Name { conversation.port }

  /// Drops the octets of `input` outside of a range.
  mutating func keepOnly(_ range: Range<Int>) {
    if range.isEmpty { return input.release() }
    input.truncate(to: range.upperBound)
    input.removeFirst(range.lowerBound)
  }

  /// Drops octets of `output` that the socket has taken.
  mutating func dropSent(_ count: Int) {
    sentOfDeadline += count
    if count == output.count { output.release() } else { output.removeFirst(count) }
  }
}
