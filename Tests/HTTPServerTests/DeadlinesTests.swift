import SeededRandom
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct DeadlinesTests {
  private let limits = RequestParser.Limits(request: 100, head: 100)

  private func table(capacity: Int) throws -> ConnectionTable {
    guard let table = ConnectionTable(capacity: capacity) else { throw CancellationError() }
    return table
  }

  private func connection(isAdmin: Bool = false) -> Connection {
    Connection(
      descriptor: 3, info: ConnectionInfo(isAdmin: isAdmin, peer: nil), limits: limits,
      bufferSize: 10, outputLimit: 10)
  }

  @Test("They end in the order of their ends, whatever is set and cleared")
  func model() throws {
    var configuration = Configuration()
    configuration.requestTimeout = 100
    configuration.keepAliveTimeout = 1000
    configuration.writeTimeout = 30
    var deadlines = Deadlines(configuration)
    deadlines[.linger] = 500
    var table = try table(capacity: 20)
    for _ in 0..<20 { _ = table.insert(connection()) }
    let connections = table.connections

    var expected: [Int: (kind: Deadlines.Kind, end: Int64)] = [:]
    var random = SplitMix64(seed: 42)
    let kinds: [Deadlines.Kind] = [.fresh, .idle, .request, .write, .linger]
    var now: Int64 = 0
    for _ in 0..<4000 {
      now += Int64.random(in: 0...3, using: &random)
      let slot = Int.random(in: 0..<20, using: &random)
      if Int.random(in: 0..<4, using: &random) == 0 {
        deadlines.clear(slot, connections)
        expected[slot] = nil
      } else {
        let kind = kinds.randomElement(using: &random)!
        deadlines.set(kind, for: slot, at: now, connections)
        expected[slot] = (kind, now + deadlines[kind])
      }
      let next = deadlines.next(connections)
      #expect(next == (expected.values.map(\.end).min() ?? .max))
      for kind in kinds {
        while let slot = deadlines.expired(kind, at: now, connections) {
          let found = expected.removeValue(forKey: slot)
          #expect(found?.kind == kind)
          #expect((found?.end ?? .max) <= now)
          deadlines.clear(slot, connections)
        }
      }
      #expect(!expected.values.contains { $0.end <= now })
    }
    // (The table is used to the end, so that its memory is there.)
    let isThere = table.contains(0)
    #expect(isThere)
  }

  @Test("One ends at its end and not before")
  func exact() throws {
    var deadlines = Deadlines(Configuration())
    var table = try table(capacity: 1)
    let slot = table.insert(connection()) ?? -1
    deadlines.set(.request, for: slot, at: 5, table.connections)
    let connections = table.connections
    #expect(deadlines.next(connections) == 10_000_000_005)
    #expect(deadlines.expired(.request, at: 10_000_000_004, connections) == nil)
    #expect(deadlines.expired(.request, at: 10_000_000_005, connections) == slot)
    #expect(deadlines.expired(.idle, at: .max / 2, connections) == nil)
    table.remove(slot)
  }

  @Test("Slots are given out once, and again when they are free")
  func slots() throws {
    var table = try table(capacity: 3)
    var slots: [Int?] = []
    for i in 0..<4 { slots.append(table.insert(connection(isAdmin: i == 0))) }
    #expect(Set(slots) == [0, 1, 2, nil] && slots[3] == nil)
    var counts = [table.publicCount, table.adminCount]
    #expect(counts == [2, 1])

    let slot = try #require(slots[0])
    table.remove(slot)
    let isThere = [table.contains(0), table.contains(1), table.contains(2)]
    #expect(isThere == (0..<3).map { $0 != slot })
    counts = [table.publicCount, table.adminCount]
    #expect(counts == [2, 0])
    slots[0] = table.insert(connection())
    #expect(slots[0] == slot)
  }
}
