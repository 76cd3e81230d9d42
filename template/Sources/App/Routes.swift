import HTTPServer

/// What the service answers.
public func makeRoutes() -> Routes {
  let notes = Notes()
  let routes = Routes()
  routes.get("/") { _, response in
    response.write("Hello from my-service!\n")
  }
  routes.get("/notes") { _, response in
    response.json(notes.all)
  }
  routes.get("/notes/{id}") { context, response throws(HTTPError) in
    guard let id = context.path("id", as: Int.self), let note = notes[id] else { throw .notFound }
    response.json(note)
  }
  routes.post("/notes") { context, response throws(HTTPError) in
    let note = try notes.add(context.json(Note.self))
    response.status = .created
    response.location("/notes/", id: Int64(note.id))
    response.json(note)
  }
  return routes
}
