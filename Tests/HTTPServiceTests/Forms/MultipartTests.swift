import HTTPService
import Testing

@testable import CodecOracle

@Suite("Multipart")
struct MultipartTests {
  struct Found: Equatable {
    var name: String
    var filename: String?
    var type: String?
    var content: String
  }

  private func parts(
    _ content: String, type: String? = "multipart/form-data; boundary=b",
    limits: Multipart.Limits = .init()
  ) -> Read<[Found]> {
    Read { () throws(InvalidInput) in
      try withOctets(content) { (octets) throws(InvalidInput) in
        try withOctets(type ?? "") { (typeOctets) throws(InvalidInput) in
          var reader = try Multipart(
            octets, contentType: type == nil ? nil : typeOctets, limits: limits)
          var found: [Found] = []
          while let part = try reader.next() {
            var type: String?
            if let octets = part.contentType { type = text(octets) }
            found.append(
              Found(
                name: text(part.name), filename: part.filename.map { text($0) }, type: type,
                content: text(part.content)))
          }
          return found
        }
      }
    }
  }

  private func part(_ name: String, _ content: String, _ more: String = "") -> String {
    "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n\(content)\r\n"
  }

  /// After RFC 7578 4.
  @Test("The fields and files of a form are its parts")
  func form() {
    let boundary = "AaB03x"
    let content = """
      --AaB03x
      content-disposition: form-data; name="field1"
      content-type: text/plain;charset=UTF-8

      Joe owes =E2=82=AC100.
      --AaB03x
      Content-Disposition: form-data; name="photos"; filename="a.gif"
      Content-Type: image/gif

      GIF89a--AaB03x
      -- AaB03x
      --AaB03x--

      """.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    let expected = [
      Found(
        name: "field1", filename: nil, type: "text/plain;charset=UTF-8",
        content: "Joe owes =E2=82=AC100."),
      Found(
        name: "photos", filename: "a.gif", type: "image/gif",
        content: "GIF89a--AaB03x\r\n-- AaB03x"),
    ]
    for type in ["boundary=AaB03x", "boundary=\"AaB03x\"", "charset=utf-8;Boundary=\(boundary)"] {
      #expect(parts(content, type: "Multipart/Form-Data; " + type).value == expected)
    }
  }

  @Test(
    "Content is all between the empty line and the delimiter",
    arguments: [
      "", "a", "\r\n", "\r\n\r\n", "\r", "\n", "\r\n-", "\r\n--", "\r\n--a", "--b", "\n--b--",
      "\r--b", "-", "\r\r\n\n", "\0\u{FF}",
      "\r\n--\r\nb",
    ])
  func contents(content: String) {
    #expect(
      parts(part("x", content) + "--b--").value == [
        Found(name: "x", filename: nil, type: nil, content: content)
      ])
    #expect(
      parts(part("x", content) + part("y", content) + "--b--\r\n").value?.map(\.content) == [
        content, content,
      ])
  }

  @Test(
    "A boundary may be followed by spaces and tabs in its line",
    arguments: ["--b \t\r\n", "--b\r\n"], ["--b--", "--b-- \t", "--b--\r\n", "--b-- \r\n"])
  func padding(first: String, last: String) {
    let content = first + "Content-Disposition: form-data; name=a\r\n\r\n1\r\n" + last
    #expect(parts(content).value == [Found(name: "a", filename: nil, type: nil, content: "1")])
  }

  @Test("A form without fields is the close-delimiter alone")
  func none() {
    #expect(parts("--b--").value == [])
    #expect(parts("--b--\r\n").value == [])
  }

  @Test(
    "Names are read as browsers and curl write them",
    arguments: [
      (#"; filename="""#, ""), (#"; filename="a b.txt""#, "a b.txt"), ("; filename=a.txt", "a.txt"),
      (#"; filename="a\"b""#, #"a"b"#), (#"; filename="a\\b""#, #"a\b"#),
      (#"; filename="C:\dir\file""#, #"C:\dir\file"#), (#"; filename="a%22b""#, "a%22b"),
      (#"; filename="a;b=c""#, "a;b=c"), (#" ;FileName = "x""#, nil),
      ("; other=1;filename=y;", "y"),
      ("; filename=\"\(utf8("日本.txt"))\"", utf8("日本.txt")),
    ] as [(String, String?)])
  func names(parameter: String, filename: String?) {
    let read = parts(part("n", "1", parameter) + "--b--")
    #expect(read.value?.first?.filename == filename)
    if filename == nil { #expect(read.error != nil) }
  }

  @Test(
    "What is malformed is refused, with the part that it is in",
    arguments: [
      ("", 0, "multipart content: the boundary at its beginning"),
      ("\r\n--b--", 0, "multipart content: the boundary at its beginning"),
      ("preamble\r\n--b--", 0, "multipart content: the boundary at its beginning"),
      ("--c--", 0, "multipart content: the boundary at its beginning"),
      ("--b", 0, "part: CR LF behind the boundary"), ("--b-", 0, "part: CR LF behind the boundary"),
      ("--bx\r\n", 0, "part: CR LF behind the boundary"),
      ("--b\n", 0, "part: CR LF behind the boundary"),
      ("--b--epilogue", 0, "part: nothing behind the last boundary"),
      ("--b--\r\n\r\n", 0, "part: nothing behind the last boundary"),
      ("--b\r\n", 1, "part: fields, and an empty line behind them"),
      ("--b\r\n\r\n1\r\n--b--", 1, "part: one Content-Disposition"),
      ("--b\r\nContent-Type: a/b\r\n\r\n1\r\n--b--", 1, "part: one Content-Disposition"),
      (
        "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--",
        1,
        "part: one Content-Disposition"
      ),
      (
        "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--", 1,
        "part: the disposition form-data"
      ),
      ("--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", 1, "part: a name"),
      (
        "--b\r\nContent-Disposition: form-data; name=a\n\r\n1\r\n--b--", 1,
        "part: fields, and an empty line behind them"
      ),
      (
        "--b\r\n Content-Disposition: form-data; name=a\r\n\r\n1\r\n--b--", 1,
        "part: fields, and an empty line behind them"
      ),
      (
        "--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--b--", 1,
        "part: one name"
      ),
      (
        "--b\r\nContent-Disposition: form-data; name\r\n\r\n1\r\n--b--", 1,
        #"part: parameters of the form name="value""#
      ),
      (
        "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--", 1,
        #"part: parameters of the form name="value""#
      ),
      (
        "--b\r\nContent-Disposition: form-data; name=a b\r\n\r\n1\r\n--b--", 1,
        #"part: parameters of the form name="value""#
      ),
      (
        "--b\r\nContent-Disposition: form-data; name=a; filename*=utf-8''x\r\n\r\n1\r\n--b--", 1,
        "part: filename and not filename*"
      ),
      (
        "--b\r\nContent-Disposition: form-data; name=a; filename=x; filename=y\r\n\r\n1\r\n--b--",
        1,
        "part: one filename"
      ),
    ])
  func malformed(content: String, number: Int, expected: String) {
    let read = parts(content)
    #expect(read.error.map(text) == expected)
    #expect(read.error?.number == number)
  }

  @Test("A fault behind a part's name says where the name is")
  func named() throws {
    for end in ["", "\r\n", "\r\n--", "\r\n--c--"] {
      let content =
        part("first", "1") + "--b\r\nContent-Disposition: form-data; name=\"sec\"\r\n\r\nx" + end
      let error = try #require(parts(content).error)
      #expect(text(error) == "part: a boundary behind it")
      #expect(error.number == 2)
      #expect(text(Array(octets(content)[error.name])) == "sec")
    }
    let encoded =
      "--b\r\nContent-Disposition: form-data; name=f\r\nContent-Transfer-Encoding: base64\r\n\r\nAA==\r\n--b--"
    let error = try #require(parts(encoded).error)
    #expect(text(error) == "part: no Content-Transfer-Encoding")
    #expect(text(Array(octets(encoded)[error.name])) == "f")
    #expect(parts(encoded.replacing("base64", with: "BINARY")).value?.count == 1)
  }

  @Test("More parts, or more octets of fields, than the limits are refused")
  func limits() {
    let three = part("a", "1") + part("b", "2") + part("c", "3") + "--b--"
    var limits = Multipart.Limits()
    limits.parts = 3
    #expect(parts(three, limits: limits).value?.count == 3)
    limits.parts = 2
    #expect(parts(three, limits: limits).error.map(text) == "part: fewer parts")
    #expect(parts(three, limits: limits).error?.number == 3)

    let octets = "Content-Disposition: form-data; name=\"a\"\r\n\r\n".utf8.count
    limits.headerOctets = octets
    limits.parts = .max
    #expect(parts(three, limits: limits).value?.count == 3)
    for fewer in [octets - 1, octets - 2, octets - 3, 1, 0] {
      limits.headerOctets = fewer
      #expect(parts(three, limits: limits).error.map(text) == "part: fewer octets of fields")
    }
    limits.headerOctets = .max
    #expect(parts(three, limits: limits).value?.count == 3)
  }

  @Test(
    "A content type without a boundary that can be one is refused",
    arguments: [
      nil, "", "multipart/form-data", "multipart/mixed; boundary=b", "text/plain; boundary=b",
      "multipart/form-data; boundary=b; boundary=b", "multipart/form-data; boundary=c;boundary=b",
      "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
      "multipart/form-data; boundary=\"b \"", "multipart/form-data; boundary=\"b\\\"\"",
      "multipart/form-data; boundary=\"\u{E9}\"", "multipart/form-data; boundary=b*",
      "multipart/form-data; boundary=\"\(String(repeating: "b", count: 71))\"",
    ] as [String?])
  func types(type: String?) {
    #expect(parts("--b--", type: type).error.map { text($0.subject) } == "Content-Type")
  }

  @Test("A boundary has up to 70 characters, of those that RFC 2046 has")
  func boundaries() {
    for boundary in [String(repeating: "b", count: 70), "'()+_,-./:=? 0aZ", "-", "a b"] {
      let read = parts("--\(boundary)--", type: "multipart/form-data; boundary=\"\(boundary)\"")
      #expect(read.value == [])
    }
  }
}
