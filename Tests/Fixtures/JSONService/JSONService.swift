import HTTPServer

/// Keeps nothing: a POST is answered by what was sent, as it was understood. For what JSON costs a service, in octets
/// of the module and in instructions of a request.
@main
struct JSONService {
  struct Todo: JSONObject {
    var id = 0
    var title = JSONText()
    var done = false
    var note = JSONText()

    mutating func fields(_ json: inout JSONCoder) {
      json("id", &id)
      json("title", &title, required: true)
      json("done", &done)
      json("note", &note)
      json.check(!title.isEmpty, "title", "a title that is not empty")
    }
  }

  static func main() {
    let routes = Routes()
    routes.post("/") { context, response throws(HTTPError) in
      var todo = try context.json(Todo.self)
      todo.id += 1
      response.json(todo)
    }
    Server.run(routes)
  }
}
