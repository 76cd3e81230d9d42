import Testing

@testable import Memory

struct FixedArrayTests {
  @Test("All elements have the value that was given, until they are changed")
  func elements() {
    var array = FixedArray<UInt64>()
    let isEmpty = array.indices.isEmpty
    let isThere = array.reserve(3, repeating: 7)
    #expect(isEmpty && isThere)
    array[1] = 8
    let elements = array.indices.map { array[$0] }
    #expect(elements == [7, 8, 7])
  }

  @Test("Elements that end in padding lie a stride apart")
  func padding() {
    struct Padded {
      var wide: Int64
      var narrow: UInt8
    }
    var array = FixedArray<Padded>()
    let isThere = array.reserve(3, repeating: Padded(wide: -1, narrow: 7))
    array[2].wide = 5
    let elements = array.indices.map { array[$0] }
    #expect(
      isThere && elements.map(\.wide) == [-1, -1, 5] && elements.allSatisfy { $0.narrow == 7 })
  }

  @Test("Memory that cannot be had is told, and a size that overflows as well")
  func outOfMemory() {
    var large = FixedArray<UInt64>()
    let isThere = large.reserve(1 << 58, repeating: 0)
    var overflowing = FixedArray<UInt64>()
    let isThereToo = overflowing.reserve(.max, repeating: 0)
    let count = large.count
    #expect(!isThere && !isThereToo && count == 0)
  }

  @Test("An index outside ends the process", arguments: [-1, 3, .max])
  func outside(index: Int) async {
    await #expect(processExitsWith: .failure) { [index] in
      var array = FixedArray<UInt8>()
      guard array.reserve(3, repeating: 0) else { return }
      array[index] = 1
    }
  }
}
