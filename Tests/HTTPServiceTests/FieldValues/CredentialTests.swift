import HTTPService
import Testing

@testable import CodecOracle

@Suite("Credentials")
struct CredentialTests {
  private func scheme(_ lines: [String]) -> [String]? {
    withFields(lines) { fields in
      guard let credentials = Credentials(fields) else { return nil }
      return [text(credentials.scheme), text(credentials.parameters)]
    }
  }

  private func token(_ value: String) -> String? {
    withFields(["Authorization: " + value]) { fields in
      guard let credentials = Credentials(fields) else { return nil }
      return found(credentials.bearerToken)
    }
  }

  private func basic(_ value: String) -> [String]? {
    withFields(["Authorization: " + value]) { fields in
      guard let credentials = Credentials(fields), let user = credentials.basic else { return nil }
      return [text(user.name), text(user.password)]
    }
  }

  @Test(
    "Credentials begin with a scheme",
    arguments: [
      ([], nil), (["Authorization:"], nil), (["Authorization: Bearer abc"], ["Bearer", "abc"]),
      (["authorization: Digest username=\"a\", x=b"], ["Digest", "username=\"a\", x=b"]),
      (["Authorization: Negotiate"], ["Negotiate", ""]),
      (["Authorization: Bearer   abc"], ["Bearer", "abc"]),
      (["Authorization: Bearer a", "Authorization: Bearer a"], nil),
      (["Authorization: \"x\" y"], nil),
      (["Authorization: Bearer:abc"], nil), (["Authorization: Bearer\tabc"], nil),
    ] as [([String], [String]?)])
  func schemes(lines: [String], expected: [String]?) {
    #expect(scheme(lines) == expected)
  }

  @Test(
    "A bearer token is a b64token",
    arguments: [
      ("Bearer mF_9.B5f-4.1JqM", "mF_9.B5f-4.1JqM"), ("bearer a+/~==", "a+/~=="), ("BEARER 0", "0"),
      ("Bearer", nil),
      ("Bearer ", nil), ("Bearer =", nil), ("Bearer a=b", nil), ("Bearer a b", nil),
      ("Bearer a,b", nil),
      ("Bearer \u{E9}", nil), ("Basic abc", nil), ("Bearers abc", nil),
    ] as [(String, String?)])
  func tokens(value: String, expected: String?) {
    #expect(token(value) == expected)
  }

  /// RFC 7617 2 and 2.1.
  @Test(
    "Name and password are divided by the first colon",
    arguments: [
      ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", ["Aladdin", "open sesame"]),
      ("basic dGVzdDoxMjPCow==", ["test", utf8("123£")]),
      ("Basic YTpiOmM=", ["a", "b:c"]), ("Basic Og==", ["", ""]), ("Basic OmI=", ["", "b"]),
      ("Basic YTo=", ["a", ""]),
      // No colon, no octets, no base64 or unpadded, no UTF-8, control characters, another scheme.
      ("Basic YQ==", nil), ("Basic", nil), ("Basic YTo", nil), ("Basic a:b", nil),
      ("Basic YTpi YTpi", nil),
      ("Basic YTr/", nil), ("Basic YTph//8=", nil), ("Basic YTpiCg==", nil),
      ("Basic AGE6Yg==", nil), ("Bearer YTpi", nil),
    ] as [(String, [String]?)])
  func basic(value: String, expected: [String]?) {
    #expect(basic(value) == expected)
  }
}
