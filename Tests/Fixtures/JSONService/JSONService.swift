import HTTPServer

/// Keeps nothing: a POST is answered by what was sent, as it was understood. For what JSON costs a service, in octets of
/// the module and in instructions of a request.
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
    var router = Router()
    router.post("/") { request, response in
      do throws(JSONError) {
        var todo = try Todo(json: request.content)
        todo.id += 1
        response.contentType = "application/json"
        let content = todo.jsonOctets()
        response.write(content.span)
      } catch {
        response.status = error.status
        error.forEachPart { response.write($0) }
      }
    }
    Server.run(router)
  }
}
