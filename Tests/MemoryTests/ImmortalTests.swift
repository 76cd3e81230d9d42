import Testing

@testable import Memory

struct ImmortalTests {
  /// As a list of routes is made: each knows the one before it.
  private struct Node {
    let name: String
    let previous: Immortal<Node>?
  }

  @Test("A value is the same for all that refer to it, for as long as the process runs")
  func list() {
    var last: Immortal<Node>?
    for name in ["a", "b", "c"] { last = Immortal(Node(name: name, previous: last)) }
    var names: [String] = []
    while let node = last {
      names.append(node.value.name)
      last = node.value.previous
    }
    #expect(names == ["c", "b", "a"])
  }
}
