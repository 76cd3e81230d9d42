/// One entry point that takes octets from anybody: a name, and what must be true for all octets.
public struct FuzzTarget: Sendable {
  public let name: String
  /// Nil, or what is wrong, for people.
  public let check: @Sendable ([UInt8]) -> String?

  public static let all: [FuzzTarget] = [
    .request, .chunked, .target, .response, .connection, .json, .encoding, .form, .multipart,
    .field, .route, .host,
  ]
}

/// Octets as a program: each choice takes some from the front, and at the end there is nothing
/// left to choose.
struct Choices {
  private let octets: [UInt8]
  private var position = 0

  init(_ octets: [UInt8]) { self.octets = octets }

  var isEmpty: Bool { position == octets.count }
  var rest: [UInt8] { Array(octets[position...]) }

  mutating func next() -> UInt8 {
    guard position < octets.count else { return 0 }
    defer { position += 1 }
    return octets[position]
  }

  mutating func next(below count: Int) -> Int { Int(next()) % count }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[next(below: elements.count)]
  }

  mutating func take(_ count: Int) -> [UInt8] {
    let end = min(octets.count, position + count)
    defer { position = end }
    return Array(octets[position..<end])
  }
}
