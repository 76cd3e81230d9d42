/// What a guest has written.
struct Entry {
  var name: String
  var message: String
}

/// The latest entries, the newest first, in the memory of this instance.
final class Guestbook {
  /// Older ones make room.
  private static let capacity = 100
  private(set) var entries: [Entry] = []

  func add(_ entry: Entry) {
    if entries.count == Guestbook.capacity { entries.removeLast() }
    entries.insert(entry, at: 0)
  }
}
