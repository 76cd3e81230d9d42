import Testing

@testable import HTTPServer

struct ConnectionTableTests {
  private func connection(slot: Int) -> Connection {
    let limits = Limits(Configuration())
    return Connection(
      3, slot: slot, Conversation(on: .application, with: nil, limits), limits)
  }

  @Test("Slots are given out once, and again when they are free")
  func slots() throws {
    var table = ConnectionTable()
    guard table.reserve(3) else { throw CancellationError() }
    var slots: [Int?] = []
    for _ in 0..<4 {
      let slot = table.nextSlot
      slots.append(slot)
      if let slot { table.insert(connection(slot: slot)) }
    }
    #expect(Set(slots) == [0, 1, 2, nil] && slots[3] == nil)

    let slot = try #require(slots[0])
    table.remove(slot)
    let isThere = [table.contains(0), table.contains(1), table.contains(2)]
    #expect(isThere == (0..<3).map { $0 != slot })
    let next = table.nextSlot
    #expect(next == slot)
  }

  @Test("A slot without a connection cannot be used")
  func closed() async {
    await #expect(processExitsWith: .failure) {
      var table = ConnectionTable()
      guard table.reserve(3) else { return }
      table[0].endOfInput = true
    }
  }

  @Test("A number beyond the table has no connection")
  func beyond() throws {
    var table = ConnectionTable()
    guard table.reserve(3) else { throw CancellationError() }
    let isThere = table.contains(3) || table.contains(.max)
    #expect(!isThere)
  }
}
