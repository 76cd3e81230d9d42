import GuestABI
import Synchronization

/// A page of figures for each instance of a service. An instance writes its own and reads its siblings', to
/// report the sums for all workers. The host does not know the figures.
///
/// A guest sees it as descriptor 3, a regular file, for `fd_pread` and `fd_pwrite`. At offset 0 is the
/// instance's own page, and from 4096 on are those of all instances, one after the other. The host writes the
/// first words of each page (docs/socket-abi.md):
///
/// | word | |
/// |---|---|
/// | 0 | 1 while its instance lives; 0 when the page waits for a successor |
/// | 1 | when its instance began to compute, on the monotonic clock; 0 while it waits |
/// | 2 | the limit of its instance's linear memory, in octets |
///
/// The next instance gets the page with its content.
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

  /// Writes to an instance's own page, after the host's words.
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

  /// Reads from one page. After the last page there is nothing to read.
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
