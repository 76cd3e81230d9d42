import HTTPCodec

/// Octets that are followed by others that the codec may neither read nor change.
///
/// A span's own check would stop an index that is too large. What is caught here is what spans do not see: a
/// word that is loaded too far, a copy that is too long.
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

  var octets: Span<UInt8> {
    @_lifetime(borrow self)
    get { _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self) }
  }

  /// The octets from `start` to `end`, of which the codec may change what it likes.
  @_lifetime(borrow self)
  func mutableOctets(from start: Int = 0, to end: Int? = nil) -> MutableSpan<UInt8> {
    let end = end ?? count
    precondition(0 <= start && start <= end && end <= count)
    return _overrideLifetime(
      MutableSpan(_unsafeStart: base + start, count: end - start), borrowing: self)
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

func text(_ octets: Span<UInt8>) -> String { text(array(octets)) }

func text(_ literal: StaticString) -> String { text(literal.octets) }

/// The octets of a span, copied.
func array(_ octets: Span<UInt8>) -> [UInt8] { octets.indices.map { octets[$0] } }

extension Fields {
  /// All of them, copied.
  var list: [ParsedRequest.Field] {
    var list: [ParsedRequest.Field] = []
    forEach { list.append(.init(name: text($0.name), value: text($0.value))) }
    return list
  }
}
