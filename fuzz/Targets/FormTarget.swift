import HTTPService

@testable import CodecOracle

extension FuzzTarget {
  /// A query or form data, and its values as each type.
  static let form = FuzzTarget(name: "form") { FormOracle().check($0) }
  /// A boundary and multipart content, or a program that writes some.
  static let multipart = FuzzTarget(name: "multipart") { MultipartOracle().check($0) }
}

/// What must be true of forms: the pairs that a naive reader finds, and values that Swift's own readers find.
struct FormOracle {
  /// The library's; a test puts a broken one here, to see that it is noticed.
  var double: @Sendable (Span<UInt8>) -> Double? = { Double(text: $0) }
  var value: @Sendable (FormFields.Pair) -> [UInt8]? = { try? $0.decodedValue(asText: false) }

  func check(_ input: [UInt8]) -> String? {
    let memory = PoisonedOctets(input, poison: UInt8(ascii: "0"))
    let (pairs, fault) = NaiveForm.pairs(input)
    do throws(InvalidInput) {
      let form = try FormFields(memory.octets)
      if let fault { return "taken, but pair \(fault) is malformed" }
      return complaint(form, pairs, memory)
    } catch {
      guard error.number == (fault ?? 1001) else { return "a fault in pair \(error.number)" }
      return memory.octets.indices.contains(error.name.lowerBound)
        && error.name.upperBound <= input.count ? nil : "a name outside"
    }
  }

  private func complaint(
    _ form: FormFields, _ pairs: [NaiveForm.Pair], _ memory: PoisonedOctets
  ) -> String? {
    var found: [NaiveForm.Pair] = []
    var complaint: String?
    var iterator = form.makeIterator()
    while let pair = iterator.next() {
      if !memory.contains(pair.name) || !memory.contains(pair.value) { complaint = "outside" }
      let name = try? pair.decodedName(asText: false)
      found.append(NaiveForm.Pair(name: name ?? [0], value: value(pair) ?? [0]))
      let isText = String(validating: found[found.count - 1].value, as: UTF8.self) != nil
      if ((try? pair.decodedValue()) != nil) != isText { complaint = "text is otherwise" }
    }
    if complaint != nil { return complaint }
    guard found == pairs else { return "\(found) and not \(pairs)" }
    for pair in pairs {
      if let complaint = self.complaint(value: pair.value) { return complaint }
    }
    return nil
  }

  private func complaint(value: [UInt8]) -> String? {
    let characters = text(value)
    let digits = value.first == UInt8(ascii: "-") ? value.dropFirst() : value[...]
    let isNumber = !digits.isEmpty && digits.allSatisfy { Grammar.digit.contains($0) }
    let isUnsigned = isNumber && digits.count == value.count
    let span = value.span
    guard Int(text: span) == (isNumber ? Int(characters) : nil),
      Int32(text: span) == (isNumber ? Int32(characters) : nil),
      Int64(text: span) == (isNumber ? Int64(characters) : nil),
      UInt32(text: span) == (isUnsigned ? UInt32(characters) : nil),
      UInt64(text: span) == (isUnsigned ? UInt64(characters) : nil)
    else { return "an integer is otherwise" }
    guard String(text: span) == String(validating: value, as: UTF8.self) else {
      return "a string is otherwise"
    }
    let expected = FormOracle.isDecimal(characters) ? Double(characters) : nil
    let number = double(span)
    return number?.bitPattern == expected.flatMap { $0.isFinite ? $0.bitPattern : nil }
      ? nil : "\(characters) is \(number as Any)"
  }

  /// A number by the grammar of JSON (RFC 8259 6), of at most 128 characters.
  private static func isDecimal(_ characters: String) -> Bool {
    characters.utf8.count <= 128
      && characters.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/#) != nil
  }
}

/// What must be true of multipart content: what is written is read, what is read lies between delimiters, and what is
/// cut is refused.
struct MultipartOracle {
  /// What the library reads, or nil; a test puts a broken one here, to see that it is noticed.
  var read: @Sendable (_ content: PoisonedOctets, _ type: [UInt8]) -> [NaiveForm.Part]? = {
    content, type in
    MultipartOracle.read(content, type)
  }

  func check(_ input: [UInt8]) -> String? {
    var choices = Choices(input)
    let boundary = choices.pick(["b", "-", "--", "a b", "b--b"]).utf8.map { $0 }
    let type = octets("multipart/form-data; boundary=\"") + boundary + octets("\"")
    if choices.next() % 2 == 0 { return complaint(choices.rest, type, boundary) }

    var parts: [NaiveForm.Part] = []
    while !choices.isEmpty, parts.count < 8 {
      let flags = choices.next()
      let name = choices.take(Int(flags & 7)).filter { Grammar.fieldValue.contains($0) }
      let filename = choices.take(Int(flags >> 3 & 7)).filter { Grammar.fieldValue.contains($0) }
      let content = choices.take(choices.next(below: 24))
      let hasDelimiter =
        NaiveForm.contents(
          octets("--") + boundary + octets("\r\n\r\n\r\n\r\n") + content + octets("\r\n--")
            + boundary, boundary: boundary)?.count != 1
      if hasDelimiter { continue }
      parts.append(
        .init(name: name, filename: flags & 0x40 == 0 ? nil : filename, content: content))
    }
    let content = NaiveForm.written(parts, boundary: boundary)
    guard let found = read(PoisonedOctets(content), type) else { return "refused what is written" }
    guard found == parts else { return "\(found) and not \(parts)" }
    return complaint(content, type, boundary)
  }

  private func complaint(_ content: [UInt8], _ type: [UInt8], _ boundary: [UInt8]) -> String? {
    guard let parts = read(PoisonedOctets(content, poison: UInt8(ascii: "-")), type) else {
      return nil
    }
    guard NaiveForm.contents(content, boundary: boundary) == parts.map(\.content) else {
      return "the contents are not those between the delimiters"
    }
    // Cut anywhere it is refused, or only what follows the last boundary is missing. (Long ones are cut at some places
    // only: each cut is read.)
    for end in stride(from: content.count - 1, to: -1, by: -(1 + content.count / 128)) {
      let cut = Array(content[..<end])
      guard let found = read(PoisonedOctets(cut), type) else { continue }
      let isWhole = text(cut).trimmed.hasSuffix("--" + text(boundary) + "--")
      if found != parts || !isWhole { return "taken, cut at \(end)" }
    }
    return nil
  }

  private static func read(_ content: PoisonedOctets, _ type: [UInt8]) -> [NaiveForm.Part]? {
    let typeMemory = PoisonedOctets(type)
    do throws(InvalidInput) {
      var reader = try Multipart(content.octets, contentType: typeMemory.octets)
      var parts: [NaiveForm.Part] = []
      while let part = try reader.next() {
        guard content.contains(part.content) else { return nil }
        parts.append(.init(name: part.name, filename: part.filename, content: array(part.content)))
      }
      return parts
    } catch {
      return nil
    }
  }
}

extension PoisonedOctets {
  /// Whether a span is a part of these octets.
  func contains(_ part: Span<UInt8>) -> Bool {
    part.withUnsafeBufferPointer { part in
      guard let start = part.baseAddress else { return true }
      return start >= UnsafePointer(base) && start + part.count <= UnsafePointer(base) + count
    }
  }
}

extension String {
  /// Without line ends and whitespace at the end.
  fileprivate var trimmed: String {
    var scalars = unicodeScalars
    while let last = scalars.last, ["\r", "\n", " ", "\t"].contains(last) { scalars.removeLast() }
    return String(scalars)
  }
}
