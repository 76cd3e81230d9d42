import HTTPCodec
import HTTPServerTesting
import HTTPService
import Testing

/// What a response writes of a client's text.
struct ResponseTextTests {
  @Test("Text of a client's is text in HTML, and in an attribute")
  func html() {
    let routes = Routes()
    routes.post("/") { context, response in
      response.write("<p title=\"")
      response.write(escaped: context.request.content)
      response.write("\">")
      response.write(escaped: "<é> & 'b'")
    }
    #expect(
      TestClient(routes).post("/", "\"><script>alert('&lt;')</script>世").text
        == "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;&amp;lt;&#39;)&lt;/script&gt;世\">"
        + "&lt;é&gt; &amp; &#39;b&#39;")
  }

  @Test("The client's address is there where the routes use it, and only there")
  func client() {
    for isUsed in [true, false] {
      let routes = Routes()
      routes.usesClientAddress = isUsed
      routes.get("/") { context, response in
        if let client = context.client { response.write(client) } else { response.write("–") }
      }
      let client = TestClient(routes)
      for address in ["192.0.2.1", "2001:db8::1"] {
        client.address = address
        #expect(client.get("/").text == (isUsed ? address : "–"))
      }
    }
  }

  @Test("Addresses are the same whatever way they are written")
  func addresses() {
    func address(_ text: String) -> IPAddress? { IPAddress(Array(text.utf8).span) }
    #expect(address("2001:db8::1") == address("2001:0DB8:0:0::0:1"))
    #expect(address("192.0.2.1") != address("192.0.2.2"))
    #expect(address("192.0.2.1")?.isIPv6 == false && address("::1")?.isIPv6 == true)
    #expect(address("192.0.2") == nil && address("[::1]") == nil && address("") == nil)
  }
}
