import CMemory
import HTTPCodec
import Sockets

/// The open connections, each in a slot. The slot's number is the token of the connection's
/// events. All memory for the slots is taken at start.
struct ConnectionTable: ~Copyable {
  let capacity: Int
  let connections: UnsafeMutablePointer<Connection>
  private let isOpen: UnsafeMutablePointer<Bool>
  private let free: UnsafeMutablePointer<Int32>
  private var freeCount: Int
  /// Open connections to the public and to the admin port.
  private(set) var publicCount = 0
  private(set) var adminCount = 0

  /// - Returns: nil when there is not enough memory.
  init?(capacity: Int) {
    guard let connections = calloc(capacity, MemoryLayout<Connection>.stride),
      let isOpen = calloc(capacity, 1),
      let free = calloc(capacity, MemoryLayout<Int32>.stride)
    else { return nil }
    self.capacity = capacity
    self.connections = connections.bindMemory(to: Connection.self, capacity: capacity)
    self.isOpen = isOpen.bindMemory(to: Bool.self, capacity: capacity)
    self.free = free.bindMemory(to: Int32.self, capacity: capacity)
    freeCount = capacity
    for i in 0..<capacity { self.free[i] = Int32(capacity - 1 - i) }
  }

  deinit {
    for slot in 0..<capacity where isOpen[slot] { (connections + slot).deinitialize(count: 1) }
    CMemory.free(connections)
    CMemory.free(isOpen)
    CMemory.free(free)
  }

  /// Whether the slot has a connection. An event may come for one that has just been closed.
  func contains(_ slot: Int) -> Bool { isOpen[slot] }

  /// Gives a connection a slot; nil when all are taken.
  mutating func insert(_ connection: consuming Connection) -> Int? {
    guard freeCount > 0 else { return nil }
    freeCount -= 1
    let slot = Int(free[freeCount])
    if connection.info.isAdmin { adminCount += 1 } else { publicCount += 1 }
    (connections + slot).initialize(to: connection)
    isOpen[slot] = true
    return slot
  }

  mutating func remove(_ slot: Int) {
    if connections[slot].info.isAdmin { adminCount -= 1 } else { publicCount -= 1 }
    (connections + slot).deinitialize(count: 1)
    isOpen[slot] = false
    free[freeCount] = Int32(slot)
    freeCount += 1
  }
}
