import HTTPService
import Testing

@testable import CodecOracle

@Suite("Media types")
struct MediaTypeTests {
  private func parts(_ characters: String) -> [String]? {
    withOctets(characters) { octets in
      guard let type = MediaType(octets) else { return nil }
      var parts = [text(type.type), text(type.subtype)]
      var parameters = type.parameters
      while let parameter = parameters.next() {
        parts += [text(parameter.name), text(parameter.value.octets())]
      }
      return parts
    }
  }

  @Test(
    "A media type is type, subtype and parameters",
    arguments: [
      ("text/html", ["text", "html"]),
      ("text/html;charset=utf-8", ["text", "html", "charset", "utf-8"]),
      ("Text/HTML;Charset=\"utf-8\"", ["Text", "HTML", "Charset", "utf-8"]),
      ("a/b ; c=d\t;\te=\"f;\\\"g\\\"\"", ["a", "b", "c", "d", "e", "f;\"g\""]),
      ("application/problem+json", ["application", "problem+json"]), ("a/b;", ["a", "b"]),
      ("a/b;;c=d; ;", ["a", "b", "c", "d"]), ("*/*", ["*", "*"]),
      ("a/b;c=\"\"", ["a", "b", "c", ""]),
      ("a/b;c=\"\\a\"", ["a", "b", "c", "a"]),
    ])
  func reading(characters: String, expected: [String]) {
    #expect(parts(characters) == expected)
  }

  @Test(
    "Anything else is no media type",
    arguments: [
      "", "text", "text/", "/html", "text /html", "text/ html", "text/html charset=utf-8",
      "text/html; charset",
      "text/html; charset=", "text/html; =a", "text/html; a =b", "text/html; a= b",
      "text/html;a=\"b", "text/html;a=\"b\\\"",
      "text/html;a=\"b\"c", "text/html,", "text/html;a=b,text/plain", "te\u{E9}t/html", "a/b/c",
      " a/b", "a/b;\u{E9}=c",
    ])
  func refused(characters: String) {
    #expect(parts(characters) == nil)
  }

  @Test("A type is known without regard to case and parameters")
  func known() {
    withOctets("Application/Problem+JSON; a=b") { octets in
      guard let type = MediaType(octets) else {
        Issue.record("no type")
        return
      }
      let isKnown = [
        type.is("application/problem+json"), type.is("APPLICATION/problem+json"),
        type.hasSuffix("json"),
      ]
      #expect(isKnown == [true, true, true])
      let isOther = [
        type.is("application/json"), type.is("application/problem"), type.is("application"),
        type.is("application/"),
        type.is("*/*"), type.hasSuffix("son"), type.hasSuffix("problem+json"),
        type.hasSuffix("xml"),
      ]
      #expect(!isOther.contains(true))
    }
  }

  @Test(
    "Types are the same in any case and with parameters in any order",
    arguments: [
      ("text/html", "TEXT/html", true), ("text/html", "text/plain", false),
      ("text/html", "texts/html", false),
      ("a/b;c=d;e=f", "a/b; e=f; C=\"d\"", true), ("a/b;c=d", "a/b", false),
      ("a/b", "a/b;c=d", false),
      ("a/b;c=d", "a/b;c=D", false), ("a/b;charset=utf-8", "a/b;charset=UTF-8", true),
      ("a/b;c=\"\\\"\"", "a/b;c=\"\\\"\"", true), ("a/b;c=\"x\\y\"", "a/b;c=xy", true),
      ("a/b;c=\"x\\y\"", "a/b;c=\"\\xy\"", true), ("a/b;c=\"x\\y\"", "a/b;c=\"\\xz\"", false),
    ])
  func comparison(left: String, right: String, areSame: Bool) {
    withOctets(left) { left in
      withOctets(right) { right in
        guard let left = MediaType(left), let right = MediaType(right) else {
          Issue.record("no types")
          return
        }
        let areFound = left == right
        #expect(areFound == areSame)
      }
    }
  }

  @Test("A parameter is found by its name, the first of several")
  func parameters() {
    withOctets("a/b; X=1; x=2; charset=\"a\\\"b\"") { octets in
      guard let type = MediaType(octets) else {
        Issue.record("no type")
        return
      }
      #expect(type.parameter("x").map { text($0) } == "1")
      #expect(type.parameter("charset").map { text($0) } == "a\"b")
      #expect(type.parameter("y") == nil)
    }
  }
}
