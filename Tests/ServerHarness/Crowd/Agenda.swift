/// What a crowd has to do at which time: a binary heap, the earliest first.
struct Agenda {
  enum Item {
    case join(Group)
    /// The wire in a place, if it is still that one.
    case wake(Int, UInt32)
  }

  private var items: [(time: Int64, item: Item)] = []

  var next: Int64? { items.first?.time }

  mutating func add(_ item: Item, at time: Int64) {
    items.append((time, item))
    var place = items.count - 1
    while place > 0, items[(place - 1) / 2].time > items[place].time {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// - Returns: the first item, if its time has come.
  mutating func take(until now: Int64) -> Item? {
    guard let first = items.first, first.time <= now else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var place = 0
    while true {
      let children = [2 * place + 1, 2 * place + 2].filter { $0 < items.count }
      guard let child = children.min(by: { items[$0].time < items[$1].time }),
        items[child].time < items[place].time
      else { break }
      items.swapAt(child, place)
      place = child
    }
    return first.item
  }
}
