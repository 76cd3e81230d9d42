import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct ResponseTests {
  @Test("Fields come in this order, and there are no others")
  func octets() throws {
    let client = try TestServer().connect(sending: request("GET"))
    #expect(
      client.text
        == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        + "Access-Control-Allow-Origin: *\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Content-Length: 34\r\n\r\nGET request processed successfully")
  }

  @Test("Each response has its own length, whatever the one before it had")
  func lengths() throws {
    let routes = Routes()
    routes.get("/{length}") { context, response in
      let length = context.parameter("length")?.decimal(upTo: 20_000) ?? 0
      for _ in 0..<length { response.write("x") }
      guard let query = context.request.query else { return }
      if query == "json" { response.contentType = "application/json" }
      if query == "own" { response.addField("X-Own", "field") }
    }
    let server = try TestServer(routes: routes)
    for query in ["", "?json", "?own", "", "?own", "?json", ""] {
      for length in [5, 5, 0, 5, 12_345, 7, 10, 9, 0, 0, 100] {
        let reply = server.answer(request("GET", "/\(length)\(query)"))
        #expect(reply["Content-Length"] == "\(length)" && reply.content.count == length)
        let type = query == "?json" ? "application/json" : "text/plain; charset=utf-8"
        #expect(reply["Content-Type"] == (length == 0 ? nil : type))
        #expect(reply["X-Own"] == (query == "?own" ? "field" : nil))
        let head = server.answer(request("HEAD", "/\(length)\(query)"), method: "HEAD")
        #expect(head["Content-Length"] == "\(length)" && head.content.isEmpty)
      }
      server.run(for: .seconds(1))
    }
  }

  @Test("The date changes once a second, and only on request")
  func date() throws {
    let server = try TestServer()
    var dates: [String] = []
    for _ in 0..<40 {
      dates.append(try #require(server.answer(request("GET"))["Date"]))
      server.run(for: .milliseconds(100))
    }
    #expect(Set(dates).count == 4)
    #expect(dates.sorted() == dates)
    server.run(for: .seconds(86_400))
    #expect(server.answer(request("GET"))["Date"] == "Mon, 07 Nov 1994 08:49:41 GMT")
  }

  @Test("The date follows the wall clock, wherever it jumps")
  func wallClock() throws {
    let server = try TestServer()
    for (offset, date) in [
      (-3600, "Sun, 06 Nov 1994 07:49:38 GMT"), (7200, "Sun, 06 Nov 1994 09:49:39 GMT"),
      (-784_115_379 - 1, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] {
      server.network.wallClockOffset += Int64(offset)
      server.run(for: .seconds(1))
      #expect(server.answer(request("GET"))["Date"] == date)
    }
  }

  @Test("SERVER_HEADER is sent when it is set")
  func serverHeader() throws {
    #expect(try TestServer().answer(request("GET"))["Server"] == nil)
    let server = try TestServer { $0.serverHeader = ImmortalOctets("wasm-http-server (test)") }
    for text in [request("GET"), request("DELETE"), "nonsense\r\n"] {
      #expect(server.answer(text)["Server"] == "wasm-http-server (test)")
    }
  }

  @Test(
    "A SERVER_HEADER of any length is sent as it is, or refused",
    arguments: [100, 900, 944, 945, 946, 976, 977, 978, 979, 980, 1024, 5000])
  func longServerHeader(length: Int) throws {
    let value = String(repeating: "s", count: length)
    let settings = try? configuration { $0 == "SERVER_HEADER" ? value : nil }
    guard let settings else { return }
    let server = try TestServer { $0.serverHeader = settings.serverHeader }
    let reply = server.answer(request("GET"))
    #expect(reply["Server"] == value)
    #expect(reply["Access-Control-Allow-Origin"] == "*")
    #expect(reply["Content-Type"] == "text/plain; charset=utf-8")
  }

  @Test("A response that is too large is a 500 and not half of one", arguments: ["GET", "HEAD"])
  func tooLarge(method: String) throws {
    let server = try TestServer()
    let limit = server.loop.context.limits.responseContent
    #expect(server.answer(request("GET", "/octets?\(limit)")).content.count == limit)
    let client = server.connect(
      sending: request(method, "/octets?\(limit + 1)") + request("GET"))
    let reply = client.reply(to: method)
    #expect(reply.status == 500 && reply["Connection"] == "close")
    #expect(client.sawEnd)
  }

  @Test("Fields that are too large are a 500, and are not sent")
  func tooManyFields() throws {
    let value = Array(String(repeating: "v", count: 5000).utf8)
    let routes = Routes.answering { _, response in
      for _ in 0..<2 { response.addField("X-Field", value.span) }
      response.write("content")
    }
    let reply = try TestServer(routes: routes).answer(request("GET"))
    #expect(reply.status == 500)
    #expect(reply["X-Field"] == nil)
  }

  @Test("Nothing of a response that was too large is in the next one")
  func afterTooLarge() throws {
    let server = try TestServer()
    let before = server.answer(request("GET"))
    for _ in 0..<3 {
      #expect(server.answer(request("GET", "/octets?99999")).status == 500)
      #expect(server.answer(request("GET")) == before)
    }
  }

  @Test("A response and fields of the largest size are sent after others", arguments: 0...5)
  func largest(before: Int) throws {
    let value = Array(String(repeating: "v", count: 8180).utf8)
    let routes = Routes()
    routes.get("/small") { _, response in
      for _ in 0..<200 { response.write("0123456789") }
      response.write("0123456789abcdef")
      for _ in 0..<100 { response.write("0123456789") }
    }
    routes.get("/large") { _, response in
      response.addField("X", value.span)
      for _ in 0..<1024 { response.write("0123456789abcdef0123456789abcdef") }
    }
    let server = try TestServer(routes: routes)
    let client = server.connect(
      sending: String(repeating: request("GET", "/small"), count: before)
        + request("GET", "/large"))
    #expect(client.replies().last?.content.count == 32_768)
    #expect(client.replies().count == before + 1)
  }

  @Test(
    "A field value cannot end its line",
    arguments: ["a\r\nX-Split: b", "a\nX-Split: b", "a\rb", "a\0b"])
  func split(value: String) throws {
    let octets = Array(value.utf8)
    let routes = Routes.answering { _, response in response.addField("X-Field", octets.span) }
    let reply = try TestServer(routes: routes).answer(request("GET"))
    #expect(reply["X-Split"] == nil)
    let expected = String(
      decoding: value.utf8.map { $0 < 0x20 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    #expect(reply["X-Field"] == expected)
  }

  @Test("A value that comes from a request cannot either")
  func echoedField() throws {
    let routes = Routes.answering { context, response in
      if let query = context.request.query { response.addField("X-Query", query) }
      if let value = context.request.fields["x"] { response.addField("X-Field", value) }
    }
    let reply = try TestServer(routes: routes).answer(
      request("GET", "/?%0D%0AX-Split:1", ["X: \u{e9}\tb"]))
    #expect(reply["X-Split"] == nil)
    #expect(reply["X-Query"] == "%0D%0AX-Split:1")
    #expect(reply["X-Field"] == "\u{e9}\tb")
  }

  @Test("A status, a media type and fields of the handler are sent")
  func handler() throws {
    let routes = Routes.answering { _, response in
      response.status = .created
      response.contentType = "application/json"
      response.addField("Location", "/new")
      response.write("{\"n\":")
      response.write(-42)
      response.write("}")
    }
    let reply = try TestServer(routes: routes).answer(request("GET"))
    #expect(reply.status == 201 && reply.reason == "Created")
    #expect(reply["Content-Type"] == "application/json")
    #expect(reply["Location"] == "/new")
    #expect(reply.text == "{\"n\":-42}")
  }

  @Test("A response begins anew for each request")
  func fresh() throws {
    let routes = Routes()
    routes.get("/a") { _, response in
      response.status = .notFound
      response.contentType = "text/html"
      response.addField("X-Field", "a")
      response.write("content")
    }
    routes.get("/b") { _, response in response.write("b") }
    let server = try TestServer(routes: routes)
    let client = server.connect(sending: request("GET", "/a") + request("GET", "/b"))
    let reply = client.replies()[1]
    #expect(reply.status == 200 && reply.text == "b")
    #expect(reply["X-Field"] == nil && reply["Content-Type"] == "text/plain; charset=utf-8")
  }
}
