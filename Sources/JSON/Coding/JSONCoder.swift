import HTTPCodec
import Memory

/// What a list of fields is given to: it reads the fields of an object from JSON text, or writes them.
///
/// A list runs several times when it reads: once for what comes in its own order, once more for each name that does
/// not, and once to see what is missing. So it must name the same fields each time, in the same order, and must
/// do nothing else. See ``JSONObject``.
public struct JSONCoder: ~Copyable, ~Escapable {
  @usableFromInline enum Mode {
    case write
    /// Reads the values of the names that come.
    case read
    /// All names of the object were read: which are missing, and what does the service say?
    case check
  }

  @usableFromInline var mode: Mode
  @usableFromInline var reader: JSONReader
  @usableFromInline var writer = JSONWriter()
  var object = ObjectProgress()
  /// Whether the value was there before: the object that it is may lack what is required.
  @usableFromInline var isUpdate = false
  /// Where the last name of an enumeration's case begins.
  var nameStart = 0

  @usableFromInline @inline(never) @_lifetime(copy octets)
  init(reading octets: Span<UInt8>, maximumDepth: Int) {
    mode = .read
    reader = JSONReader(octets, maximumDepth: maximumDepth)
  }

  @usableFromInline @inline(never) @_lifetime(immortal)
  init(writing: Void) {
    mode = .write
    reader = JSONReader(Span(), maximumDepth: 0)
  }

  // MARK: Fields

  /// A field of the object: reads it into `value`, or writes it.
  ///
  /// A field that is not in the text keeps its value.
  ///
  /// - Parameters:
  ///   - name: compared octet by octet; escapes in the text count as what they stand for. A literal of UTF-8.
  ///   - value: what is read or written; it must be the same one each time that the list runs.
  ///   - required: whether it is an error when the field is not in the text. (Not of an object that is
  ///     there already: see ``JSONValue/update(json:maximumDepth:)``.)
  @inlinable
  public mutating func callAsFunction<Value: JSONValue>(
    _ name: StaticString, _ value: inout Value, required: Bool = false
  ) {
    guard beginField(name, required) else { return }
    value.json(&self)
    endField(name)
  }

  /// Says what the service wants beside the type: in a list of fields of the object, when all of its fields have been
  /// read; in the `json(_:)` of a type of its own of the value that has just been read. Not asked when writing.
  ///
  /// ```swift
  /// struct Todo: JSONObject {
  ///   var title = JSONText()
  ///   mutating func fields(_ json: inout JSONCoder) {
  ///     json("title", &title, required: true)
  ///     json.check(!title.isEmpty, "title", "a title that is not empty")
  ///   }
  /// }
  /// struct Percentage: JSONValue {
  ///   var value = 0
  ///   mutating func json(_ json: inout JSONCoder) {
  ///     value.json(&json)
  ///     json.check(0...100 ~= value, "a percentage")
  ///   }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - isValid: what must be true.
  ///   - name: of the field that the error names as its place; left out for the object or the value as a whole.
  ///   - expected: how the error goes on: `/title: a title that is not empty was expected`.
  @inlinable
  public mutating func check(
    _ isValid: @autoclosure () -> Bool, _ name: StaticString, _ expected: StaticString
  ) {
    if isChecking, !isValid() { refuse(name, expected) }
  }

  /// Says what the service wants of the object, or of the value of a type of its own, as a whole.
  ///
  /// - Parameters:
  ///   - isValid: what must be true.
  ///   - expected: how the error goes on.
  @inlinable
  public mutating func check(_ isValid: @autoclosure () -> Bool, _ expected: StaticString) {
    if isChecking, !isValid() { refuse("", expected) }
  }

  @usableFromInline
  var isChecking: Bool {
    !reader.hasFailed && (mode == .check || mode == .read && !object.isInList)
  }

  @usableFromInline @inline(never)
  mutating func refuse(_ name: StaticString, _ expected: StaticString) {
    reader.fail(.value, at: reader.position) { $0.append(expected: expected) }
    if name.utf8CodeUnitCount > 0 { reader.error?.prepend(name: name.octets) }
  }

  /// Whether the value of this field is to be read or written now.
  @usableFromInline @inline(never)
  mutating func beginField(_ name: StaticString, _ required: Bool) -> Bool {
    if mode == .write {
      writer.name(name.octets)
      return true
    }
    let index = object.index
    object.index &+= 1
    if reader.hasFailed { return false }
    if mode == .check {
      let isOutermost = reader.levels == reader.maximumDepth
      if required, !object.hasSeen(index), !(isUpdate && isOutermost) { fail(name, "is missing") }
      return false
    }
    guard object.hasName, reader.textEquals(name) else { return false }
    // Which of two would count, readers of JSON do not agree on (RFC 8259 4).
    if object.hasSeen(index) {
      fail(name, "is there twice")
      return false
    }
    object.see(index)
    object.isInList = false
    return true
  }

  /// After the value of a field: the next name, which may be the next field's.
  @usableFromInline @inline(never)
  mutating func endField(_ name: StaticString) {
    if mode == .write { return }
    if reader.hasFailed {
      reader.error?.prepend(name: name.octets)
      return
    }
    object.isInList = true
    object.hasMatched = true
    object.hasName = reader.hasName(isFirst: false)
  }

  @inline(never)
  private mutating func fail(_ name: StaticString, _ message: StaticString) {
    reader.fail(.value, at: reader.position) { $0.append(text: message) }
    reader.error?.prepend(name: name.octets)
  }

  // MARK: Objects and arrays

  /// An object with these fields.
  @usableFromInline @inline(never)
  mutating func object(_ fields: (inout JSONCoder) -> Void) {
    if mode == .write {
      writer.begin(UInt8(ascii: "{"))
      fields(&self)
      writer.end(UInt8(ascii: "}"))
      return
    }
    guard reader.begin(UInt8(ascii: "{"), "an object") else { return }
    var outer = ObjectProgress()
    swap(&outer, &object)
    object.isInList = true
    object.hasName = reader.hasName(isFirst: true)
    while object.hasName {
      object.index = 0
      object.hasMatched = false
      // Usually the fields come in the order of the list, and one pass reads them all.
      fields(&self)
      if reader.hasFailed { break }
      if object.hasName, !object.hasMatched {
        reader.skipValue()
        object.hasName = reader.hasName(isFirst: false)
      }
    }
    if !reader.hasFailed {
      object.index = 0
      mode = .check
      fields(&self)
      mode = .read
    }
    swap(&outer, &object)
  }

  /// Whether an array to be read begins here.
  @usableFromInline
  mutating func beginArray() -> Bool { reader.begin(UInt8(ascii: "["), "an array") }

  @usableFromInline
  mutating func hasElement(_ index: Int) -> Bool { reader.hasElement(isFirst: index == 0) }

  /// After an element: whether it was read.
  @usableFromInline
  mutating func endElement(_ index: Int) -> Bool {
    if !reader.hasFailed { return true }
    reader.error?.prepend(index: index)
    return false
  }
}

/// How far the reading of an object is.
struct ObjectProgress: ~Copyable {
  /// The place in the list of the field that is next.
  var index = 0
  /// Whether there is a name whose value has not been read yet.
  var hasName = false
  /// Whether the list is running, and not the reading of one of its values.
  var isInList = false
  /// Whether this pass through the list has read a field.
  var hasMatched = false
  /// Which fields were read: one bit each for the first 64, and for the others.
  private var first: UInt64 = 0
  private var others = OctetBuffer(limit: .max)

  @inline(__always)
  func hasSeen(_ index: Int) -> Bool {
    index < 64 ? first &>> UInt64(truncatingIfNeeded: index) & 1 != 0 : hasSeenOther(index)
  }

  @inline(__always)
  mutating func see(_ index: Int) {
    if index < 64 {
      first |= 1 &<< UInt64(truncatingIfNeeded: index)
    } else {
      seeOther(index)
    }
  }

  @inline(never)
  private func hasSeenOther(_ index: Int) -> Bool {
    let place = index / 8 &- 8
    return place < others.count && others.octets[place] &>> UInt8(index % 8) & 1 != 0
  }

  @inline(never)
  private mutating func seeOther(_ index: Int) {
    let place = index / 8 &- 8
    while others.count <= place {
      others.append(octet: 0)
      // Without the memory for a few octets it could not be told what is there twice.
      precondition(!others.overflowed)
    }
    var octets = others.mutableOctets(from: place)
    octets[0] |= 1 &<< UInt8(index % 8)
  }
}
