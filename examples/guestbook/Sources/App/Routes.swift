import HTTPServer

/// A guestbook: one page with a form, and what guests have written.
public func makeRoutes() -> Routes {
  let book = Guestbook()
  let routes = Routes()
  routes.use(.securityHeaders(), .sameOrigin)

  routes.get("/") { context, response in
    response.page(book.entries, name: context.guestName)
  }

  routes.post("/", maxContent: 8192) { context, response throws(HTTPError) in
    let form = try context.form()
    let name: String = try form.required("name")
    let message: String = try form.required("message")
    try check(name, atMost: 50, "name: a name of at most 50 octets was expected")
    try check(message, atMost: 500, "message: a message of at most 500 octets was expected")
    book.add(Entry(name: name, message: message))
    response.rememberGuest(name)
    // (To a GET: when the page is loaded again, nothing is sent twice.)
    response.redirect("/")
  }
  return routes
}

private func check(
  _ text: String, atMost limit: Int, _ expectation: StaticString
) throws(HTTPError) {
  if text.utf8.count > limit || text.utf8.allSatisfy({ $0 <= UInt8(ascii: " ") }) {
    throw HTTPError(.unprocessableContent, expectation)
  }
}

// A cookie cannot have every octet that a name can: it is sent in base64url.

extension Context {
  /// The name that the guest had the last time; empty without one.
  fileprivate var guestName: String {
    guard let cookie = cookie("guest"), let octets = try? Base64.url.decode(cookie) else {
      return ""
    }
    return String(decoding: octets, as: UTF8.self)
  }
}

extension Response {
  /// Has the browser send the guest's name with later requests, for a month. (Secure, HttpOnly and SameSite=Lax are the
  /// defaults.)
  fileprivate mutating func rememberGuest(_ name: String) {
    var attributes = CookieAttributes()
    attributes.maxAge = 30 * 86_400
    try? setCookie("guest", Base64.url.encode(name.utf8.span).span, attributes)
  }
}
