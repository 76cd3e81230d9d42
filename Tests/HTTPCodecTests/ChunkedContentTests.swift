import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Chunked content")
struct ChunkedContentTests {
  private func content(_ chunks: String) -> String? {
    parse(chunked(chunks)).requests.first.map { text($0.content) }
  }

  @Test(
    "Chunks are put together, their sizes hexadecimal",
    arguments: [
      ("0\r\n\r\n", ""), ("1\r\na\r\n0\r\n\r\n", "a"),
      ("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"),
      ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
      ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
      ("1F\r\n0123456789012345678901234567890\r\n0\r\n\r\n", "0123456789012345678901234567890"),
      ("003\r\nabc\r\n000\r\n\r\n", "abc"), ("00000000000000000000003\r\nabc\r\n0\r\n\r\n", "abc"),
      ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"), ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"),
      ("3\r\n\0\u{FF}\u{D}\r\n0\r\n\r\n", "\0\u{FF}\r"),
    ])
  func chunks(chunks: String, expected: String) {
    let next = get("Host: a", target: "/next")
    let outcome = parse(chunked(chunks) + next)
    #expect(outcome.requests.map { text($0.content) } == [expected, ""])
    #expect(outcome.requests.first?.next == octets(chunked(chunks)).count)
    #expect(outcome.requests.last?.path == "/next")
  }

  @Test("Any octet may be content")
  func everyOctet() {
    let all = text(UInt8.min...UInt8.max)
    #expect(content("100\r\n\(all)\r\n0\r\n\r\n") == all)
  }

  @Test("A size is made of hexadecimal digits")
  func sizeOctets() {
    let zeros = String(repeating: "\0", count: 0xF)
    for octet in UInt8.min...UInt8.max {
      let size = text([octet])
      let digits = Int(size, radix: 16).map { String(zeros.prefix($0)) }
      if let digits, !digits.isEmpty {
        #expect(content("\(size)\r\n\(digits)\r\n0\r\n\r\n") == digits)
      } else if octet != UInt8(ascii: "0") {
        let error = refusal(chunked("\(size)\r\n"))
        #expect(error == .invalidChunkSize, "\(octet)")
      }
    }
  }

  @Test(
    "Anything else is no size line",
    arguments: [
      "\r\n", "\n", " 3\r\n", "\t3\r\n", "+3\r\n", "-3\r\n", "0x3\r\n", "3h\r\n", "3.0\r\n",
      "3_0\r\n", "3,3\r\n",
      "g\r\n", ";a\r\n", "3\n", "3\0\r\n", "\"3\"\r\n", "3 3\r\n", "3 \r\n", "3\t\r\n", "3 \n",
      "3 a\r\n", "\u{FF}",
      "\u{B2}\r\n", "3:\r\n", "3=\r\n", "3\u{A0}\r\n", "3\u{B}\r\n", "3\u{C}\r\n", "0 \r\n\r\n",
      "0\n\n", "0\n\r\n",
    ])
  func invalidSizes(line: String) {
    #expect(refusal(chunked(line + "abc\r\n0\r\n\r\n")) == .invalidChunkSize)
  }

  @Test(
    "A CR in a size line has its LF behind it",
    arguments: ["3\rabc", "3\r\r\nabc", "3;a\rabc", "0\r\r\n", "0;a\rb"])
  func bareCarriageReturn(line: String) {
    #expect(refusal(chunked(line)) == .bareCarriageReturn)
  }

  @Test(
    "Chunk data is followed by CR LF",
    arguments: [
      "abc", "abcd\r\n", "abc\n", "abc\r\r\n", "abc \r\n", "abc0\r\n\r\n", "ab\r\n0", "abc\n\r\n",
      "abc\0", "abc\rx",
    ])
  func dataEnds(data: String) {
    #expect(refusal(chunked("3\r\n\(data)0\r\n\r\n")) == .invalidChunkEnd)
  }

  @Test(
    "A size that no integer holds is too large, and not another number",
    arguments: [
      "100001", "7fffffff", "80000000", "ffffffff", "100000000", "100000003", "7fffffffffffffff",
      "8000000000000000", "8000000000000003", "ffffffffffffffff", "10000000000000000",
      "10000000000000003", "fffffffffffffffffffffffffffffffffffffffff",
      "100000000000000000000000000000003",
    ])
  func overflow(size: String) {
    #expect(refusal(chunked("\(size)\r\nabc\r\n0\r\n\r\n")) == .requestTooLarge)
    #expect(refusal(chunked("3\r\nabc\r\n\(size)")) == .requestTooLarge)
    #expect(refusal(chunked("000\(size);a=b")) == .requestTooLarge)
  }

  @Test(
    "Extensions are names, perhaps with a token or a quoted string, and are dropped",
    arguments: [
      ";a", ";a=b", ";a=\"b\"", ";a=\"\"", ";a;b", ";a=b;c=d", ";a=\"b\";c", " ;a", "\t;a", ";\ta",
      "; a",
      " ; a = b", ";a =b", ";a= b", ";a\t=\t\"b\"", ";a ;b", ";a=b ;c", ";a=\"b\" ;c", ";a=\"b;c\"",
      ";a=\"b\\\"c\"",
      ";a=\"\\\\\"", ";a=\"\\\t\\ \\\u{FF}\"", ";a=\"\t b\u{80}\u{FF}!#[]~\"",
      ";!#$%&'*+-.^_`|~0aZ=!#$%&'*+-.^_`|~0aZ",
      ";a=1", ";1=1", "  ;  a", ";a=\"=\"", ";a=\"a=b\" ; c = \"d\"",
    ])
  func extensions(text: String) {
    #expect(content("3\(text)\r\nabc\r\n0\(text)\r\n\r\n") == "abc")
  }

  @Test(
    "Anything else is no extension",
    arguments: [
      ";", "; ", ";;a", ";a;", ";a; ", ";=b", ";a=", ";a= ", ";a==b", ";a=b=c", ";a b", ";a b=c",
      ";a=b c", ";a,b", ";a:b",
      ";a=\"b", ";a=\"b\\", ";a=\"b\\\"", ";a=\"b\"c", ";a=\"b\" c", ";a=\"b\"\"c\"", ";a=b\"c\"",
      ";\"a\"", ";\"a\"=b",
      ";a=b@", ";a@", ";a=\"\n\"", ";a=\"\r\n\"", ";a=\"\0\"", ";a=\"\u{7F}\"", ";a=\"\\\0\"",
      ";a=\"\\\n\"",
      ";a=\"\\\r\"", ";a=\"\u{1F}\"", ";\u{E9}", ";a=\u{E9}", ";a\0", ";a\n", ";a=b\n",
      ";a=\"b\"\n", ";\n", ";a=\n", ";a\n=b",
      ";a ", ";a=b ", ";a=\"b\" ", ";a\t", " ;a=b\t", ";a=b,", ";a=b/", ";a='b c'",
    ])
  func invalidExtensions(text: String) throws {
    for size in ["3", "0"] {
      let error = try #require(refusal(chunked("\(size)\(text)\r\nabc\r\n0\r\n\r\n")))
      #expect(error.status.code == 400)
    }
  }

  @Test("Quoted text and quoted pairs are of the octets that RFC 9110 lists")
  func quotedOctets() {
    for octet in UInt8.min...UInt8.max {
      let isText = Grammar.quotedText.contains(octet)
      let quoted = refusal(chunked("0;a=\"<\(text([octet]))>\"\r\n\r\n"))
      // A quote ends the string, and ">" behind it is refused; a backslash takes the ">" along.
      #expect((quoted == nil) == (isText || octet == UInt8(ascii: "\\")), "\(octet)")
      let pair = refusal(chunked("0;a=\"\\\(text([octet]))\"\r\n\r\n"))
      #expect((pair == nil) == Grammar.fieldValue.contains(octet), "\(octet)")
    }
  }

  @Test("A request has room for 4096 octets of extensions, however they are spread")
  func extensionLimit() {
    let limit = ChunkedContentReader.extensionLimit
    let name = String(repeating: "a", count: limit - 1)
    #expect(content("0;\(name)\r\n\r\n") == "")
    #expect(refusal(chunked("0;\(name)a\r\n\r\n")) == .chunkExtensionsTooLarge)
    let pieces = String(repeating: "1;a\r\nx\r\n", count: limit / 2)
    #expect(content(pieces + "0\r\n\r\n")?.utf8.count == limit / 2)
    #expect(refusal(chunked(pieces + "0;a\r\n\r\n")) == .chunkExtensionsTooLarge)
    #expect(parse(chunked("0;\(name)")).isIncomplete)
    #expect(refusal(chunked("0;\(name)aaa")) == .chunkExtensionsTooLarge, "not awaited")
    let spaces = String(repeating: " ", count: limit * 2)
    #expect(refusal(chunked("0\(spaces)")) == .chunkExtensionsTooLarge)
    #expect(refusal(chunked("0;a=\"\(spaces)")) == .chunkExtensionsTooLarge)
  }

  @Test("Superfluous zeros are limited as well")
  func zeros() {
    let limit = ChunkedContentReader.extensionLimit
    let zeros = String(repeating: "0", count: limit)
    #expect(content("\(zeros)1\r\nx\r\n0\r\n\r\n") == "x")
    #expect(refusal(chunked("\(zeros)01\r\nx\r\n")) == .chunkExtensionsTooLarge)
    #expect(refusal(chunked(zeros + "00")) == .chunkExtensionsTooLarge)
  }

  @Test(
    "Trailers are read for their grammar and dropped",
    arguments: [
      "A: b\r\n", "A:\r\n", "A: b\r\nC: d\r\n", "Content-Length: 7\r\n", "Host: b\r\nHost: c\r\n",
      "Transfer-Encoding: gzip\r\n", "A: \t\u{FF}\t\r\n",
    ])
  func trailers(trailers: String) throws {
    let message = chunked("3\r\nabc\r\n0\r\n\(trailers)\r\n")
    let request = try request(message)
    #expect(text(request.content) == "abc")
    #expect(request.fields.map(\.name) == ["Host", "Transfer-Encoding"])
    #expect(parse(message + message).requests.count == 2)
  }

  @Test(
    "Trailers that are no fields are refused",
    arguments: [
      ("A : b\r\n", .invalidFieldName), (": b\r\n", .invalidFieldName),
      ("A\r\n", .invalidFieldName),
      (" A: b\r\n", .whitespaceBeforeField), ("A: b\r\n c\r\n", .obsoleteFolding),
      ("A: \0\r\n", .invalidFieldValue),
      ("A: b\n", .bareLineFeed), ("A: b\rC: d\r\n", .bareCarriageReturn), ("\n", .bareLineFeed),
      ("\r\r\n", .bareCarriageReturn),
      ("3\r\nabc\r\n", .invalidFieldName), ("GET / HTTP/1.1\r\n", .invalidFieldName),
    ] as [(String, RequestError)])
  func invalidTrailers(trailers: String, error: RequestError) {
    #expect(refusal(chunked("3\r\nabc\r\n0\r\n\(trailers)\r\n")) == error)
  }

  @Test(
    "Content that lacks its end is not complete",
    arguments: [
      "", "3", "3\r", "3\r\n", "3\r\nab", "3\r\nabc", "3\r\nabc\r", "3\r\nabc\r\n", "3\r\nabc\r\n0",
      "0\r\n", "0\r\n\r", "0\r\nA: b\r\n", "3;", "3;a=\"", "3 ",
    ])
  func incomplete(chunks: String) {
    let outcome = parse(chunked(chunks))
    #expect(outcome.isIncomplete && outcome.error == nil && outcome.requests.isEmpty)
  }

  @Test("Many small chunks come to the content of one")
  func manyChunks() {
    let octets = (0..<2000).map { Character(Unicode.Scalar(UInt8($0 % 251))) }
    let chunks = octets.map { "1\r\n\($0)\r\n" }.joined()
    #expect(content(chunks + "0\r\n\r\n") == String(octets))
  }
}
