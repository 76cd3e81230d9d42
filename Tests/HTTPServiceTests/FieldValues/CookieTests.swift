import HTTPCodec
import HTTPService
import Testing

@testable import CodecOracle

@Suite("Cookies")
struct CookieTests {
  @Test(
    "Cookies are pairs between semicolons, taken as they were sent",
    arguments: [
      ([], []), (["Cookie:"], []), (["Cookie: SID=31d4d96e407aad42"], ["SID", "31d4d96e407aad42"]),
      (["Cookie: SID=31d4; lang=en-US"], ["SID", "31d4", "lang", "en-US"]),
      (["Cookie: a=1;b=2 ;\tc = 3;"], ["a", "1", "b", "2", "c", "3"]), (["Cookie: a="], ["a", ""]),
      (["Cookie: a=b=c"], ["a", "b=c"]), (["Cookie: a=\"b c\""], ["a", "\"b c\""]),
      (["Cookie: a; =b; ;; c=d"], ["c", "d"]), (["Cookie: a=1, b=2"], ["a", "1, b=2"]),
      (["Cookie: a=\u{E9}"], ["a", "\u{E9}"]),
      (["Cookie: a=1", "X: b=2", "cookie: c=3"], ["a", "1", "c", "3"]),
      (["Cookie: a=1; a=2"], ["a", "1", "a", "2"]),
    ] as [([String], [String])])
  func reading(lines: [String], expected: [String]) {
    let found = withFields(lines) { fields in
      var found: [String] = []
      let note = { (cookie: Cookies.Cookie) in found += [text(cookie.name), text(cookie.value)] }
      Cookies(fields).forEach(note)
      return found
    }
    #expect(found == expected)
  }

  @Test("The first cookie of a name is found, in the very same letters")
  func first() {
    withFields(["Cookie: Sid=0; sid=1; sid=2", "Cookie: sid=3; other=4"]) { fields in
      let cookies = Cookies(fields)
      let values = [found(cookies["sid"]), found(cookies["other"]), found(cookies["absent"])]
      #expect(values == ["1", "4", nil])
    }
  }

  private func field(
    _ name: String, _ value: String, _ attributes: CookieAttributes = .init()
  ) -> Read<String> {
    Read { () throws(InvalidInput) in
      try withOctets(name) { (name) throws(InvalidInput) in
        try withOctets(value) { (value) throws(InvalidInput) in
          var buffer = OctetBuffer(limit: 8192)
          do throws(InvalidInput) {
            try buffer.append(setCookie: name, value, attributes)
          } catch {
            let isEmpty = buffer.isEmpty
            #expect(isEmpty)
            throw error
          }
          return text(buffer.octets)
        }
      }
    }
  }

  private static func plain(_ change: (inout CookieAttributes) -> Void) -> CookieAttributes {
    var attributes = CookieAttributes()
    attributes.path = nil
    attributes.isSecure = false
    attributes.isHTTPOnly = false
    attributes.sameSite = nil
    change(&attributes)
    return attributes
  }

  @Test("A cookie is set with the attributes that it has")
  func writing() {
    #expect(field("a", "b").value == "a=b; Path=/; Secure; HttpOnly; SameSite=Lax")
    #expect(
      field("a", "", .removal).value == "a=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax")
    for (expected, change) in [
      ("a=b", { _ in }),
      ("a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT", { $0.expires = 784_111_777 }),
      ("a=b; Max-Age=3600", { $0.maxAge = 3600 }), ("a=b; Max-Age=-1", { $0.maxAge = -1 }),
      ("a=b; Domain=example.com", { $0.domain = "example.com" }),
      ("a=b; Path=/a/b", { $0.path = "/a/b" }),
      ("a=b; Secure", { $0.isSecure = true }), ("a=b; HttpOnly", { $0.isHTTPOnly = true }),
      ("a=b; SameSite=Strict", { $0.sameSite = .strict }),
      ("a=b; SameSite=Lax", { $0.sameSite = .lax }),
      (
        "a=b; Secure; SameSite=None",
        {
          $0.isSecure = true
          $0.sameSite = .some(.none)
        }
      ),
      (
        "a=b; Secure; Partitioned",
        {
          $0.isSecure = true
          $0.isPartitioned = true
        }
      ),
    ] as [(String, (inout CookieAttributes) -> Void)] {
      #expect(field("a", "b", CookieTests.plain(change)).value == expected)
    }
  }

  @Test(
    "A name that is no token, and a value with octets that none has, are refused",
    arguments: [
      ("", "b"), ("a b", "b"), ("a=", "b"), ("a;", "b"), ("\u{E9}", "b"), ("a\r\nX", "b"),
      ("a", "b c"),
      ("a", "b;c"), ("a", "b,c"), ("a", "b\\c"), ("a", "b\"c"), ("a", "\""), ("a", "\"b"),
      ("a", "\"b\"c\""),
      ("a", "\u{E9}"), ("a", "b\r\nSet-Cookie: c=d"), ("a", "\0"), ("a", "\u{7F}"),
      ("a", String(repeating: "b", count: 4096)),
    ])
  func refused(name: String, value: String) {
    #expect(field(name, value).error != nil)
  }

  @Test("A value is visible ASCII, in quotes or not, of 4096 octets with its name")
  func values() {
    for value in [
      "", "\"\"", "\"b\"", "!#$%&'()*+-./:<=>?@[]^_`{|}~", String(repeating: "b", count: 4095),
    ] {
      #expect(field("a", value, CookieTests.plain { _ in }).value == "a=" + value)
    }
  }

  @Test("Attributes that a client would refuse are refused")
  func attributes() {
    let changes: [(String, (inout CookieAttributes) -> Void)] = [
      ("Expires", { $0.expires = -1 }), ("Expires", { $0.expires = 253_402_300_800 }),
      ("Domain", { $0.domain = "" }), ("Domain", { $0.domain = ".example.com" }),
      ("Domain", { $0.domain = "example.com; Path=/" }), ("Domain", { $0.domain = "a..b" }),
      ("Domain", { $0.domain = "-a" }), ("Domain", { $0.domain = "a-" }),
      ("Domain", { $0.domain = "a." }),
      ("Path", { $0.path = "" }), ("Path", { $0.path = "a" }), ("Path", { $0.path = "/a;b" }),
      ("Path", { $0.path = "/\r\n" }), ("SameSite=None", { $0.sameSite = .some(.none) }),
      ("Partitioned", { $0.isPartitioned = true }),
    ]
    for (subject, change) in changes {
      let error = field("a", "b", CookieTests.plain(change)).error
      #expect(error.map { text($0.subject) } == subject + " of a cookie")
    }
  }

  @Test(
    "A name with a prefix needs what the prefix promises",
    arguments: [
      "__Host-a", "__host-a", "__HOST-a", "__Secure-a", "__secure-a", "__Host-", "__Secure-",
    ])
  func prefixes(name: String) {
    let isHost = name.lowercased().hasPrefix("__host-")
    #expect(field(name, "b").value != nil)
    #expect(field(name, "b", CookieTests.plain { $0.path = "/" }).error != nil)
    let others: [(inout CookieAttributes) -> Void] = [
      { $0.domain = "example.com" }, { $0.path = "/a" }, { $0.path = nil },
    ]
    for change in others {
      var attributes = CookieAttributes()
      change(&attributes)
      #expect((field(name, "b", attributes).error != nil) == isHost)
    }
    #expect(field("x" + name, "b", CookieTests.plain { _ in }).value != nil)
  }
}
