import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Field sections")
struct FieldSectionTests {
  @Test("A field name is made of token characters and of no other octet")
  func nameOctets() {
    for octet in UInt8.min...UInt8.max {
      let isToken = Grammar.token.contains(octet)
      let first = refusal(get("Host: a", "\(text([octet]))Name: value"))
      #expect((first == nil) == isToken, "\(octet)")
      // A colon ends the name: "X", with the value "Name: value".
      let within = refusal(get("Host: a", "X\(text([octet]))Name: value"))
      #expect((within == nil) == (isToken || octet == UInt8(ascii: ":")), "\(octet)")
      let last = refusal(get("Host: a", "Name\(text([octet])): value"))
      #expect((last == nil) == (isToken || octet == UInt8(ascii: ":")), "\(octet)")
    }
  }

  @Test(
    "A field value is made of VCHAR, obs-text, SP and HTAB, wherever it lies", arguments: 0..<17)
  func valueOctets(length: Int) throws {
    let before = String(repeating: "v", count: length)
    for octet in UInt8.min...UInt8.max {
      let value = "<\(before)\(text([octet]))>"
      let outcome = parse(get("Host: a", "N: \(value)"))
      if Grammar.fieldValue.contains(octet) {
        #expect(outcome.requests.first?["N"] == [value])
      } else {
        #expect(outcome.error?.status.code == 400, "\(octet)")
      }
    }
  }

  @Test(
    "Whitespace around a value does not belong to it",
    arguments: [
      ("N:v", "v"), ("N: v", "v"), ("N:\tv\t", "v"), ("N:  \t v \t  ", "v"), ("N: v w ", "v w"),
      ("N:", ""), ("N: ", ""), ("N: \t ", ""), ("N::", ":"), ("N: :v:", ":v:"),
      ("N: \"v\"", "\"v\""),
      ("N: \u{80}\u{FF}", "\u{80}\u{FF}"), ("N: v\t\tw", "v\t\tw"),
    ])
  func whitespace(line: String, value: String) throws {
    #expect(try request(get("Host: a", line))["N"] == [value])
  }

  @Test(
    "A name is followed by its colon at once",
    arguments: [
      "N : v", "N\t: v", "N", "N v", "N v:", ": v", ":", " : v", "N\u{B}: v", "N\0: v", "(N): v",
    ])
  func names(line: String) throws {
    let error = try #require(refusal(get("Host: a", line)))
    #expect(error.status.code == 400)
  }

  @Test("Whitespace before the colon is not taken off")
  func whitespaceBeforeColon() {
    #expect(refusal(get("Host : a")) == .invalidFieldName)
    #expect(refusal(get("Host: a", "Content-Length : 5")) == .invalidFieldName)
    #expect(refusal(get("Host: a", "Transfer-Encoding\t: chunked")) == .invalidFieldName)
  }

  @Test(
    "A line that begins with whitespace is refused", arguments: [" ", "\t", "  v", "\tv", " N: v"])
  func folding(line: String) {
    #expect(refusal(get(line, "Host: a")) == .whitespaceBeforeField)
    #expect(refusal(get("Host: a", line)) == .obsoleteFolding)
    #expect(refusal(get("Host: a", "N: v", line, "M: w")) == .obsoleteFolding)
    #expect(refusal(get("Host: a", "N:", line)) == .obsoleteFolding)
  }

  @Test(
    "CR and LF are the end of a line together, and nothing alone",
    arguments: [
      ("N: v\nM: w", .bareLineFeed), ("N: v\rM: w", .bareCarriageReturn),
      ("N: v\r", .bareCarriageReturn),
      ("N\n: v", .bareLineFeed), ("N\r: v", .invalidFieldName), ("N: v\n", .bareLineFeed),
      ("N:\n", .bareLineFeed), ("\nN: v", .bareLineFeed), ("\rN: v", .bareCarriageReturn),
      ("N: v\n\n", .bareLineFeed), ("N: v\n\rM: w", .bareLineFeed),
      ("N: \r v", .bareCarriageReturn),
      ("N: v\r\r", .bareCarriageReturn), ("\n", .bareLineFeed), ("N: v\0", .invalidFieldValue),
    ] as [(String, RequestError)])
  func lineEnds(line: String, error: RequestError) {
    #expect(refusal(get("Host: a", line)) == error)
  }

  @Test("A section ends in an empty line with CR LF")
  func sectionEnd() {
    let head = "GET / HTTP/1.1\r\nHost: a\r\n"
    #expect(refusal(head + "\n") == .bareLineFeed)
    #expect(refusal(head + "\rX") == .bareCarriageReturn)
    #expect(refusal(head + "\r\r\n") == .bareCarriageReturn)
    #expect(parse(head + "\r").isIncomplete)
    #expect(parse(head).isIncomplete)
  }

  @Test("Fields keep their order and their case, and stand there as often as they came")
  func order() throws {
    let request = try request(get("B: 1", "host: a", "A: 2", "b: 3", "B: 4", "B: 1"))
    #expect(
      request.fields == [
        .init(name: "B", value: "1"), .init(name: "host", value: "a"), .init(name: "A", value: "2"),
        .init(name: "b", value: "3"), .init(name: "B", value: "4"), .init(name: "B", value: "1"),
      ])
  }

  @Test("A request may have no field at all")
  func none() throws {
    #expect(try request(get(version: "HTTP/1.0")).fields == [])
  }

  @Test("A field is found by its name in lower case, the first of several")
  func lookup() {
    func value(_ name: StaticString, in section: String) -> String? {
      withOctets(section) { section in
        guard let value = Fields(section: section)[name] else { return nil }
        return text(value)
      }
    }
    let section = "X-A: 1\r\nx-b:\r\nX-A: 2\r\nX: 3\r\n\r\n"
    #expect(value("x-a", in: section) == "1")
    #expect(value("x-b", in: section) == "")
    #expect(value("x", in: section) == "3")
    #expect(value("x-", in: section) == nil)
    #expect(value("1", in: section) == nil)
    #expect(withOctets(section) { Fields(section: $0).list.count } == 4)
    #expect(value("a", in: "") == nil)
    #expect(value("a", in: "\r\n") == nil)
    #expect(Fields().list.isEmpty)
  }

  @Test("Many fields are read, each with its own value")
  func many() throws {
    let lines = (0..<1000).map { "N\($0): \($0)\r\n" }.joined()
    let fields = try request("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n").fields.dropFirst()
    #expect(fields.map(\.name) == (0..<1000).map { "N\($0)" })
    #expect(fields.map(\.value) == (0..<1000).map { "\($0)" })
  }
}
