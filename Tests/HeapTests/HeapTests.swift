import SeededRandom
import Testing

@testable import Heap

/// A heap in an array, every piece of which is watched.
private final class Arena {
  private let memory: UnsafeMutableRawBufferPointer
  var heap = Heap()
  private var added = 0
  private(set) var pieces: [UnsafeMutableRawPointer: (count: Int, mark: UInt8)] = [:]
  private var mark: UInt8 = 0

  init(_ count: Int, adding first: Int? = nil) {
    memory = .allocate(byteCount: count, alignment: Heap.alignment)
    add(first ?? count)
  }

  deinit { memory.deallocate() }

  func add(_ count: Int) {
    heap.add(UnsafeMutableRawBufferPointer(rebasing: memory[added..<added + count]))
    added += count
  }

  func skip(_ count: Int) { added += count }

  /// The piece with an octet of its own all over.
  func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    guard let pointer = heap.allocate(count) else { return nil }
    note(pointer, count)
    return pointer
  }

  func free(_ pointer: UnsafeMutableRawPointer) {
    pieces[pointer] = nil
    heap.free(pointer)
  }

  func resize(_ pointer: UnsafeMutableRawPointer, to count: Int) -> Bool {
    guard heap.resize(pointer, to: count) else { return false }
    note(pointer, count)
    return true
  }

  private func note(_ pointer: UnsafeMutableRawPointer, _ count: Int) {
    #expect(UInt(bitPattern: pointer) % UInt(Heap.alignment) == 0)
    #expect(heap.capacity(of: pointer) >= count)
    #expect(pointer >= memory.baseAddress! && pointer + count <= memory.baseAddress! + added)
    mark &+= 1
    pointer.initializeMemory(as: UInt8.self, repeating: mark, count: count)
    pieces[pointer] = (count, mark)
  }

  /// Whether all pieces have what was written to them: none lies over another, or over a head.
  func holds(_ pointer: UnsafeMutableRawPointer) -> Bool {
    guard let piece = pieces[pointer] else { return false }
    return UnsafeRawBufferPointer(start: pointer, count: piece.count).allSatisfy {
      $0 == piece.mark
    }
  }

  var holdsAll: Bool { pieces.keys.allSatisfy(holds) }
}

/// The allocator of the module, natively.
struct HeapTests {
  @Test("Whatever is allocated, resized and freed in whatever order, no piece touches another")
  func randomly() {
    let arena = Arena(1 << 20)
    var random = SplitMix64(seed: 7)
    for step in 0..<8000 {
      let count = Int.random(
        in: 0...(Int.random(in: 0..<8, using: &random) == 0 ? 20_000 : 300), using: &random)
      if let piece = arena.pieces.keys.min(by: { $0 < $1 }), arena.pieces.count > 400 {
        #expect(arena.holds(piece))
        arena.free(piece)
      }
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1: _ = arena.allocate(count)
      case 2:
        guard let piece = arena.pieces.keys.sorted().randomElement(using: &random) else { break }
        #expect(arena.holds(piece))
        arena.free(piece)
      default:
        guard let piece = arena.pieces.keys.sorted().randomElement(using: &random) else { break }
        #expect(arena.holds(piece))
        _ = arena.resize(piece, to: count)
      }
      if step % 200 == 0 { #expect(arena.holdsAll) }
    }
    #expect(arena.holdsAll)
    // All of it is one piece again.
    for piece in arena.pieces.keys { arena.free(piece) }
    #expect(arena.allocate((1 << 20) - 64) != nil)
  }

  @Test("A full heap answers nil and goes on")
  func full() throws {
    let arena = Arena(4096)
    #expect(arena.allocate(4096) == nil)
    var pieces: [UnsafeMutableRawPointer] = []
    while let piece = arena.allocate(100) { pieces.append(piece) }
    #expect(pieces.count >= 4096 / 128 - 1)
    #expect(arena.holdsAll)
    arena.free(pieces[3])
    #expect(arena.allocate(100) == pieces[3])
    #expect(arena.allocate(100) == nil)
  }

  @Test("No count is too large or too small to be answered")
  func counts() {
    let arena = Arena(4096)
    #expect(arena.allocate(0) != nil)
    #expect(arena.allocate(1) != nil)
    for count in [-1, Int.min, Int.max, Int.max - 1, Int.max / 2, Int.max / 2 - 1] {
      #expect(arena.allocate(count) == nil)
    }
    #expect(arena.holdsAll)
  }

  @Test("A piece grows in place into what is free behind it, and shrinks in place")
  func inPlace() throws {
    let arena = Arena(4096)
    let first = try #require(arena.allocate(100))
    let second = try #require(arena.allocate(100))
    #expect(!arena.resize(first, to: 200))
    arena.free(second)
    #expect(arena.resize(first, to: 3000))
    #expect(arena.allocate(2000) == nil)
    #expect(arena.resize(first, to: 10))
    #expect(arena.allocate(2000) != nil)
    #expect(arena.holdsAll)
    #expect(!arena.resize(first, to: 5000))
    #expect(!arena.resize(first, to: -1))
  }

  @Test("Neighbours are joined in every order in which they can be freed")
  func joined() throws {
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let arena = Arena(1024)
      let pieces = try (0..<3).map { _ in try #require(arena.allocate(300)) }
      for place in order { arena.free(pieces[place]) }
      #expect(arena.allocate(980) != nil, "\(order)")
    }
  }

  @Test("Memory that is added right behind is one with what was there, other memory is not")
  func added() {
    let arena = Arena(4096, adding: 1024)
    #expect(arena.allocate(1500) == nil)
    arena.add(1024)
    #expect(arena.allocate(1500) != nil)
    arena.skip(64)
    arena.add(1024)
    #expect(arena.allocate(1024) == nil)
    #expect(arena.allocate(960) != nil)
    #expect(arena.holdsAll)
  }

  @Test("What a thousand connections held in pieces of all sizes can be one piece afterwards")
  func fragmentation() throws {
    let arena = Arena(8 << 20)
    for size in [256, 512, 1024, 2048, 4096, 8000] {
      var pieces: [UnsafeMutableRawPointer] = []
      for _ in 0..<1000 { pieces.append(try #require(arena.allocate(size))) }
      // Every second one first: the worst for joining.
      for place in stride(from: 0, to: 1000, by: 2) { arena.free(pieces[place]) }
      for place in stride(from: 1, to: 1000, by: 2) { arena.free(pieces[place]) }
    }
    #expect(arena.allocate((8 << 20) - 64) != nil)
  }
}
