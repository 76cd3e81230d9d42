import SeededRandom
import Testing

@testable import HTTPServer

struct DeadlinesTests {
  private func deadlines(
    slots: Int, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Deadlines {
    var configuration = Configuration()
    change(&configuration)
    var deadlines = Deadlines(configuration)
    guard deadlines.reserve(slots) else { throw CancellationError() }
    return deadlines
  }

  @Test("They end in the order of their ends, whatever is set and cleared")
  func model() throws {
    var deadlines = try deadlines(slots: 20) {
      $0.requestTimeout = 100
      $0.keepAliveTimeout = 1000
      $0.writeTimeout = 30
    }
    deadlines[.linger] = 500

    var expected: [Int: (kind: Deadlines.Kind, end: Int64)] = [:]
    var random = SplitMix64(seed: 42)
    let kinds: [Deadlines.Kind] = [.fresh, .idle, .request, .write, .linger]
    var now: Int64 = 0
    for _ in 0..<4000 {
      now += Int64.random(in: 0...3, using: &random)
      let slot = Int.random(in: 0..<20, using: &random)
      if Int.random(in: 0..<4, using: &random) == 0 {
        deadlines.clear(slot)
        expected[slot] = nil
      } else {
        let kind = kinds.randomElement(using: &random)!
        deadlines.set(kind, for: slot, at: now)
        expected[slot] = (kind, now + deadlines[kind])
      }
      let next = deadlines.next()
      #expect(next == (expected.values.map(\.end).min() ?? .max))
      for kind in kinds {
        while let slot = deadlines.expired(kind, at: now) {
          let found = expected.removeValue(forKey: slot)
          #expect(found?.kind == kind)
          #expect((found?.end ?? .max) <= now)
          deadlines.clear(slot)
        }
      }
      #expect(!expected.values.contains { $0.end <= now })
    }
  }

  @Test("One ends at its end and not before")
  func exact() throws {
    var deadlines = try deadlines(slots: 1)
    deadlines.set(.request, for: 0, at: 5)
    let next = deadlines.next()
    let before = deadlines.expired(.request, at: 10_000_000_004)
    let atEnd = deadlines.expired(.request, at: 10_000_000_005)
    let other = deadlines.expired(.idle, at: .max / 2)
    #expect(next == 10_000_000_005)
    #expect(before == nil && atEnd == 0 && other == nil)
  }

  @Test("Those of a kind are gone through in the order in which they were set")
  func order() throws {
    var deadlines = try deadlines(slots: 4)
    for slot in [2, 0, 3, 1] { deadlines.set(.idle, for: slot, at: Int64(10 + slot)) }
    deadlines.clear(0)
    var slots: [Int] = []
    var next = deadlines.first(.idle)
    while let slot = next {
      slots.append(slot)
      next = deadlines.next(after: slot)
    }
    let other = deadlines.first(.write)
    #expect(slots == [2, 3, 1] && other == nil)
  }
}
