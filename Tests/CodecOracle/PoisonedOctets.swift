/// Octets that are followed by others that nobody may read or change.
final class PoisonedOctets {
  static let margin = 16
  let base: UnsafeMutablePointer<UInt8>
  let count: Int
  private let poison: UInt8

  init(_ octets: [UInt8], poison: UInt8 = 0xA5) {
    count = octets.count
    self.poison = poison
    base = .allocate(capacity: count + Self.margin)
    base.initialize(repeating: poison, count: count + Self.margin)
    base.update(from: octets, count: count)
  }

  deinit {
    base.update(repeating: poison, count: count + Self.margin)
    base.deallocate()
  }

  var isIntact: Bool {
    (count..<count + Self.margin).allSatisfy { base[$0] == poison }
  }
}

/// The octets of a text whose characters are U+00 to U+FF: one each.
func octets(_ text: String) -> [UInt8] {
  text.unicodeScalars.map { UInt8($0.value) }
}

/// The other way round.
func text(_ octets: some Sequence<UInt8>) -> String {
  var text = String.UnicodeScalarView()
  text.append(contentsOf: octets.map { Unicode.Scalar($0) })
  return String(text)
}
