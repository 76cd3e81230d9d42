import GuestABI
import Testing

/// A memory of the test's own, whose octets are between two fences that no access may change.
private final class Ground {
  static let fence = 64
  let memory = GuestMemory()
  private(set) var size: Int
  private let octets: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter most: so far it can grow.
  init(_ size: Int, most: Int? = nil) {
    self.size = size
    octets = .allocate(capacity: (most ?? size) + 2 * Ground.fence)
    octets.initialize(repeating: 0xc5)
    memory.adopt(base: UnsafeMutableRawPointer(octets.baseAddress! + Ground.fence)) {
      [unowned self] in UInt64(self.size)
    }
  }

  deinit { octets.deallocate() }

  func grow(to size: Int) { self.size = size }

  var octetsOfMemory: [UInt8] { Array(octets[Ground.fence..<(Ground.fence + size)]) }

  var areFencesIntact: Bool {
    octets[..<Ground.fence].allSatisfy { $0 == 0xc5 }
      && octets[(Ground.fence + size)...].allSatisfy { $0 == 0xc5 }
  }
}

/// A record type, for tables of tests.
private struct Kind: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let size: UInt32
  let alignment: UInt32
  let read: @Sendable (GuestMemory, UInt32) throws(Errno) -> Void
  let write: @Sendable (GuestMemory, UInt32) throws(Errno) -> Void
  let list: @Sendable (GuestMemory, UInt32, _ count: UInt32) throws(Errno) -> Void

  /// Sizes and alignments as the ABI has them, and not as the record says.
  init<Record: GuestRecord>(_ type: Record.Type, size: UInt32, alignment: UInt32) {
    testDescription = "\(type)"
    self.size = size
    self.alignment = alignment
    read = { (memory, address) throws(Errno) in _ = try memory.read(type, at: address) }
    write = { (memory, address) throws(Errno) in try memory.write(type.init(), at: address) }
    list = { (memory, address, count) throws(Errno) in
      let list = try memory.array(of: type, at: address, count: count)
      for place in 0..<list.count { list[place] = list[place] }
    }
  }

  static let all = [
    Kind(UInt8.self, size: 1, alignment: 1), Kind(UInt16.self, size: 2, alignment: 2),
    Kind(UInt32.self, size: 4, alignment: 4), Kind(UInt64.self, size: 8, alignment: 8),
    Kind(Vector.self, size: 8, alignment: 4), Kind(Subscription.self, size: 48, alignment: 8),
    Kind(Event.self, size: 32, alignment: 8), Kind(DescriptorStatus.self, size: 24, alignment: 8),
    Kind(FileStatus.self, size: 64, alignment: 8), Kind(AddressBuffer.self, size: 8, alignment: 4),
    Kind(AddressInfo.self, size: 28, alignment: 4),
    Kind(SocketAddressBuffer.self, size: 12, alignment: 4),
  ]
}

struct GuestRecordTests {
  /// Not a multiple of 28 or 12, so that the last record of each size is at another address.
  private static let size: UInt32 = 1024

  private func outcome(_ body: () throws(Errno) -> Void) -> Errno {
    do throws(Errno) {
      try body()
      return .success
    } catch {
      return error
    }
  }

  @Test(
    "A record at the last address that has room for it is read and written", arguments: Kind.all)
  fileprivate func lastAddress(_ kind: Kind) {
    let ground = Ground(Int(Self.size))
    let last = Self.size - kind.size
    #expect(outcome { () throws(Errno) in try kind.read(ground.memory, last) } == .success)
    #expect(outcome { () throws(Errno) in try kind.write(ground.memory, last) } == .success)
    #expect(ground.areFencesIntact)
  }

  @Test("One place further it is FAULT, and nothing is written", arguments: Kind.all)
  fileprivate func oneBeyond(_ kind: Kind) {
    let ground = Ground(Int(Self.size))
    let before = ground.octetsOfMemory
    // One octet beyond, which no alignment forgives, and the next aligned address.
    for address in [Self.size - kind.size + 1, Self.size - kind.size + kind.alignment, Self.size] {
      #expect(outcome { () throws(Errno) in try kind.read(ground.memory, address) } == .fault)
      #expect(outcome { () throws(Errno) in try kind.write(ground.memory, address) } == .fault)
    }
    #expect(ground.octetsOfMemory == before && ground.areFencesIntact)
  }

  @Test("At the end of the address space it is FAULT, whatever wraps there", arguments: Kind.all)
  fileprivate func endOfAddresses(_ kind: Kind) {
    let ground = Ground(Int(Self.size))
    for address: UInt32 in [.max, .max - kind.size + 1, .max - kind.size, 0x8000_0000] {
      #expect(outcome { () throws(Errno) in try kind.read(ground.memory, address) } == .fault)
      #expect(outcome { () throws(Errno) in try kind.write(ground.memory, address) } == .fault)
    }
    #expect(ground.areFencesIntact)
  }

  @Test("A list whose octets are more than 32 bits can count is FAULT", arguments: Kind.all)
  fileprivate func products(_ kind: Kind) {
    let ground = Ground(Int(Self.size))
    // So many octets are 2^32, or a little less.
    let wraps = UInt32(clamping: (UInt64(1) << 32) / UInt64(kind.size))
    for count in [.max, 0x8000_0000, wraps, max(wraps &+ 1, 2000), Self.size / kind.size + 1] {
      let result = outcome { () throws(Errno) in try kind.list(ground.memory, 0, count) }
      #expect(result == .fault, "\(count)")
    }
    let result = outcome { () throws(Errno) in
      try kind.list(ground.memory, 0, Self.size / kind.size)
    }
    #expect(result == .success)
    #expect(ground.areFencesIntact)
  }

  @Test("An empty list may be at any address of the memory, its end included")
  func emptyLists() throws {
    let ground = Ground(Int(Self.size))
    let memory = ground.memory
    let list = try memory.array(of: Event.self, at: Self.size, count: 0)
    let count = list.count
    #expect(count == 0)
    let result = outcome { () throws(Errno) in
      let list = try memory.array(of: Event.self, at: Self.size + 8, count: 0)
      _ = list.count
    }
    #expect(result == .fault)
  }

  @Test("A record that is not aligned is INVAL; octets may be anywhere", arguments: Kind.all)
  fileprivate func alignment(_ kind: Kind) throws {
    let ground = Ground(Int(Self.size))
    for address in 128..<136 as Range<UInt32> {
      let expected: Errno = address % kind.alignment == 0 ? .success : .inval
      #expect(outcome { () throws(Errno) in try kind.read(ground.memory, address) } == expected)
      #expect(outcome { () throws(Errno) in try kind.write(ground.memory, address) } == expected)
      let list = outcome { () throws(Errno) in try kind.list(ground.memory, address, 2) }
      #expect(list == expected)
      #expect(try ground.memory.copy(address, count: 3).count == 3)
    }
  }

  @Test("Octets: the last ones, none at the end, and FAULT beyond")
  func octets() throws {
    let ground = Ground(Int(Self.size))
    try ground.memory.write([1, 2, 3], at: Self.size - 3)
    #expect(try ground.memory.copy(Self.size - 3, count: 3) == [1, 2, 3])
    #expect(try ground.memory.copy(Self.size - 3, count: 3, limit: 2) == [1, 2])
    #expect(try ground.memory.copy(Self.size, count: 0) == [])
    for (address, count) in [
      (Self.size - 3, 4), (Self.size, 1), (1, .max), (.max, 1), (.max, .max), (Self.size + 1, 0),
    ] as [(UInt32, UInt32)] {
      #expect(throws: Errno.fault) { try ground.memory.copy(address, count: count, limit: 1) }
    }
    #expect(throws: Errno.fault) { try ground.memory.write([1, 2, 3, 4], at: Self.size - 3) }
    #expect(try ground.memory.copy(Self.size - 3, count: 3) == [1, 2, 3])
    #expect(ground.areFencesIntact)
  }

  @Test("Memory that has grown is seen, and none once it is forgotten")
  func growth() throws {
    let ground = Ground(64, most: 128)
    #expect(throws: Errno.fault) { try ground.memory.write(UInt32(1), at: 64) }
    ground.grow(to: 128)
    try ground.memory.write(UInt32(1), at: 64)
    #expect(try ground.memory.read(UInt32.self, at: 64) == 1)
    ground.memory.forget()
    #expect(!ground.memory.isKnown)
    #expect(throws: Errno.fault) { try ground.memory.read(UInt32.self, at: 0) }
    #expect(throws: Errno.fault) { try ground.memory.copy(0, count: 0) }
  }

  @Test("What does not fit into an output is left out")
  func output() throws {
    let ground = Ground(96)
    let memory = ground.memory
    var output = GuestOutput(try memory.array(of: Event.self, at: 32, count: 2))
    for number in 1...3 as ClosedRange<UInt64> {
      var subscription = Subscription()
      subscription.userdata = number
      output.append(Event(subscription))
    }
    let count = output.count
    #expect(count == 2)
    #expect(try memory.read(UInt64.self, at: 32) == 1 && memory.read(UInt64.self, at: 64) == 2)
    output.removeAll()
    let rest = output.count
    #expect(rest == 0)
    #expect(ground.areFencesIntact)
  }
}

/// Where each field is, by the numbers of docs/socket-abi.md.
struct RecordLayoutTests {
  /// Reads a record from octets that count from 0, and writes it to others.
  private func check<Record: GuestRecord>(
    _ type: Record.Type, _ fields: (Record) -> [(value: UInt64, offset: Int, size: Int)]
  ) throws {
    let size = Int(type.layout.size)
    let (source, target) = (Ground(size), Ground(size))
    try source.memory.write((0..<UInt8(size)).map { $0 }, at: 0)
    try target.memory.write([UInt8](repeating: 0xff, count: size), at: 0)
    let record = try source.memory.read(type, at: 0)
    try target.memory.write(record, at: 0)
    // Padding stays what it was.
    var expected = [UInt8](repeating: 0xff, count: size)
    for (value, offset, size) in fields(record) {
      let octets = (offset..<(offset + size)).reversed()
      #expect(value == octets.reduce(0) { $0 << 8 | UInt64($1) }, "\(type) at \(offset)")
      for octet in octets { expected[octet] = UInt8(octet) }
    }
    #expect(target.octetsOfMemory == expected, "\(type)")
  }

  @Test("Fields of preview1's records are where the witx says")
  func preview1() throws {
    try check(Vector.self) { [(UInt64($0.buffer), 0, 4), (UInt64($0.count), 4, 4)] }
    try check(Subscription.self) {
      [
        ($0.userdata, 0, 8), (UInt64($0.tag), 8, 1), (UInt64($0.subject), 16, 4),
        ($0.timeout, 24, 8), ($0.precision, 32, 8), (UInt64($0.clockFlags), 40, 2),
      ]
    }
    try check(Event.self) {
      [
        ($0.userdata, 0, 8), (UInt64($0.error), 8, 2), (UInt64($0.tag), 10, 1),
        ($0.bytes, 16, 8), (UInt64($0.flags), 24, 2),
      ]
    }
    try check(DescriptorStatus.self) {
      [
        (UInt64($0.fileType), 0, 1), (UInt64($0.flags), 2, 2), ($0.rights, 8, 8),
        ($0.inheritedRights, 16, 8),
      ]
    }
    try check(FileStatus.self) {
      [
        ($0.device, 0, 8), ($0.inode, 8, 8), (UInt64($0.fileType), 16, 1), ($0.links, 24, 8),
        ($0.size, 32, 8), ($0.accessed, 40, 8), ($0.modified, 48, 8), ($0.changed, 56, 8),
      ]
    }
  }

  @Test("Fields of WasmEdge's records are where its api.hpp says")
  func wasmEdge() throws {
    try check(AddressBuffer.self) { [(UInt64($0.buffer), 0, 4), (UInt64($0.count), 4, 4)] }
    try check(AddressInfo.self) {
      [
        (UInt64($0.flags), 0, 2), (UInt64($0.family), 2, 1), (UInt64($0.type), 3, 1),
        (UInt64($0.transport), 4, 1), (UInt64($0.addressLength), 8, 4),
        (UInt64($0.address), 12, 4), (UInt64($0.name), 16, 4), (UInt64($0.nameLength), 20, 4),
        (UInt64($0.next), 24, 4),
      ]
    }
    try check(SocketAddressBuffer.self) {
      [(UInt64($0.family), 0, 1), (UInt64($0.count), 4, 4), (UInt64($0.buffer), 8, 4)]
    }
  }
}
