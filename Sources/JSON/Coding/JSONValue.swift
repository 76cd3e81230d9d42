import HTTPCodec
import Memory

/// A value that is read from JSON and written as JSON.
///
/// The numbers, strings, arrays, optionals and objects of this library are such values. A type of its own
/// usually passes on to one of them and says what it wants of it:
///
/// ```swift
/// struct Port: JSONValue {
///   var number = 0
///   mutating func json(_ json: inout JSONCoder) {
///     number.json(&json)
///     json.check(1...65535 ~= number, "a port")
///   }
/// }
/// ```
public protocol JSONValue {
  /// The value to begin with, which reading changes.
  init()
  /// Reads this value, or writes it without a change.
  mutating func json(_ json: inout JSONCoder)
}

/// A value that is an object in JSON: one list of its fields, for reading and writing.
///
/// ```swift
/// struct Todo: JSONObject {
///   var id = 0
///   var title = ""
///   var done = false
///   mutating func fields(_ json: inout JSONCoder) {
///     json("id", &id)
///     json("title", &title, required: true)
///     json("done", &done)
///     json.check(!title.isEmpty, "title", "a title that is not empty")
///   }
/// }
/// ```
///
/// Names that are in no list are passed over, and their values must be JSON all the same. A field of the list that is
/// in the text twice is an error. (Of a name that is in no list that is not noticed.)
public protocol JSONObject: JSONValue {
  /// The fields, always the same and in the same order, each with a name of its own.
  mutating func fields(_ json: inout JSONCoder)
}

extension JSONObject {
  /// Reads this object, or writes it.
  @inlinable
  public mutating func json(_ json: inout JSONCoder) {
    json.object { fields(&$0) }
  }
}

extension JSONValue {
  /// Reads a value from JSON text, which must hold nothing else.
  ///
  /// ```swift
  /// do throws(JSONError) {
  ///   let numbers = try [Int](json: request.content)
  ///   response.write(Int64(numbers.count))
  /// } catch {
  ///   response.status = error.status
  ///   error.forEachPart { response.write($0) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - octets: UTF-8 without a byte order mark (RFC 8259 8.1). Their number is the caller's to limit: what is read
  ///     takes memory in proportion to it.
  ///   - maximumDepth: how many arrays and objects may be open inside each other. Each takes some of the
  ///     stack, which has 128 KiB in a module.
  /// - Throws: the first error in the text.
  @inlinable
  public init(json octets: Span<UInt8>, maximumDepth: Int = 64) throws(JSONError) {
    self.init()
    var coder = JSONCoder(reading: octets, maximumDepth: maximumDepth)
    json(&coder)
    if let error = coder.finishReading() { throw error }
  }

  /// Reads JSON text into this value: fields that are not in the text keep their values, as a PATCH wants it. Of the
  /// object that this is none is required then; of objects inside it those that say so are.
  ///
  /// ```swift
  /// struct Settings: JSONObject {
  ///   var name = JSONText(), size = 10
  ///   mutating func fields(_ json: inout JSONCoder) {
  ///     json("name", &name)
  ///     json("size", &size)
  ///   }
  /// }
  /// var settings = Settings()
  /// try? settings.update(json: request.content)
  /// ```
  ///
  /// - Throws: the first error in the text; this value is then as it was.
  @inlinable
  public mutating func update(json octets: Span<UInt8>, maximumDepth: Int = 64) throws(JSONError) {
    var coder = JSONCoder(reading: octets, maximumDepth: maximumDepth)
    coder.isUpdate = true
    var value = self
    value.json(&coder)
    if let error = coder.finishReading() { throw error }
    self = value
  }

  /// This value as JSON text.
  ///
  /// ```swift
  /// let octets = [1, 2, 3].jsonOctets()  // [1,2,3]
  /// response.write(octets.span)
  /// ```
  @inlinable
  public func jsonOctets() -> [UInt8] {
    var coder = JSONCoder(writing: ())
    coder.beginWriting()
    var value = self
    value.json(&coder)
    return coder.writtenOctets()
  }
}

extension OctetBuffer {
  /// Appends a value as JSON text. As with other appends, `overflowed` says whether it was too long; only a part
  /// of it may be there then.
  @inlinable
  package mutating func append<Value: JSONValue>(json value: Value) {
    var coder = JSONCoder(writing: ())
    coder.exchangeOutput(&self)
    var value = value
    value.json(&coder)
    coder.exchangeOutput(&self)
  }
}

extension JSONCoder {
  /// The error in the text, if there is one, or something behind the value.
  @usableFromInline @inline(never)
  mutating func finishReading() -> JSONError? {
    reader.end()
    return reader.error
  }

  /// Writes into a buffer that belongs to someone else, and is given back the same way.
  @usableFromInline @inline(never)
  mutating func exchangeOutput(_ buffer: inout OctetBuffer) { swap(&writer.output, &buffer) }

  @usableFromInline @inline(never)
  mutating func beginWriting() { writer.output = OctetBuffer(limit: .max) }

  @usableFromInline @inline(never)
  mutating func writtenOctets() -> [UInt8] {
    // Valid as long as the closure runs, and copied there.
    unsafe writer.output.octets.withUnsafeBufferPointer { unsafe [UInt8]($0) }
  }
}
