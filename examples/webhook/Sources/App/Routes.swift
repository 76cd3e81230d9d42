import HTTPServer

/// An event that another service tells of.
struct Event: JSONObject {
  var id = JSONText()
  var type = JSONText()

  mutating func fields(_ json: inout JSONCoder) {
    json("id", &id, required: true)
    json("type", &type, required: true)
  }
}

/// What receives events that are signed with a secret.
public func makeRoutes(secret: [UInt8]) -> Routes {
  let routes = Routes()
  let events = routes.group("/events", maxContent: 65_536)
  events.use(.signed(with: secret, within: 300))
  events.post("") { context, response throws(HTTPError) in
    let event = try context.json(Event.self)
    // The place for what the service does about it. The sender may send it again: the id says that it is the same.
    Log.info("an event") { line in
      line.add("id", event.id.span)
      line.add("type", event.type.span)
    }
    response.status = .accepted
  }
  return routes
}
