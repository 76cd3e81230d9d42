import HTTPCodec
import HTTPService
import Memory

/// A client of routes for tests: no network, no other thread, and a clock that the test moves.
///
/// ```swift
/// let client = TestClient(routes)
/// let reply = client.post("/todos", #"{"title":"milk"}"#, type: "application/json")
/// assert(reply.status == 201)  // in a test: #expect(reply.status == 201)
/// assert(client.get("/todos/1").text == #"{"id":1,"title":"milk"}"#)
/// ```
///
/// It is a driver of exchanges as the server's event loop is (docs/drivers.md): requests go through the same parser
/// and the same routes, and what a route's limits refuse is refused.
public final class TestClient {
  /// The time that handlers see, in seconds since the Unix epoch; it stands still until the test changes it.
  public var time: Int64 = 1_800_000_000
  /// The most octets that a request may have, as `MAX_REQUEST_SIZE` where the operator sets that. nil is what the
  /// server takes by default: 8192, and more for routes whose `maxContent` is more.
  public var maxRequestSize: Int?
  /// The address that requests come from, such as "192.0.2.1".
  public var address = "127.0.0.1"
  /// The most octets of content that the driver takes of a response at once: it must not matter.
  public var pieceSize = 4096

  private var service: Service
  /// What `MAX_REQUEST_SIZE` is by default.
  private let usualRequestSize: Int
  private var response: Response

  /// Makes a client of routes. A route that is invalid ends the test with what is wrong with it.
  ///
  /// - Parameters:
  ///   - routes: what is tested.
  ///   - maxResponseSize: as `MAX_RESPONSE_SIZE`: a larger response is a 500, as on the server.
  public init(_ routes: Routes, maxResponseSize: Int = 32_768) {
    usualRequestSize = max(8192, routes.largestRequest)
    // (As on the server, a route can send back what it takes.)
    response = Response(
      contentLimit: max(maxResponseSize, usualRequestSize + 1024), fieldsLimit: 8192)
    if let fault = routes.fault {
      preconditionFailure(
        "the route \(fault.method.name) \(text(fault.pattern.span)) is invalid: \(fault.problem)")
    }
    service = Service(routes)
  }

  /// Sends a GET.
  public func get(_ target: String, _ fields: [String: String] = [:]) -> TestResponse {
    send("GET", target, fields)
  }

  /// Sends a DELETE.
  public func delete(_ target: String, _ fields: [String: String] = [:]) -> TestResponse {
    send("DELETE", target, fields)
  }

  /// Sends a POST with text as content.
  public func post(
    _ target: String, _ content: String, type: String? = nil, _ fields: [String: String] = [:]
  ) -> TestResponse {
    send("POST", target, with(type, fields), Array(content.utf8))
  }

  /// Sends a PUT with text as content.
  public func put(
    _ target: String, _ content: String, type: String? = nil, _ fields: [String: String] = [:]
  ) -> TestResponse {
    send("PUT", target, with(type, fields), Array(content.utf8))
  }

  /// Sends a PATCH with text as content.
  public func patch(
    _ target: String, _ content: String, type: String? = nil, _ fields: [String: String] = [:]
  ) -> TestResponse {
    send("PATCH", target, with(type, fields), Array(content.utf8))
  }

  /// Sends a request of any method.
  ///
  /// - Parameters:
  ///   - method: such as "OPTIONS"; it is sent as it is.
  ///   - target: the path and the query, encoded as in a request-line.
  ///   - fields: by their names. Host and Content-Length are added.
  ///   - content: any octets.
  public func send(
    _ method: String, _ target: String, _ fields: [String: String] = [:], _ content: [UInt8] = []
  ) -> TestResponse {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    if !content.isEmpty || method == "POST" { head += "Content-Length: \(content.count)\r\n" }
    return exchange(Array((head + "\r\n").utf8) + content)
  }

  private func with(_ type: String?, _ fields: [String: String]) -> [String: String] {
    var fields = fields
    if let type { fields["Content-Type"] = type }
    return fields
  }

  // MARK: The driver

  private func exchange(_ message: [UInt8]) -> TestResponse {
    var octets = message
    service.maxContent = maxRequestSize == nil ? 8192 : .max
    let size = maxRequestSize ?? usualRequestSize
    var parser = RequestParser(limits: RequestParser.Limits(request: size, head: min(size, 65_536)))
    var message = octets.mutableSpan
    do throws(RequestError) {
      guard case .complete = try parser.parse(&message) else {
        return refusal(.incomplete)
      }
    } catch {
      return refusal(error)
    }
    let request = parser.request(in: message.span)
    let isHead = request.method == .head
    if request.content.count > service.plan(for: request).limit { return refusal(.requestTooLarge) }
    response.reset()
    service.answer(
      request,
      Exchange(
        wallClock: time * 1_000_000_000, now: time * 1_000_000_000,
        client: service.usesClientAddress ? IPAddress(Array(address.utf8).span) : nil), &response)
    if !response.isSendable { response.failUnsendable() }
    return received(isHead: isHead)
  }

  private func refusal(_ error: RequestError) -> TestResponse {
    response.reset()
    response.fail(error.status, error.reason)
    return received(isHead: false)
  }

  private func received(isHead: Bool) -> TestResponse {
    var content = response.content.octets.array
    while response.rest.count > 0 {
      var piece = OctetBuffer(limit: pieceSize)
      response.rest.take(pieceSize, into: &piece)
      content += piece.octets.array
    }
    var head = OctetBuffer(limit: 1 << 16)
    head.append(response.fields)
    if !response.allowed.isEmpty { head.append(field: "Allow", response.allowed) }
    var fields = TestResponse.fields(in: text(head.octets))
    if let type = response.contentType, !content.isEmpty {
      fields.append((name: "Content-Type", value: "\(type)"))
    }
    let hasContent = !isHead && !response.status.forbidsContent
    return TestResponse(
      status: response.status.code, fields: fields, content: hasContent ? content : [])
  }
}

func text(_ octets: Span<UInt8>) -> String { String(decoding: octets.array, as: UTF8.self) }

extension Span<UInt8> {
  fileprivate var array: [UInt8] { indices.map { self[$0] } }
}
