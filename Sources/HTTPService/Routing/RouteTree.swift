import HTTPCodec
import Memory

/// The patterns of all routes as a radix tree: what patterns have in common is compared once, so that finding a
/// route costs what its path is long, and not how many routes there are.
///
///     /todos ── GET, POST
///        └─ / ── {id} ── GET, DELETE
///                  └─ /items ── GET
///
/// A search visits each node at most once, with one position in the path: no request can make it longer than the
/// tree is large.
struct RouteTree {
  typealias NodeReference = ImmortalVariable<Node>

  struct Node {
    /// What the path has here, decoded; empty for the root, a parameter and a rest.
    var text: ImmortalOctets
    /// The children with a text, which differ in its first octet: a list by `sibling`.
    var firstChild: NodeReference?
    var sibling: NodeReference?
    /// The child that stands for one segment, and the one that stands for all that is left.
    var parameter: NodeReference?
    var rest: NodeReference?
    /// The routes that end here, one for each method.
    var route: Immortal<Route>?
  }

  private let root = NodeReference(Node(text: ImmortalOctets()))
  /// The methods of all routes.
  private(set) var methods = MethodSet()

  // MARK: Searching

  /// What a path has where it has no route for a method.
  struct OtherMethods {
    var methods = MethodSet()
    /// One of their routes; nil where there is none.
    var route: Immortal<Route>?
  }

  /// The route for a request: where several patterns fit, a literal segment goes before a parameter, and that before
  /// a rest.
  ///
  /// - Parameters:
  ///   - path: as it was sent; not empty. ("*" and the target of a CONNECT have none, and no route.)
  ///   - others: gets the routes that the path has for other methods, where it has none for this one.
  @inline(never)
  func route(
    _ method: Method, _ path: Span<UInt8>, _ others: inout OtherMethods
  ) -> Immortal<Route>? {
    find(method == .head ? .get : method, path, under: root, from: 0, &others)
  }

  private func find(
    _ method: Method, _ path: Span<UInt8>, under node: NodeReference, from start: Int,
    _ others: inout OtherMethods
  ) -> Immortal<Route>? {
    var (node, start) = (node, start)
    while let position = path.end(of: node.value.text.span, from: start) {
      if position == path.count {
        if let route = find(method, node.value.route, &others) { return route }
      } else {
        let child = child(of: node, beginningWith: path.decodedOctet(at: position))
        // (An empty segment is no parameter.)
        let parameter = path[position] == UInt8(ascii: "/") ? nil : node.value.parameter
        if let child {
          // The search comes back only where there is another way to go on.
          if parameter == nil, node.value.rest == nil {
            (node, start) = (child, position)
            continue
          }
          if let route = find(method, path, under: child, from: position, &others) { return route }
        }
        if let parameter {
          let end = path.segmentEnd(from: position)
          if let route = find(method, path, under: parameter, from: end, &others) { return route }
        }
      }
      guard let rest = node.value.rest else { return nil }
      return find(method, rest.value.route, &others)
    }
    return nil
  }

  /// The route for a method among those of one pattern.
  private func find(
    _ method: Method, _ first: Immortal<Route>?, _ others: inout OtherMethods
  ) -> Immortal<Route>? {
    var next = first
    while let route = next {
      if route.value.method == method { return route }
      others.methods.insert(route.value.method)
      others.route = route
      next = route.value.next
    }
    return nil
  }

  private func child(
    of node: NodeReference, beginningWith octet: UInt8?
  ) -> NodeReference? {
    var next = node.value.firstChild
    while let child = next {
      if child.value.text.span.first == octet { return child }
      next = child.value.sibling
    }
    return nil
  }

  // MARK: Adding

  /// Adds a route.
  ///
  /// - Returns: what is wrong with it; nil when it was added.
  @_optimize(size)
  mutating func add(_ route: consuming Route) -> StaticString? {
    if route.pattern.isEmpty { return PatternReader.rule }
    var node = root
    var reader = PatternReader(route.pattern.span)
    while let part = reader.next() {
      switch part {
      case .text(let range): node = add(route.pattern.part(range), under: node)
      case .parameter: node = add(to: &node.value.parameter)
      case .rest: node = add(to: &node.value.rest)
      case .fault: return PatternReader.rule
      }
    }
    var others = OtherMethods()
    if find(route.method, node.value.route, &others) != nil {
      return "there is such a route already"
    }
    methods.insert(route.method)
    route.next = node.value.route
    node.value.route = Immortal(route)
    return nil
  }

  private func add(to place: inout NodeReference?) -> NodeReference {
    let node = place ?? NodeReference(Node(text: ImmortalOctets()))
    place = node
    return node
  }

  /// The node at which a text ends, below another node: made, and others split, where needed.
  @_optimize(size)
  private func add(_ text: ImmortalOctets, under parent: NodeReference) -> NodeReference {
    var node = parent
    var text = text
    while !text.isEmpty {
      guard let child = child(of: node, beginningWith: text.span.first) else {
        let child = NodeReference(Node(text: text, sibling: node.value.firstChild))
        node.value.firstChild = child
        return child
      }
      let whole = child.value.text
      let length = commonPrefix(text.span, whole.span)
      if length < whole.span.count {
        // What the node has behind the common octets becomes its only child.
        var tail = child.value
        tail.text = whole.part(length..<whole.span.count)
        tail.sibling = nil
        child.value = Node(
          text: whole.part(0..<length), firstChild: NodeReference(tail),
          sibling: child.value.sibling)
      }
      text = text.part(length..<text.span.count)
      node = child
    }
    return node
  }

  private func commonPrefix(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    var length = 0
    while length < left.count, length < right.count, left[length] == right[length] { length &+= 1 }
    return length
  }
}
