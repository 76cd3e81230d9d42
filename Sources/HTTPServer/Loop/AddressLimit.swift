import HTTPCodec
import Memory
import Sockets

/// Which addresses the connections are from, for `MAX_CONNECTIONS_PER_ADDRESS`: one client takes no more
/// than its part of the slots.
///
/// Each slot has the key of its client's address. All keys are compared when a connection is accepted: a
/// thousand of them in less time than the accept takes, and a client can do nothing to make it longer.
struct AddressLimit: ~Copyable {
  /// Octets of memory for each connection.
  static var memoryPerConnection: Int { MemoryLayout<UInt64>.stride }

  /// Connections of one address; 0: no limit, and no address is asked for.
  let limit: Int
  /// By slot; 0 where there is no connection, or one that is not counted.
  private var keys = FixedArray<UInt64>()

  /// Behind one of these are many clients: their connections are not counted.
  private let exempt: TrustedProxies

  init(_ limit: Int, exempt: TrustedProxies) {
    self.limit = limit
    self.exempt = exempt
  }

  /// Takes the memory of the keys, if they are needed. - Returns: false when there is not enough.
  mutating func reserve(_ slots: Int) -> Bool { limit == 0 || keys.reserve(slots, repeating: 0) }

  /// The key of a client's address; 0 where there is no limit, or none for this address.
  @inline(never)
  func key(of peer: SocketAddress) -> UInt64 {
    let isCounted = limit > 0 && !exempt.contain(peer.host)
    return isCounted ? peer.host.networkKey : 0
  }

  /// Whether the address may have one more connection.
  @inline(never)
  func allows(_ key: UInt64) -> Bool {
    if limit == 0 { return true }
    var count = 0
    for slot in keys.indices where keys[slot] == key { count += 1 }
    return count < limit
  }

  /// Notes whose connection is in a slot, 0 when it is over.
  mutating func set(_ key: UInt64, for slot: Int) {
    if limit > 0 { keys[slot] = key }
  }
}
