import CAssets
import HTTPCodec
import Memory

/// The embedded files of a program, in the order of their paths.
///
/// ```swift
/// import HTTPService
///
/// func sizeOfAll() -> Int {
///   let assets = Assets.embedded
///   var size = 0
///   for i in 0..<assets.count { size += assets[i].content.count }
///   return size
/// }
/// ```
///
/// It is safe although it holds a pointer: only `embedded` makes one, of a constant of the program (as tests
/// do), and every access checks its index.
@safe
public struct Assets {
  private let records: UnsafeBufferPointer<http_asset>

  /// - Parameter records: never changed or freed, in the order of their paths.
  @unsafe
  init(records: UnsafeBufferPointer<http_asset>) { unsafe self.records = records }

  /// The files of the target that the plugin `EmbedAssets` is applied to. A module without such a target does not link
  /// (`undefined symbol: http_assets_1`), a native program without one has none.
  public static var embedded: Assets {
    guard let table = unsafe http_assets() else {
      return unsafe Assets(records: UnsafeBufferPointer(start: nil, count: 0))
    }
    // The plugin has written as many entries as it says.
    return unsafe Assets(
      records: UnsafeBufferPointer(start: table.pointee.assets, count: Int(table.pointee.count)))
  }

  /// How many files there are.
  public var count: Int { unsafe records.count }

  /// One of the files.
  ///
  /// - Parameter index: from 0, less than `count`; any other ends the program.
  public subscript(index: Int) -> Asset {
    precondition(index >= 0 && index < count)
    return unsafe Asset(records[index])  // there is an entry here
  }

  /// The file at a path; nil when there is none.
  ///
  /// - Parameter path: with a slash before it, decoded: `/css/site.css`. Nothing is resolved in it: `/css/../a` is
  ///   not `/a`.
  public subscript(path: Span<UInt8>) -> Asset? {
    var (low, high) = (0, count)
    while low < high {
      let middle = low &+ (high &- low) / 2
      let asset = self[middle]
      if asset.path == path { return asset }
      if Assets.precedes(asset.path, path) { low = middle &+ 1 } else { high = middle }
    }
    return nil
  }

  /// The file at a path that is a literal; nil when there is none.
  public subscript(path: StaticString) -> Asset? { self[path.octets] }

  /// Whether octets come before others in the order of the table.
  private static func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    let common = min(left.count, right.count)
    for i in 0..<common where left[i] != right[i] { return left[i] < right[i] }
    return left.count < right.count
  }
}
