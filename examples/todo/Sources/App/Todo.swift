import HTTPServer

/// Something to do.
struct Todo: JSONObject {
  var id = 0
  var title = ""
  var isDone = false
  var due: Timestamp?

  /// The JSON, read and written by the same list, and what is checked when it has been read.
  mutating func fields(_ json: inout JSONCoder) {
    json("id", &id)
    json("title", &title, required: true)
    json("done", &isDone)
    json("due", &due)
    json.check(!title.isEmpty, "title", "a title that is not empty")
    json.check(title.utf8.count <= 200, "title", "a title of at most 200 octets")
  }
}

/// A list of todos in the memory of this instance, in the order of their ids.
final class TodoList {
  /// The most there may be: whatever clients send, memory is bounded.
  static let capacity = 1000
  private(set) var todos: [Todo] = []
  private var lastID = 0

  func todo(_ id: Int) -> Todo? { place(of: id).map { todos[$0] } }

  /// Adds a todo under an id of its own.
  func add(_ new: Todo) throws(HTTPError) -> Todo {
    guard todos.count < TodoList.capacity else {
      throw HTTPError(.conflict, "the list is full: delete what is done")
    }
    lastID += 1
    var todo = new
    todo.id = lastID
    todos.append(todo)
    return todo
  }

  /// Puts another todo in the place of the one with its id.
  func replace(_ todo: Todo) {
    if let place = place(of: todo.id) { todos[place] = todo }
  }

  /// Removes the todo of an id.
  func remove(_ id: Int) {
    if let place = place(of: id) { todos.remove(at: place) }
  }

  private func place(of id: Int) -> Int? {
    for place in todos.indices where todos[place].id == id { return place }
    return nil
  }
}
