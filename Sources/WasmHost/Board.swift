import Synchronization

/// A page for each instance of a service, which it writes and its siblings read: what makes figures
/// of several workers one. The host does not know what is on it.
///
/// To a guest it is descriptor 3, a regular file, for `fd_pread` and `fd_pwrite`. Offset 0 is the instance's own page; from 4096 on come those of all instances, one
/// behind the other, each with a first word of the host's: 1 while its instance lives, 0 when what
/// it has left waits for a successor. A page is given to the next instance with all that is on it.
public final class Board: Sendable {
  static let pageSize = 4096
  private static let headSize = 8

  private struct Page {
    var bytes = [UInt8](repeating: 0, count: Board.pageSize)
    var isTaken = false
  }

  private let pages = Mutex<[Page]>([])

  public init() {}

  func take() -> Int {
    pages.withLock { pages in
      let free = pages.firstIndex { !$0.isTaken } ?? pages.count
      if free == pages.count { pages.append(Page()) }
      pages[free].isTaken = true
      pages[free].bytes[0] = 1
      return free
    }
  }

  func giveBack(_ page: Int) {
    pages.withLock { pages in
      pages[page].isTaken = false
      pages[page].bytes[0] = 0
    }
  }

  /// Writes to an instance's own page, behind the host's word.
  func write(_ bytes: UnsafeRawBufferPointer, to page: Int, at offset: Int) throws(Errno) {
    guard offset >= Board.headSize, offset + bytes.count <= Board.pageSize else { throw .inval }
    pages.withLock { pages in
      pages[page].bytes.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[offset..<(offset + bytes.count)])
          .copyMemory(from: bytes)
      }
    }
  }

  /// Reads from one page only; nothing behind the last one.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, own page: Int, at offset: Int64
  ) throws(Errno) -> Int {
    guard offset >= 0 else { throw .inval }
    let number = Int(offset / Int64(Board.pageSize))
    let start = Int(offset % Int64(Board.pageSize))
    return pages.withLock { pages in
      let place = number == 0 ? page : number - 1
      guard place < pages.count else { return 0 }
      let count = min(buffer.count, Board.pageSize - start)
      pages[place].bytes.withUnsafeBytes { bytes in
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
      }
      return count
    }
  }
}
