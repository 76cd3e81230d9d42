import Foundation
import Testing

@testable import JSON

/// What is JSON, and what is not: RFC 8259, all of it and no more.
struct GrammarTests {
  @Test("Every text of the grammar is read")
  func accepted() {
    #expect(JSONCases.values.count > 1000)
    for value in JSONCases.values {
      for (before, behind) in [("", ""), (" \t\r\n", " \t\r\n"), ("[", "]"), ("{\"a\":", "}")] {
        let text = Array(before.utf8) + value + Array(behind.utf8)
        if let error = failure(JSONRaw.self, text) {
          Issue.record("\(JSONTests.text(error)): \(String(decoding: text, as: UTF8.self))")
        }
      }
    }
  }

  @Test("Every other text is a syntax error")
  func refused() {
    #expect(JSONCases.faults.count > 1000)
    for fault in JSONCases.faults {
      for (before, behind) in [("", ""), (" \n", ""), ("[", ""), ("{\"a\":", "")] {
        let text = Array(before.utf8) + fault + Array(behind.utf8)
        let found = failure(JSONRaw.self, text)
        // (A part of a value may be a value, and brackets may close what stands before.)
        if before.isEmpty || !text.contains(0x5D) && !text.contains(0x7D) {
          if found?.kind != .syntax {
            Issue.record("taken: \(text) \(String(decoding: text, as: UTF8.self))")
          }
        }
        if let found { #expect(0...text.count ~= found.offset) }
      }
    }
  }

  /// Whether Foundation reads it.
  private func foundationTakes(_ text: [UInt8]) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
  }

  @Test("Foundation agrees about what is JSON, and but for known exceptions about what is not")
  func foundation() {
    for value in JSONCases.values where !foundationTakes(value) {
      Issue.record("Foundation refuses \(String(decoding: value, as: UTF8.self))")
    }
    // It takes byte order marks and other encodings than UTF-8 (NULs), and a comma behind the last value.
    let exceptions = ["[1,]", "[1, ]", "{\"a\":1,}"].map { Array($0.utf8) }
    for fault in JSONCases.faults where foundationTakes(fault) {
      let isKnown = fault.starts(with: [0xEF, 0xBB, 0xBF]) || fault.contains(0)
      if !isKnown && !exceptions.contains(fault) {
        Issue.record("Foundation takes \(String(decoding: fault, as: UTF8.self))")
      }
    }
  }

  @Test("A change of any octet leaves JSON or a syntax error, as Foundation says")
  func mutations() {
    let text = Array(#"{"a":[1.5e-3,"\u00e9 é",true,null],"b":{}}"#.utf8)
    for position in text.indices {
      for octet in UInt8.min...UInt8.max {
        var changed = text
        changed[position] = octet
        if (failure(JSONRaw.self, changed) == nil) != foundationTakes(changed) {
          Issue.record("\(String(decoding: changed, as: UTF8.self))")
        }
      }
    }
  }

  @Test(
    "Arrays and objects may be as deep as the limit and no deeper", arguments: [0, 1, 2, 64, 500])
  func depth(limit: Int) {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
      for depth in [limit, limit + 1] where depth > 0 {
        let inside = open == "[" ? "" : "0"
        let text =
          String(repeating: open, count: depth) + inside + String(repeating: close, count: depth)
        let error = failure(JSONRaw.self, text, maximumDepth: limit)
        #expect((error == nil) == (depth <= limit))
        if let error {
          #expect(error.kind == .depth)
          #expect(error.status == .badRequest)
          #expect(
            JSONTests.text(error)
              == "no more than \(limit) levels of arrays and objects are allowed at octet "
              + "\(open.utf8.count * limit)")
        }
      }
      // What is never closed is found out at the limit, and not at the end.
      let endless = failure(
        JSONRaw.self, String(repeating: open, count: 100_000), maximumDepth: limit)
      #expect(endless?.kind == .depth)
    }
    // Neighbours are not inside each other.
    #expect(failure(JSONRaw.self, "[[],[],{},[]]", maximumDepth: 2) == nil)
  }

  @Test(
    "A syntax error says what was expected, and where",
    arguments: [
      ("", "a value was expected at octet 0"),
      ("{\"a\":1", "a comma or } was expected at octet 6"),
      ("[1 2]", "a comma or ] was expected at octet 3"),
      ("{a:1}", "a name in quotes was expected at octet 1"),
      ("{\"a\" 1}", "a colon was expected at octet 5"),
      ("[tru]", "true, false or null was expected at octet 1"),
      ("01", "no digit after a leading zero was expected at octet 1"),
      ("-", "a digit was expected at octet 1"),
      ("1.", "a digit was expected at octet 2"),
      ("1 1", "the end of the text was expected at octet 2"),
      ("\"a", "a closing quote was expected at octet 2"),
      ("\"\n\"", "no control character was expected at octet 1"),
      ("\"\\x\"", "an escape of JSON was expected at octet 2"),
      ("\"\\u12\"", "four hexadecimal digits was expected at octet 2"),
      ("\"\\ud800\"", "a pair of surrogates was expected at octet 2"),
    ])
  func messages(json: String, message: String) throws {
    let error = try #require(failure(JSONRaw.self, json))
    #expect(text(error) == message)
    #expect(error.status == .badRequest)
  }
}
