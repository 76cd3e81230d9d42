import HTTPCodec
import Memory

/// An object whose names are not known before: its members in their order.
///
/// ```swift
/// var counts: JSONMap<Int> = JSONMap()
/// counts["apples"] = 3
/// response.write(counts.jsonOctets().span)  // {"apples":3}
/// ```
///
/// A name that is there twice is an error when it is read. To find a name takes time in proportion to their number.
public struct JSONMap<Value: JSONValue>: JSONValue {
  /// A name and its value.
  public struct Member {
    /// The name.
    public var name: JSONText
    /// The value of this name.
    public var value: Value

    /// A name and its value.
    public init(_ name: JSONText, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// The members in their order, each with a name of its own.
  public var members: [Member] = []

  /// A map without members.
  public init() {}

  /// The value of a name; nil if there is none. Setting it to nil removes the member, a new name is added at the end.
  public subscript(name: JSONText) -> Value? {
    get { members.first { $0.name == name }?.value }
    set {
      let place = members.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(name, value))
      case (nil, nil): break
      }
    }
  }

  /// An object with any names.
  @inlinable
  public mutating func json(_ json: inout JSONCoder) {
    if json.mode == .write {
      json.writer.begin(UInt8(ascii: "{"))
      for index in members.indices {
        json.write(memberName: members[index].name)
        // A copy: to change it where it is would copy an array that is shared.
        var value = members[index].value
        value.json(&json)
      }
      json.writer.end(UInt8(ascii: "}"))
      return
    }
    members.removeAll()
    guard json.beginMembers() else { return }
    while json.hasMember(members.count) {
      var member = Member(json.memberName(), Value())
      member.value.json(&json)
      guard json.endMember(member.name) else { return }
      members.append(member)
    }
    json.refuseRepeated(members.map { $0.name })
  }
}

extension JSONCoder {
  @usableFromInline
  mutating func write(memberName name: JSONText) { writer.name(name.octets.span) }

  @usableFromInline
  mutating func beginMembers() -> Bool { reader.begin(UInt8(ascii: "{"), "an object") }

  @usableFromInline
  mutating func hasMember(_ index: Int) -> Bool { reader.hasName(isFirst: index == 0) }

  @usableFromInline
  mutating func memberName() -> JSONText {
    var name = JSONText()
    name.octets = reader.copyText()
    return name
  }

  /// After a member: whether it was read.
  @usableFromInline @inline(never)
  mutating func endMember(_ name: JSONText) -> Bool {
    if !reader.hasFailed { return true }
    reader.error?.prepend(name: name.span)
    return false
  }

  /// Refuses two equal names: they are neighbours when all are sorted. (By heapsort, which no client can make slow; the
  /// standard library's sort would be 6 KiB of the module.)
  @usableFromInline @inline(never)
  mutating func refuseRepeated(_ names: [JSONText]) {
    if reader.hasFailed || names.count < 2 { return }
    var names = names
    for root in stride(from: names.count / 2 &- 1, through: 0, by: -1) {
      siftDown(&names, root, names.count)
    }
    for end in stride(from: names.count &- 1, to: 0, by: -1) {
      names.swapAt(0, end)
      siftDown(&names, 0, end)
      // The largest of those before it is at the root now.
      if names[0] == names[end] {
        reader.fail(.value, at: reader.position) { $0.append("is there twice") }
        let name = names[0]
        reader.error?.prepend(name: name.span)
        return
      }
    }
  }
}

/// Moves an element of a heap down to where none below it is larger.
private func siftDown(_ names: inout [JSONText], _ start: Int, _ end: Int) {
  var root = start
  while true {
    var child = 2 &* root &+ 1
    if child >= end { return }
    if child &+ 1 < end, isLess(names[child], names[child &+ 1]) { child &+= 1 }
    guard isLess(names[root], names[child]) else { return }
    names.swapAt(root, child)
    root = child
  }
}

/// Any order does: shorter names first, then octet by octet.
private func isLess(_ left: JSONText, _ right: JSONText) -> Bool {
  if left.octets.count != right.octets.count { return left.octets.count < right.octets.count }
  for i in left.octets.indices where left.octets[i] != right.octets[i] {
    return left.octets[i] < right.octets[i]
  }
  return false
}
