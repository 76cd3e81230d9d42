import HTTPCodec
import Memory

/// Content of a response that lies behind what is written, and that a driver takes in pieces, as fast as the client
/// does: however large it is, no connection holds more of it than one piece.
@usableFromInline
package struct ContentSource {
  @usableFromInline var octets: ImmortalOctets

  @inlinable @inline(__always)
  package init(_ octets: ImmortalOctets = ImmortalOctets()) { self.octets = octets }

  /// How many octets are left.
  package var count: Int {
    @inlinable @inline(__always) get { octets.count }
  }

  /// Appends the next octets to a buffer, `limit` at the most.
  package mutating func take(_ limit: Int, into buffer: inout OctetBuffer) {
    let length = min(limit, count)
    buffer.append(octets.span.extracting(first: length))
    octets = octets.part(length..<count)
  }
}
