import CMemory
import Memory

/// The open connections, each in a slot. The slot's number is the token of the connection's
/// events. All memory for the slots is taken at start.
///
/// It is safe although it holds a pointer: a slot's memory is a connection while `isOpen` says so, and
/// every access asks.
@safe
struct ConnectionTable: ~Copyable {
  private var slots: UnsafeMutablePointer<Connection>?
  private var isOpen = FixedArray<Bool>()
  private var free = FixedArray<Int32>()
  private var freeCount = 0

  /// A table without slots.
  init() {
    unsafe slots = nil
  }

  /// Takes the memory of all slots. To be called once.
  ///
  /// - Returns: false when there is not enough.
  mutating func reserve(_ capacity: Int) -> Bool {
    guard isOpen.reserve(capacity, repeating: false), free.reserve(capacity, repeating: 0),
      let memory = unsafe allocate(capacity, stride: MemoryLayout<Connection>.stride)
    else { return false }
    // Large enough, and aligned for any type; a slot is initialised when it is opened.
    unsafe slots = memory.bindMemory(to: Connection.self, capacity: capacity)
    for i in free.indices { free[i] = Int32(capacity - 1 - i) }
    freeCount = capacity
    return true
  }

  /// How many slots there are.
  var capacity: Int { isOpen.count }

  deinit {
    for slot in isOpen.indices where isOpen[slot] {
      unsafe pointer(to: slot).deinitialize(count: 1)  // it is open
    }
    unsafe CMemory.free(slots)
  }

  /// Whether the slot has a connection. An event may come for one that has just been closed.
  func contains(_ slot: Int) -> Bool { isOpen.contains(slot) && isOpen[slot] }

  /// The connection in a slot, which must have one.
  subscript(slot: Int) -> Connection {
    @inline(__always) _read {
      precondition(isOpen[slot])
      yield unsafe pointer(to: slot).pointee  // initialised: it is open
    }
    @inline(__always) _modify {
      precondition(isOpen[slot])
      yield unsafe &pointer(to: slot).pointee  // as above
    }
  }

  /// Within the table's memory, which is there if there is a slot: `isOpen` and `free` check the number.
  @inline(__always)
  private func pointer(to slot: Int) -> UnsafeMutablePointer<Connection> {
    unsafe slots.unsafelyUnwrapped + slot
  }

  /// The slot that the next connection gets; nil when all are taken.
  var nextSlot: Int? { freeCount > 0 ? Int(free[freeCount - 1]) : nil }

  /// Puts a connection in its slot, which must be `nextSlot`.
  mutating func insert(_ connection: consuming Connection) {
    let slot = connection.slot
    precondition(slot == nextSlot)
    freeCount -= 1
    unsafe pointer(to: slot).initialize(to: connection)  // it is free
    isOpen[slot] = true
  }

  mutating func remove(_ slot: Int) {
    precondition(isOpen[slot])
    isOpen[slot] = false
    unsafe pointer(to: slot).deinitialize(count: 1)  // it was open
    free[freeCount] = Int32(slot)
    freeCount += 1
  }
}
