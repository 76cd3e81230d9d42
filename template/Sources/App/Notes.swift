import HTTPServer

/// A note. Its list of fields is its JSON, both ways.
struct Note: JSONObject {
  var id = 0
  var text = JSONText()

  mutating func fields(_ json: inout JSONCoder) {
    json("id", &id)
    json("text", &text, required: true)
    json.check(!text.isEmpty, "text", "a text that is not empty")
    json.check(text.octets.count <= 200, "text", "a text of at most 200 octets")
  }
}

/// The notes, in the memory of this instance: each worker of wasm-serve has its own, and loses them when it ends.
final class Notes {
  /// What a service keeps for its clients has a limit, as its memory has. (All of these are one response, which has at
  /// most 32 KiB, whatever is escaped in their texts.)
  private static let limit = 20
  private(set) var all: [Note] = []

  subscript(id: Int) -> Note? {
    all.indices.contains(id - 1) ? all[id - 1] : nil
  }

  func add(_ note: Note) throws(HTTPError) -> Note {
    guard all.count < Notes.limit else {
      throw HTTPError(.conflict, "there is no room for another note")
    }
    var note = note
    note.id = all.count + 1
    all.append(note)
    return note
  }
}
