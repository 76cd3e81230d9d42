import HTTPCodec
import HTTPService
import Testing

@testable import CodecOracle

@Suite("Conditional requests")
struct ConditionTests {
  private static let now: Int64 = 1_800_000_000
  /// Sun, 06 Nov 1994 08:49:37 GMT.
  private static let modified: Int64 = 784_111_777
  private static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
  private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
  private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

  /// RFC 9110 8.8.3.2, the table of its example.
  @Test(
    "Tags are compared strongly and weakly",
    arguments: [
      (#"W/"1""#, #"W/"1""#, false, true), (#"W/"1""#, #"W/"2""#, false, false),
      (#"W/"1""#, #""1""#, false, true), (#""1""#, #""1""#, true, true),
      (#""1""#, #""2""#, false, false),
      (#""""#, #""""#, true, true), (#""a""#, #""A""#, false, false),
    ])
  func comparison(left: String, right: String, isStrong: Bool, isWeak: Bool) {
    withOctets(left) { left in
      withOctets(right) { right in
        guard let left = EntityTag(left), let right = EntityTag(right) else {
          Issue.record("no tags")
          return
        }
        let strong = left.stronglyMatches(right) && right.stronglyMatches(left)
        let weak = left.weaklyMatches(right) && right.weaklyMatches(left)
        #expect(strong == isStrong && weak == isWeak)
      }
    }
  }

  @Test(
    "A tag stands in quotes",
    arguments: [
      (#""xyzzy""#, "xyzzy"), (#"W/"xyzzy""#, "xyzzy"), (#""""#, ""), (#""a,b""#, "a,b"),
      (#""\""#, "\\"),
      ("\"\u{E9}!#\"", "\u{E9}!#"), ("xyzzy", nil), (#"w/"x""#, nil), (#"W"x""#, nil),
      (#"W/x"#, nil),
      (#""x"#, nil), (#"x""#, nil), (#""""""#, nil), (#""x" "#, nil), (#" "x""#, nil),
      (#""a b""#, nil),
      ("\"\u{7F}\"", nil), ("*", nil), ("", nil), ("\"", nil), ("W/", nil), (#""a","b""#, nil),
    ] as [(String, String?)])
  func tags(characters: String, opaque: String?) {
    withOctets(characters) { octets in
      guard let tag = EntityTag(octets) else {
        #expect(opaque == nil)
        return
      }
      #expect(text(tag.opaque) == opaque)
    }
  }

  @Test(
    "A list of tags is read up to what is none",
    arguments: [
      ("", []), (#""a""#, ["a"]), (#""a", "b""#, ["a", "b"]), (#""a,b" , W/"c""#, ["a,b", "c"]),
      (#", ,"a",,"b","#, ["a", "b"]), (#""a" "b""#, []), (#""a", b, "c""#, ["a"]), ("*", []),
      (#""a", "b"#, ["a"]),
    ] as [(String, [String])])
  func lists(characters: String, expected: [String]) {
    withOctets(characters) { octets in
      var list = EntityTagList(octets)
      var found: [String] = []
      while let tag = list.next() { found.append(text(tag.opaque)) }
      #expect(found == expected)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var method = Method.get
    let fields: [String]
    /// The current tag; nil for none.
    var tag: String? = #""v1""#
    var modified: Int64? = ConditionTests.modified
    var exists = true
    let expected: Preconditions
    var testDescription: String { "\(method) \(fields) \(tag ?? "-") \(expected)" }
  }

  static let perform = Preconditions.perform(usesRange: true)
  static let change = Preconditions.perform(usesRange: false)

  static let cases: [Case] = [
    Case(fields: [], expected: perform),
    Case(method: .put, fields: [], expected: change),
    Case(method: .head, fields: [], expected: change),

    // 13.1.1: If-Match, compared strongly.
    Case(method: .put, fields: [#"If-Match: "v1""#], expected: change),
    Case(method: .put, fields: [#"If-Match: "v0", "v1""#], expected: change),
    Case(method: .put, fields: [#"If-Match: "v0""#, #"if-match: "v1""#], expected: change),
    Case(method: .put, fields: [#"If-Match: "v2""#], expected: .failed),
    Case(method: .put, fields: [#"If-Match: W/"v1""#], expected: .failed),
    Case(method: .put, fields: [#"If-Match: "v1""#], tag: #"W/"v1""#, expected: .failed),
    Case(method: .put, fields: [#"If-Match: "v1""#], tag: nil, expected: .failed),
    Case(method: .put, fields: ["If-Match: *"], expected: change),
    Case(
      method: .put, fields: ["If-Match: *"], tag: nil, modified: nil, exists: false,
      expected: .failed),
    Case(method: .put, fields: ["If-Match: v1"], expected: .failed),
    Case(method: .put, fields: ["If-Match:"], expected: .failed),
    Case(fields: [#"If-Match: "v2""#], expected: .failed),

    // 13.1.4: If-Unmodified-Since, without If-Match only.
    Case(method: .put, fields: ["If-Unmodified-Since: \(same)"], expected: change),
    Case(method: .put, fields: ["If-Unmodified-Since: \(after)"], expected: change),
    Case(method: .put, fields: ["If-Unmodified-Since: \(before)"], expected: .failed),
    Case(method: .put, fields: ["If-Unmodified-Since: \(before)"], modified: nil, expected: change),
    Case(method: .put, fields: ["If-Unmodified-Since: yesterday"], expected: change),
    Case(
      method: .put, fields: ["If-Unmodified-Since: \(before)", "If-Unmodified-Since: \(before)"],
      expected: change),
    Case(
      method: .put, fields: [#"If-Match: "v1""#, "If-Unmodified-Since: \(before)"], expected: change
    ),
    Case(
      method: .put, fields: [#"If-Match: "v2""#, "If-Unmodified-Since: \(after)"], expected: .failed
    ),

    // 13.1.2: If-None-Match, compared weakly.
    Case(fields: [#"If-None-Match: "v1""#], expected: .notModified),
    Case(method: .head, fields: [#"If-None-Match: "v1""#], expected: .notModified),
    Case(fields: [#"If-None-Match: W/"v1""#], expected: .notModified),
    Case(fields: [#"If-None-Match: "v1""#], tag: #"W/"v1""#, expected: .notModified),
    Case(fields: [#"If-None-Match: "a", "b,c" , "v1""#], expected: .notModified),
    Case(fields: [#"If-None-Match: "v2""#], expected: perform),
    Case(fields: [#"If-None-Match: "v1""#], tag: nil, expected: perform),
    Case(fields: ["If-None-Match: v1"], expected: perform),
    Case(fields: ["If-None-Match: *"], expected: .notModified),
    Case(method: .put, fields: ["If-None-Match: *"], expected: .failed),
    Case(
      method: .put, fields: ["If-None-Match: *"], tag: nil, modified: nil, exists: false,
      expected: change),
    Case(method: .post, fields: [#"If-None-Match: "v1""#], expected: .failed),
    Case(method: .delete, fields: [#"If-None-Match: "v2""#], expected: change),

    // 13.1.3: If-Modified-Since, for GET and HEAD and without If-None-Match only.
    Case(fields: ["If-Modified-Since: \(same)"], expected: .notModified),
    Case(fields: ["If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"], expected: .notModified),
    Case(fields: ["If-Modified-Since: Sun Nov  6 08:49:37 1994"], expected: .notModified),
    Case(method: .head, fields: ["If-Modified-Since: \(after)"], expected: .notModified),
    Case(fields: ["If-Modified-Since: \(before)"], expected: perform),
    Case(fields: ["If-Modified-Since: \(same)"], modified: nil, expected: perform),
    Case(fields: ["If-Modified-Since: 784111777"], expected: perform),
    Case(fields: ["If-Modified-Since: \(same)", "If-Modified-Since: \(same)"], expected: perform),
    Case(method: .post, fields: ["If-Modified-Since: \(same)"], expected: change),
    Case(fields: [#"If-None-Match: "v2""#, "If-Modified-Since: \(same)"], expected: perform),
    Case(
      fields: [#"If-None-Match: "v1""#, "If-Modified-Since: \(before)"], expected: .notModified),

    // 13.2.2: conditions that fail come before those that spare a transfer.
    Case(fields: [#"If-Match: "v2""#, #"If-None-Match: "v1""#], expected: .failed),
    Case(fields: [#"If-Match: "v1""#, #"If-None-Match: "v1""#], expected: .notModified),
    Case(fields: ["If-Unmodified-Since: \(before)", #"If-None-Match: "v1""#], expected: .failed),

    // 13.1.5: If-Range, compared strongly; a date must be the very same.
    Case(fields: ["Range: bytes=0-1", #"If-Range: "v1""#], expected: perform),
    Case(fields: ["Range: bytes=0-1", #"If-Range: "v2""#], expected: change),
    Case(fields: ["Range: bytes=0-1", #"If-Range: W/"v1""#], expected: change),
    Case(fields: ["Range: bytes=0-1", #"If-Range: "v1""#], tag: #"W/"v1""#, expected: change),
    Case(fields: ["Range: bytes=0-1", #"If-Range: "v1""#], tag: nil, expected: change),
    Case(fields: ["Range: bytes=0-1", #"If-Range: "v1", "v2""#], expected: change),
    Case(fields: ["Range: bytes=0-1", "If-Range: \(same)"], expected: perform),
    Case(fields: ["Range: bytes=0-1", "If-Range: \(after)"], expected: change),
    Case(fields: ["Range: bytes=0-1", "If-Range: \(before)"], expected: change),
    Case(fields: ["Range: bytes=0-1", "If-Range: \(same)"], modified: nil, expected: change),
    Case(
      fields: ["Range: bytes=0-1", "If-Range: Fri, 15 Jan 2027 08:00:00 GMT"], modified: now,
      expected: change),
    Case(fields: ["Range: bytes=0-1", "If-Range: x"], expected: change),
    Case(fields: ["Range: bytes=0-1", #"If-Range: "v1""#, #"If-Range: "v1""#], expected: change),
    Case(
      fields: ["Range: bytes=0-1", #"If-None-Match: "v1""#, #"If-Range: "v1""#],
      expected: .notModified),

    // 13.2.1: no conditions for these.
    Case(method: .options, fields: [#"If-None-Match: "v1""#], expected: change),
    Case(method: .trace, fields: [#"If-Match: "v2""#], expected: change),
    Case(method: .connect, fields: [#"If-Match: "v2""#], expected: change),
  ]

  @Test("Conditions are evaluated in the order of RFC 9110 13.2.2", arguments: cases)
  func evaluation(of test: Case) {
    let found = withOctets(test.tag ?? "") { tag in
      withFields(test.fields) { fields in
        let tag = test.tag == nil ? nil : EntityTag(tag)
        let validators =
          test.exists ? Validators(entityTag: tag, lastModified: test.modified) : Validators()
        return Preconditions.evaluate(
          fields, method: test.method, validators, now: ConditionTests.now)
      }
    }
    #expect(found == test.expected)
  }
}
