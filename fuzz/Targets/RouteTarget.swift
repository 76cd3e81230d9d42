import HTTPCodec
import Memory
import SeededRandom

@testable import CodecOracle
@testable import HTTPService

extension FuzzTarget {
  /// Routes and a path: which route answers, and what its parameters are.
  static let route = FuzzTarget(name: "route") { RouteOracle().check($0) }
}

/// What must be true of routes: the tree finds what a search segment by segment finds, whatever the order in which
/// patterns were added, and a parameter is the segment that stands there.
struct RouteOracle {
  /// The library's; a test puts a broken one here, to see that it is noticed.
  var find: @Sendable (RouteTree, Span<UInt8>) -> ImmortalOctets? = { tree, path in
    var others = RouteTree.OtherMethods()
    return tree.route(.get, path, &others)?.value.pattern
  }

  /// Some routes, in the order in which they were added.
  private struct Service: @unchecked Sendable {
    let patterns: [String]
    /// Never changed once it is made.
    let tree: RouteTree
  }

  /// Made once, since routes exist as long as the process: each set of patterns in two orders.
  private static let services: [[Service]] = (0..<64).map { seed in
    var random = SplitMix64(seed: UInt64(seed))
    let patterns = (0..<1 + seed % 9).map { _ in pattern(&random) }
    return [patterns, patterns.reversed()].map(service)
  }

  private static func service(_ patterns: [String]) -> Service {
    var tree = RouteTree()
    var added: [String] = []
    for pattern in patterns {
      guard let octets = ImmortalOctets(copying: Array(pattern.utf8).span) else { continue }
      let route = Route(
        method: .get, pattern: octets,
        handler: { (_: Context, _: inout Response) throws(HTTPError) in })
      // (The same route twice is refused.)
      if tree.add(route) == nil { added.append(pattern) }
    }
    return Service(patterns: added, tree: tree)
  }

  func check(_ input: [UInt8]) -> String? {
    let path = [UInt8(ascii: "/")] + input.dropFirst()
    for service in RouteOracle.services[Int(input.first ?? 0) % RouteOracle.services.count] {
      if let complaint = complaint(service.tree, service.patterns, path) {
        return "\(service.patterns), \(text(path)): \(complaint)"
      }
    }
    return nil
  }

  private func complaint(_ tree: RouteTree, _ patterns: [String], _ path: [UInt8]) -> String? {
    let memory = PoisonedOctets(path, poison: UInt8(ascii: "a"))
    let found = find(tree, memory.octets)
    let segments = RouteOracle.split(path)
    let expected = RouteOracle.best(patterns.map { RouteOracle.split(Array($0.utf8)) }, segments, 0)
    guard let found else { return expected.map { "not found: \($0)" } }
    guard let expected else { return "found, but nothing fits: \(text(found.span))" }
    if RouteOracle.split(array(found.span)) != expected { return "another: \(text(found.span))" }
    for (place, segment) in expected.enumerated() where segment.first == UInt8(ascii: "{") {
      let isRest = segment.count > 3
      let value = isRest ? segments[place...].joined(separator: [0x2F]).map { $0 } : segments[place]
      let name: StaticString = isRest ? "r" : "p"
      // (The first of a name counts.)
      if !isRest, expected.firstIndex(of: segment) != place { continue }
      guard let part = memory.octets.part(name, in: found.span), array(part) == value else {
        return "\(name) is not \(text(value))"
      }
    }
    return nil
  }

  private static func pattern(_ random: inout SplitMix64) -> String {
    var pattern = ""
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let segments = ["a", "b", "ab", "", "é", "a-", "{p}", "{p}", "{r...}"]
      let segment = segments.randomElement(using: &random) ?? ""
      pattern += "/" + segment
      if segment == "{r...}" { break }
    }
    return pattern
  }

  /// What stands behind each slash.
  private static func split(_ path: [UInt8]) -> [[UInt8]] {
    path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
      Array($0)
    }
  }

  /// The pattern that answers, by its segments: literal before parameter before rest, from the front.
  private static func best(
    _ patterns: [[[UInt8]]], _ path: [[UInt8]], _ place: Int
  ) -> [[UInt8]]? {
    if let whole = patterns.first(where: { $0.count == place && path.count == place }) {
      return whole
    }
    let left = patterns.filter { $0.count > place && place < path.count }
    let literal = left.filter {
      $0[place].first != UInt8(ascii: "{") && decoded(path[place]) == $0[place]
    }
    if !literal.isEmpty, let found = best(literal, path, place + 1) { return found }
    let parameter = left.filter { $0[place] == Array("{p}".utf8) && !path[place].isEmpty }
    if !parameter.isEmpty, let found = best(parameter, path, place + 1) { return found }
    return left.first { $0[place] == Array("{r...}".utf8) }
  }

  private static func decoded(_ segment: [UInt8]) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = segment[...]
    while let octet = rest.popFirst() {
      if octet == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(text(Array(rest.prefix(2))), radix: 16), rest.first != UInt8(ascii: "+")
      {
        rest = rest.dropFirst(2)
        octets.append(value)
      } else {
        octets.append(octet)
      }
    }
    return octets
  }
}
