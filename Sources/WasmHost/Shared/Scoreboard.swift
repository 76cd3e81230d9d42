import GuestABI
import Synchronization

/// A page for each instance of a service, which it writes and its siblings read: what makes figures
/// of several workers one. The host does not know what is on it.
///
/// To a guest it is descriptor 3, a regular file, for `fd_pread` and `fd_pwrite`. Offset 0 is the
/// instance's own page; from 4096 on come those of all instances, one behind the other. The first
/// words of a page are the host's (docs/socket-abi.md):
///
/// | word | |
/// |---|---|
/// | 0 | 1 while its instance lives, 0 when what it has left waits for a successor |
/// | 1 | since when its instance computes, on the monotonic clock; 0 while it waits for something |
/// | 2 | the most linear memory that an instance may have, in bytes |
///
/// A page is given to the next instance with all that is on it.
public final class Scoreboard: Sendable {
  static let pageSize = 4096
  static let headSize = 24

  /// The page of one instance.
  final class Page: Sendable {
    /// Written at each wait of the instance, and read by its siblings.
    fileprivate let computesSince = Atomic<UInt64>(0)
    fileprivate let content = Mutex(
      [UInt8](repeating: 0, count: Scoreboard.pageSize - Scoreboard.headSize))

    @inline(__always)
    func noteWait() { computesSince.store(0, ordering: .relaxed) }

    @inline(__always)
    func noteTurn(at now: UInt64) { computesSince.store(now, ordering: .relaxed) }
  }

  private struct Place {
    let page = Page()
    var isTaken = false
    var memoryLimit: Int64 = 0
  }

  private let places = Mutex<[Place]>([])

  public init() {}

  func take(memoryLimit: Int64) -> Page {
    places.withLock { places in
      let free = places.firstIndex { !$0.isTaken } ?? places.count
      if free == places.count { places.append(Place()) }
      places[free].isTaken = true
      places[free].memoryLimit = memoryLimit
      places[free].page.noteWait()
      return places[free].page
    }
  }

  func giveBack(_ page: Page) {
    places.withLock { places in
      page.noteWait()
      if let place = places.firstIndex(where: { $0.page === page }) {
        places[place].isTaken = false
      }
    }
  }

  /// Writes to an instance's own page, behind the host's words.
  func write(_ bytes: UnsafeRawBufferPointer, to page: Page, at offset: Int) throws(Errno) {
    let start = offset - Scoreboard.headSize
    guard start >= 0, offset + bytes.count <= Scoreboard.pageSize else { throw .inval }
    page.content.withLock { content in
      content.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[start..<(start + bytes.count)])
          .copyMemory(from: bytes)
      }
    }
  }

  /// Reads from one page only; nothing behind the last one.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, own page: Page, at offset: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0 else { throw .inval }
    let number = Int(offset / Int64(Scoreboard.pageSize))
    let start = Int(offset % Int64(Scoreboard.pageSize))
    let place = places.withLock { places in
      number == 0
        ? places.first { $0.page === page } : number <= places.count ? places[number - 1] : nil
    }
    guard let place else { return 0 }
    let head: [UInt64] = [
      place.isTaken ? 1 : 0, place.page.computesSince.load(ordering: .relaxed),
      UInt64(clamping: place.memoryLimit),
    ]
    let count = min(buffer.count, Scoreboard.pageSize - start)
    head.withUnsafeBytes { head in
      place.page.content.withLock { content in
        content.withUnsafeBytes { content in
          for (part, bytes) in [(0, head), (Scoreboard.headSize, content)] {
            let from = max(start, part)
            let end = min(start + count, part + bytes.count)
            guard from < end else { continue }
            UnsafeMutableRawBufferPointer(rebasing: buffer[(from - start)...])
              .copyMemory(
                from: UnsafeRawBufferPointer(rebasing: bytes[(from - part)..<(end - part)]))
          }
        }
      }
    }
    return count
  }
}
