/// What a guest has written.
struct Entry {
  var name: String
  var message: String

  /// The most octets that it can have on the page, where a quote is written as `&quot;`.
  var sizeOnPage: Int { 6 * (name.utf8.count + message.utf8.count) + 20 }
}

/// The latest entries, the newest first, in the memory of this instance.
final class Guestbook {
  /// Older ones make room: the page has to be a response, which has at most 32 KiB (MAX_RESPONSE_SIZE).
  private static let capacity = 100
  private static let pageCapacity = 30_000
  private(set) var entries: [Entry] = []
  private var sizeOnPage = 0

  func add(_ entry: Entry) {
    entries.insert(entry, at: 0)
    sizeOnPage += entry.sizeOnPage
    while entries.count > Guestbook.capacity || sizeOnPage > Guestbook.pageCapacity {
      sizeOnPage -= entries.removeLast().sizeOnPage
    }
  }
}
