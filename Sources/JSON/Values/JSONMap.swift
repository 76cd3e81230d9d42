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

  /// Refuses two equal names: they are neighbours when all are sorted, which a client cannot make slow.
  @usableFromInline @inline(never)
  mutating func refuseRepeated(_ names: [JSONText]) {
    if reader.hasFailed || names.count < 2 { return }
    let sorted = names.sorted { $0.octets.lexicographicallyPrecedes($1.octets) }
    for i in 1..<sorted.count where sorted[i] == sorted[i &- 1] {
      let name = sorted[i]
      reader.fail(.value, at: reader.position) { $0.append("is there twice") }
      reader.error?.prepend(name: name.span)
      return
    }
  }
}
