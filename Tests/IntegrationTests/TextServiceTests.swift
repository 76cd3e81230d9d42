import ServerHarness
import Testing

/// The encodings, forms and field values of services in a module, where numbers have 32 bits. (All else about them is
/// in EncodingsTests and HTTPServiceTests.)
struct TextServiceTests {
  private static let multipart =
    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
    + "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\\\"y\"\r\n\r\n\r\n--\r\n--b--\r\n"

  @Test("What clients send as content is read and written in a module as natively")
  func contents() throws {
    let server = try ServerProcess(.wasmServe, .text)
    let client = try server.client()
    for (target, content, status, expected) in [
      ("/hexadecimal", "00FFa5", 200, "00ffa5"),
      ("/hexadecimal", "0", 400, "a second hexadecimal digit\n"),
      ("/base64", "+//+AA==", 200, "-__-AA"),
      ("/base64", "AB==", 400, "zeros in the unused bits\n"),
      (
        "/uuid", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 200,
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f" + "22e279b0-7cc3-798f-98c4-dc0c0c07398f"
      ),
      ("/percent", "a+%2541", 200, "a+%41"), ("/percent", "%C3", 400, "text in UTF-8\n"),
      (
        "/form", "int=-2147483648&int64=9223372036854775807&octets=%41&octets=+b", 200,
        "-2147483648 9223372036854775807 A b"
      ),
      ("/form", "int=2147483648", 400, "an integer from -2147483648 to 2147483647\n"),
      (
        "/form", "int64=9223372036854775808", 400,
        "an integer from -9223372036854775808 to 9223372036854775807\n"
      ),
      ("/double", "35.6895", 200, "\(Int64(bitPattern: (35.6895).bitPattern))"),
      (
        "/double", "-1.7976931348623157e308", 200,
        "\(Int64(bitPattern: (-1.7976931348623157e308).bitPattern))"
      ),
      ("/double", "2.4703282292062328e-324", 200, "1"),
      ("/double", "1e309", 400, "a decimal number\n"),
      ("/string", "caf\u{E9}", 200, "5"),
      ("/date", "Sunday, 06-Nov-94 08:49:37 GMT", 200, "784111777"),
      ("/date", "Fri, 31 Dec 9999 23:59:59 GMT", 200, "253402300799"),
    ] as [(String, String, Int, String)] {
      try client.post(content, target)
      let response = try client.response()
      #expect(response.status == status && response.text == expected, "\(target) \(content)")
    }
    try client.post(
      TextServiceTests.multipart, "/multipart",
      fields: "Content-Type: multipart/form-data; boundary=b\r\n")
    #expect(try client.response().text == "a1fx\"y\r\n--")
  }

  @Test("Digests and codes are those of FIPS 180-4 and RFC 4231 in a module too")
  func digests() throws {
    let server = try ServerProcess(.wasmServe, .text)
    let client = try server.client()
    try client.post("abc", "/sha256")
    #expect(
      hex(try client.response().content)
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    try client.post("Jefe\nwhat do ya want for nothing?", "/hmac")
    #expect(
      hex(try client.response().content)
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test("What clients send in fields is read in a module as natively")
  func fields() throws {
    let server = try ServerProcess(.wasmServe, .text)
    let client = try server.client()
    for (target, field, status, expected) in [
      ("/conditions", "If-None-Match: \"v0\", W/\"v1\"", 200, "not modified"),
      ("/conditions", "If-Match: W/\"v1\"", 412, "changed\n"),
      ("/conditions", "If-Modified-Since: Sun Nov  6 08:49:37 1994", 200, "not modified"),
      ("/conditions", "If-Range: \"v1\"", 200, "range"),
      ("/conditions", "If-Range: \"v2\"", 200, "all"),
      ("/range", "Range: bytes=-500", 200, "9999999500-9999999999"),
      ("/range", "Range: bytes=10000000000-", 416, "out of range\n"),
      ("/range", "Range: bytes=0-0,2-2", 200, "all"),
      (
        "/accept", "Accept: text/*, application/json;q=0.5\r\nAccept-Encoding: gzip;q=0.25", 200,
        "1250"
      ),
      ("/accept", "Accept: image/png", 200, "-11000"),
      (
        "/credentials", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", 200,
        "Aladdin open sesame"
      ),
      ("/credentials", "Authorization: Bearer a.b-c==", 200, "a.b-c=="),
    ] as [(String, String, Int, String)] {
      let response = try client.get(target, fields: field + "\r\n")
      #expect(response.status == status && response.text == expected, "\(target) \(field)")
    }
    let response = try client.get("/cookies", fields: "Cookie: a=b; session=31d4\r\n")
    #expect(
      response.values("Set-Cookie") == [
        "session=31d4; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax"
      ])
  }

  private func hex(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
