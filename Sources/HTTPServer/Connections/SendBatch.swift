import HTTPCodec
import HTTPService
import Memory

/// Responses of several connections that are sent one after the other, once all that is ready has
/// been read.
///
/// Sending is the kernel's longest work for a request, and takes our code out of the processor's
/// caches. Reading and answering many requests first and sending then costs a request measurably
/// less than doing both for each.
struct SendBatch: ~Copyable {
  private struct Entry {
    var slot: Int32 = 0
    var start: Int32 = 0
    var end: Int32 = 0
  }

  private static var octetsLimit: Int { 32_768 }

  /// The responses, in the order of the entries.
  var octets: OctetBuffer
  private var entries = FixedArray<Entry>()
  private(set) var count = 0

  /// - Parameter outputLimit: what one connection's responses may be at the most, in octets.
  init(outputLimit: Int) {
    octets = OctetBuffer(limit: SendBatch.octetsLimit + outputLimit)
  }

  /// Takes the memory of the entries. - Returns: false when there is not enough.
  mutating func reserve() -> Bool { entries.reserve(64, repeating: Entry()) }

  var isFull: Bool { count == entries.count || octets.count >= SendBatch.octetsLimit }

  /// Notes that the octets from `start` on are for a connection.
  mutating func add(_ slot: Int, from start: Int) {
    entries[count] = Entry(slot: Int32(slot), start: Int32(start), end: Int32(octets.count))
    count += 1
  }

  /// The slot of the connection that an entry is for.
  @inline(__always)
  func slot(_ entry: Int) -> Int { Int(entries[entry].slot) }

  /// The responses of an entry.
  @inline(__always) @_lifetime(borrow self)
  func responses(_ entry: Int) -> Span<UInt8> {
    octets.octets.extracting(Int(entries[entry].start)..<Int(entries[entry].end))
  }

  mutating func removeAll() {
    count = 0
    octets.removeAll()
  }
}
