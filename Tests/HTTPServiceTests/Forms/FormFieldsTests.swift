import HTTPService
import Testing

@testable import CodecOracle

@Suite("Form fields")
struct FormFieldsTests {
  private func pairs(_ encoded: String, maxPairs: Int = 1000) -> Read<[[String]]> {
    Read { () throws(InvalidInput) in
      try withOctets(encoded) { (octets) throws(InvalidInput) in
        let form = try FormFields(octets, maxPairs: maxPairs)
        var pairs: [[String]] = []
        let note = { (pair: FormFields.Pair) in
          let name = (try? pair.decodedName(asText: false)).map { text($0) }
          let value = (try? pair.decodedValue(asText: false)).map { text($0) }
          pairs.append([name ?? "?", value ?? "?"])
        }
        form.forEach(note)
        return pairs
      }
    }
  }

  @Test(
    "Pairs are read as the URL Standard reads them",
    arguments: [
      ("", []), ("&", []), ("&&&", []), ("a", [["a", ""]]), ("a=", [["a", ""]]), ("=", [["", ""]]),
      ("=a", [["", "a"]]), ("a=b", [["a", "b"]]), ("a=b=c", [["a", "b=c"]]),
      ("a=1&b=2", [["a", "1"], ["b", "2"]]), ("&a=1&&b=2&", [["a", "1"], ["b", "2"]]),
      ("a=1&a=2", [["a", "1"], ["a", "2"]]), ("a+b=c+d", [["a b", "c d"]]),
      ("a%2Bb=%26%3D", [["a+b", "&="]]), ("%61=%2541", [["a", "%41"]]), ("a;b=c", [["a;b", "c"]]),
      ("a=caf%C3%A9", [["a", utf8("café")]]), ("a=%FF", [["a", "\u{FF}"]]),
      ("?a=1", [["?a", "1"]]), ("a=\u{00}\r\n", [["a", "\0\r\n"]]),
    ] as [(String, [[String]])])
  func reading(encoded: String, expected: [[String]]) {
    #expect(pairs(encoded).value == expected)
  }

  @Test(
    "A malformed escape is about the field that it is in",
    arguments: [
      ("a=%", 1, "a"), ("a=1&b=%4", 2, "b"), ("a=1&&bc=%zz&d=1", 2, "bc"), ("%=1", 1, "%"),
      ("a=1&%4x", 2, "%4x"), ("=%", 1, ""),
    ])
  func malformed(encoded: String, number: Int, name: String) throws {
    let error = try #require(pairs(encoded).error)
    #expect(text(error) == "form field: two hexadecimal digits behind %")
    #expect(error.number == number)
    #expect(text(Array(octets(encoded)[error.name])) == name)
  }

  @Test("More fields than the limit are refused")
  func limit() throws {
    #expect(pairs("a=1&b=2&c", maxPairs: 3).value?.count == 3)
    let error = try #require(pairs("a=1&b=2&c&d", maxPairs: 3).error)
    #expect(text(error) == "form field: fewer fields")
    #expect(error.number == 4 && error.name == 10..<11)
    #expect(pairs("&&&&a&&&&", maxPairs: 1).value?.count == 1)
    #expect(pairs("a", maxPairs: 0).error != nil)
  }

  @Test("Values are found by decoded names, the first of several, and read as their types")
  func values() throws {
    try withOctets("page=7&q=a+b%21&tag=x&tag=y%20z&n%61me=v&order=desc&empty&bad=%C3") {
      (octets) throws(InvalidInput) in
      let form = try FormFields(octets)
      #expect(try form.value("page", as: Int.self) == 7)
      #expect(try form.value("q", as: String.self) == "a b!")
      #expect(try form.values("tag", as: String.self) == ["x", "y z"])
      #expect(try form.value("tag") == "x")
      #expect(try form.value("name", as: String.self) == "v")
      #expect(try form.value("order", as: Order.self) == .descending)
      #expect(try form.value("empty", as: String.self) == "")
      #expect(try form.value("bad", as: [UInt8].self) == [0xC3])
      #expect(try form.value("absent", as: Int.self) == nil)
      #expect(try form.values("absent", as: Int.self) == [])
      let hasName = form["n"] == nil
      #expect(hasName)
      for (name, expected) in [
        ("q", "q: an integer from 0 to 4294967295"),
        ("empty", "empty: an integer from 0 to 4294967295"),
      ] as [(StaticString, String)] {
        let error = Read { () throws(InvalidInput) in try form.value(name, as: UInt32.self) }.error
        #expect(error.map(text) == expected)
      }
      let error = Read { () throws(InvalidInput) in try form.value("bad", as: String.self) }.error
      #expect(error.map(text) == "bad: text in UTF-8")
    }
  }
}

enum Order: TextChoice {
  case ascending, descending
  var text: StaticString {
    switch self {
    case .ascending: "asc"
    case .descending: "desc"
    }
  }
}
