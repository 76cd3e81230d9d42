/// A number of octets: digits, and K, M or G for powers of 1024.
public struct ByteSize: Sendable, Comparable, CustomStringConvertible {
  public let bytes: Int64

  public init(bytes: Int64) { self.bytes = bytes }

  /// Nil for what is not a size, zero, and what does not fit into 63 bits.
  public init?(_ text: String) {
    let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
    let shift = text.uppercased().last.flatMap { shifts[$0] }
    guard let number = Int64(shift == nil ? text[...] : text.dropLast()), number > 0,
      number <= Int64.max >> (shift ?? 0)
    else { return nil }
    bytes = number << (shift ?? 0)
  }

  public static func < (one: ByteSize, other: ByteSize) -> Bool { one.bytes < other.bytes }

  public var description: String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] as [(String, Int64)]
    where bytes.isMultiple(of: 1 << shift) {
      return "\(bytes >> shift)\(suffix)"
    }
    return "\(bytes)"
  }
}
