import HTTPCodec
import Memory

/// A part of a multipart/form-data content: a field of a form, or a file.
///
/// ```swift
/// do throws(InvalidInput) {
///   var parts = try Multipart(request.content, contentType: request.fields["content-type"])
///   while let part = try parts.next() {
///     if part.hasName("note") { response.write(part.content) }
///   }
/// } catch { response.fail(.badRequest, error.expectation) }
/// ```
public struct Part: ~Escapable {
  private let sentName: ParameterValue
  private let sentFilename: ParameterValue?
  /// The fields of the part.
  public let fields: Fields
  /// The octets.
  public let content: Span<UInt8>

  @_lifetime(copy name, copy filename, copy fields, copy content)
  init(
    name: ParameterValue, filename: ParameterValue?, fields: Fields, content: Span<UInt8>
  ) {
    sentName = name
    sentFilename = filename
    self.fields = fields
    self.content = content
  }

  /// The name of the form's field: \" and \\ are read as a quote and a backslash, everything else as it was sent.
  /// (Browsers write a quote as %22, which is not decoded here: it may be what the page's author wrote.)
  public var name: [UInt8] { sentName.octets(keepsPaths: true) }

  /// Whether the name is this literal.
  public func hasName(_ literal: StaticString) -> Bool {
    sentName.equals(literal.octets, keepsPaths: true)
  }

  /// Whether the part is a file: it has a file name, if only an empty one, as of a form whose user has chosen none.
  public var isFile: Bool { sentFilename != nil }

  /// The name of the file on the client's machine, as `name` is read; nil for a part that is no file. It is a client's
  /// word: not to be used as a path (RFC 7578 4.2).
  public var filename: [UInt8]? { sentFilename?.octets(keepsPaths: true) }

  /// The Content-Type of the part; nil without one, which stands for text/plain (RFC 7578 4.4).
  public var contentType: Span<UInt8>? {
    @_lifetime(copy self)
    get { fields["content-type"] }
  }

  /// The content as a value of a type.
  ///
  /// ```swift
  /// do throws(InvalidInput) {
  ///   var parts = try Multipart(request.content, contentType: request.fields["content-type"])
  ///   if let part = try parts.next() { response.write(Int64(try part.value("age", as: UInt32.self))) }
  /// } catch { response.fail(.badRequest, error.expectation) }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what an error says that it is about.
  ///   - type: the type.
  /// - Throws: `InvalidInput` about the name, when the content is not a value of the type.
  public func value<Value: TextValue>(
    _ name: StaticString, as type: Value.Type = Value.self
  ) throws(InvalidInput) -> Value {
    try Value.reading(content, name)
  }
}

/// What the Content-Disposition of a part says.
struct PartDisposition: ~Escapable {
  let name: ParameterValue
  let filename: ParameterValue?

  /// - Parameters:
  ///   - number: of the part, for errors.
  ///   - start: where the section of fields is in the content, for errors.
  @inline(never) @_lifetime(copy fields)
  init(
    _ fields: Fields, number: Int, sectionStart start: Int, _ section: Span<UInt8>
  ) throws(InvalidInput) {
    func fault(_ expectation: StaticString) -> InvalidInput {
      InvalidInput("part", expectation: expectation, number: number)
    }
    guard let value = only("content-disposition", fields) else {
      throw fault("one Content-Disposition")
    }
    let end = OctetSet.token.end(of: value, from: 0)
    guard value.extracting(0..<end).equalsIgnoringCase("form-data") else {
      throw fault("the disposition form-data")
    }
    var parameters = Parameters(value.extracting(end..<value.count))
    var name: ParameterValue?
    var filename: ParameterValue?
    while let parameter = parameters.next() {
      if parameter.name.equalsIgnoringCase("name") {
        if name != nil { throw fault("one name") }
        name = parameter.value
      } else if parameter.name.equalsIgnoringCase("filename") {
        if filename != nil { throw fault("one filename") }
        filename = parameter.value
      } else if parameter.name.equalsIgnoringCase("filename*") {
        throw fault("filename and not filename*")
      }
    }
    guard !parameters.isMalformed else { throw fault("parameters of the form name=\"value\"") }
    guard let name else { throw fault("a name") }
    if let coding = fields["content-transfer-encoding"], !keepsOctets(coding) {
      throw InvalidInput(
        "part", expectation: "no Content-Transfer-Encoding", number: number,
        name: rangeInContent(of: name.sent, in: section, at: start))
    }
    self.name = name
    self.filename = filename
  }
}

/// Whether a Content-Transfer-Encoding leaves the octets as they are (RFC 2045 6.2).
private func keepsOctets(_ coding: Span<UInt8>) -> Bool {
  coding.equalsIgnoringCase("binary") || coding.equalsIgnoringCase("8bit")
    || coding.equalsIgnoringCase("7bit")
}

/// Where a part of a section is in the content, in which the section is at `start`.
func rangeInContent(of part: Span<UInt8>, in section: Span<UInt8>, at start: Int) -> Range<Int> {
  guard let place = section.indices(of: part) else { return 0..<0 }
  return start &+ place.lowerBound..<start &+ place.upperBound
}
