import CMemory
import HTTPCodec
import Sockets

/// Which addresses the connections are from, for `MAX_CONNECTIONS_PER_ADDRESS`: one client takes no more
/// than its part of the slots.
///
/// A number for each slot, which are gone through when a connection is accepted: a thousand in less time
/// than the accept takes, and a client can do nothing to make it longer. All memory is taken at start.
struct AddressLimit: ~Copyable {
  /// So many octets of memory for each connection.
  static var memoryPerConnection: Int { MemoryLayout<UInt64>.stride }

  /// 0: no limit, and no address is asked for.
  let most: Int
  /// By slot; 0 where there is no connection, or one that is not counted.
  private let keys: UnsafeMutablePointer<UInt64>?
  private let capacity: Int

  /// - Returns: nil when there is not enough memory.
  init?(most: Int, slots: Int) {
    let memory = most > 0 ? calloc(slots, AddressLimit.memoryPerConnection) : nil
    if most > 0, memory == nil { return nil }
    self.most = most
    capacity = slots
    keys = memory?.bindMemory(to: UInt64.self, capacity: slots)
  }

  deinit { free(keys) }

  /// What stands for an address: an IPv6 client has a /64 at the least (RFC 6177 2), of which any address
  /// is its own. IPv4 addresses are put where no IPv6 network is, in multicast. Never 0.
  static func key(of address: SocketAddress) -> UInt64 {
    let first = withUnsafeBytes(of: address.octets) {
      UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))
    }
    return (address.isIPv6 ? first : first >> 32 | 0xFFFF_FFFF_0000_0000) &+ 1
  }

  /// Whether the address may have one more connection.
  @inline(never)
  func allows(_ key: UInt64) -> Bool {
    guard let keys else { return true }
    var count = 0
    for slot in 0..<capacity where keys[slot] == key { count += 1 }
    return count < most
  }

  /// Notes whose connection is in a slot, 0 when it is over.
  mutating func set(_ key: UInt64, for slot: Int) {
    if let keys { keys[slot] = key }
  }
}

extension EventLoop where Network: ~Copyable {
  /// What stands for an address in `addressLimit`, 0 for a proxy of ours: behind it are many clients.
  @inline(never)
  func limitedKey(of peer: SocketAddress) -> UInt64 {
    let address = IPAddress(octets: peer.octets, isIPv6: peer.isIPv6)
    return configuration.trustedProxies.contain(address) ? 0 : AddressLimit.key(of: peer)
  }
}
