import HTTPCodec
import Testing

@testable import JSON

private struct Todo: JSONObject, Equatable {
  var id = 0
  var title = JSONText()
  var done = false
  var share: Double?
  mutating func fields(_ json: inout JSONCoder) {
    json("id", &id)
    json("title", &title, required: true)
    json("done", &done)
    json("share", &share)
    json.check(!title.isEmpty, "title", "a title that is not empty")
    json.check(!done || id > 0, "something done that has an identifier")
  }
}

private struct Percentage: JSONValue, Equatable {
  var value = 0
  mutating func json(_ json: inout JSONCoder) {
    value.json(&json)
    json.check(0...100 ~= value, "a percentage")
  }
}

private struct Order: JSONObject {
  struct Item: JSONObject {
    var price = 0.0
    var name: JSONText = ""
    var tags: [[Percentage?]] = []
    var order: [Order] = []
    mutating func fields(_ json: inout JSONCoder) {
      json("price", &price)
      json("na~/me", &name, required: true)
      json("tags", &tags)
      json("order", &order)
    }
  }
  var items: [Item] = []
  var first: Item?
  mutating func fields(_ json: inout JSONCoder) {
    json("items", &items)
    json("first", &first)
  }
}

/// Five score fields, of which number 70 is required.
private struct Wide: JSONObject, Equatable {
  var values = [Int](repeating: 0, count: 100)
  static let names: [StaticString] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5",
    "b6", "b7", "b8", "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1",
    "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7",
    "e8", "e9", "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "g0", "g1", "g2", "g3",
    "g4", "g5", "g6", "g7", "g8", "g9", "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9",
    "i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9", "j0", "j1", "j2", "j3", "j4", "j5",
    "j6", "j7", "j8", "j9",
  ]
  mutating func fields(_ json: inout JSONCoder) {
    for i in values.indices { json(Wide.names[i], &values[i], required: i == 70) }
  }
}

struct FieldTests {
  @Test("Fields are read in any order, with any space, and written in that of the list")
  func order() throws {
    let fields = [#""id":7"#, #""title":"a""#, #""done":true"#, #""share":0.5"#]
    for first in fields {
      for second in fields where second != first {
        for third in fields where third != first && third != second {
          let fourth = fields.first { ![first, second, third].contains($0) } ?? ""
          let text = " { \(first) ,\(second),\n\(third)\t,\(fourth)} "
          let todo: Todo = try decode(text)
          #expect(todo == Todo(id: 7, title: "a", done: true, share: 0.5))
          #expect(encode(todo) == #"{"id":7,"title":"a","done":true,"share":0.5}"#)
        }
      }
    }
  }

  @Test("A field that is not there keeps its value, null included")
  func absent() throws {
    let todo: Todo = try decode(#"{"title":"a"}"#)
    #expect(todo == Todo(title: "a"))
    #expect(encode(todo) == #"{"id":0,"title":"a","done":false,"share":null}"#)
    var changed = Todo(id: 5, title: "b", done: true, share: 0.5)
    try changed.update(json: Array(#"{"title":"c","share":null}"#.utf8).span)
    #expect(changed == Todo(id: 5, title: "c", done: true, share: nil))
    // What is required is there already.
    try changed.update(json: Array(#"{"id":6}"#.utf8).span)
    #expect(changed == Todo(id: 6, title: "c", done: true, share: nil))
    try changed.update(json: Array("{}".utf8).span)
    // But not in an object inside it.
    var todos = [changed]
    #expect(throws: JSONError.self) { try todos.update(json: Array(#"[{"id":6}]"#.utf8).span) }
    // An error changes nothing.
    let before = changed
    #expect(throws: JSONError.self) {
      try changed.update(json: Array(#"{"title":"d","id":"x"}"#.utf8).span)
    }
    #expect(changed == before)
  }

  @Test("Unknown names are passed over, wherever they are, and their values are examined")
  func unknown() throws {
    for value in ["1", #""x""#, "[1,{\"id\":9}]", #"{"id":8,"title":[]}"#, "null", "-1.5e3"] {
      for text in [
        #"{"x":\#(value),"id":7,"title":"a"}"#, #"{"id":7,"x":\#(value),"title":"a"}"#,
        #"{"id":7,"title":"a","x":\#(value)}"#, #"{"title":"a","x":\#(value),"y":1,"id":7}"#,
        #"{"i":\#(value),"idd":0,"":0,"titl":1,"title":"a","ID":4,"id":7}"#,
      ] {
        #expect(try decode(Todo.self, text) == Todo(id: 7, title: "a"))
      }
    }
    for value in ["01", "tru", "\"\n\"", "[1,]", #"{"a"}"#, #""\ud800""#, ""] {
      let error = try #require(failure(Todo.self, #"{"title":"a","x":\#(value)}"#))
      #expect(error.kind == .syntax)
    }
  }

  @Test(
    "A name with escapes is the name that they stand for",
    arguments: [
      (#"\u0069d"#, true), (#"i\u0064"#, true), (#"\u0069\u0064"#, true), (#"\u0049d"#, false),
      (#"id\u0000"#, false), (#"\u0069"#, false), (#"i\\d"#, false), (#"id\n"#, false),
    ])
  func escapedNames(name: String, isID: Bool) throws {
    let todo: Todo = try decode(#"{"\#(name)":7,"title":"a"}"#)
    #expect(todo.id == (isID ? 7 : 0))
    // In an order that the list does not have, and twice.
    #expect(try decode(Todo.self, #"{"title":"a","\#(name)":7}"#).id == (isID ? 7 : 0))
    let error = failure(Todo.self, #"{"id":1,"title":"a","\#(name)":7}"#)
    #expect(error.map(text) == (isID ? "/id: is there twice" : nil))
  }

  @Test("A name of the list that is there twice is an error, wherever it is")
  func twice() throws {
    for json in [
      #"{"id":1,"id":1,"title":"a"}"#, #"{"id":1,"title":"a","id":2}"#,
      #"{"title":"a","id":1,"x":0,"id":2}"#, #"{"id":1,"\u0069d":1}"#,
    ] {
      let error = try #require(failure(Todo.self, json))
      #expect(text(error) == "/id: is there twice")
      #expect(error.status == .unprocessableContent)
    }
    #expect(failure(Todo.self, #"{"x":1,"x":1,"title":"a"}"#) == nil)
    // Within one object; another may have the same.
    #expect(failure([Todo].self, #"[{"title":"a"},{"title":"a"}]"#) == nil)
  }

  @Test("More fields than a word has bits are like fewer")
  func wide() throws {
    var wide = Wide()
    for i in wide.values.indices { wide.values[i] = i * i }
    let json = encode(wide)
    #expect(try decode(Wide.self, json) == wide)
    let members = json.dropFirst().dropLast().split(separator: ",")
    #expect(try decode(Wide.self, "{\(members.reversed().joined(separator: ","))}") == wide)
    for i in [0, 1, 62, 63, 64, 65, 70, 99] {
      let twice = "{\(members.joined(separator: ",")),\(members[i])}"
      #expect(failure(Wide.self, twice).map(text) == "/\(Wide.names[i]): is there twice")
      var fewer = members
      fewer.remove(at: i)
      let error = failure(Wide.self, "{\(fewer.joined(separator: ","))}")
      #expect(error.map(text) == (i == 70 ? "/h0: is missing" : nil))
    }
  }

  @Test(
    "An error names the place, and what was expected there",
    arguments: [
      (#"{"items":[{"na~/me":"a"},{"price":"x"}]}"#, "/items/1/price: a number was expected"),
      (#"{"items":[{"na~/me":"a"},{"price":1}]}"#, "/items/1/na~0~1me: is missing"),
      (#"{"items":[{"na~/me":7}]}"#, "/items/0/na~0~1me: a string was expected"),
      (#"{"items":{}}"#, "/items: an array was expected"),
      (#"{"items":[[]]}"#, "/items/0: an object was expected"),
      (#"{"items":null}"#, "/items: an array was expected"),
      ("[]", "an object was expected"),
      ("7", "an object was expected"),
      (#"{"first":{"price":true}}"#, "/first/price: a number was expected"),
      (#"{"first":[]}"#, "/first: an object was expected"),
      (
        #"{"items":[{"na~/me":"a","tags":[[],[1,null,2,101]]}]}"#,
        "/items/0/tags/1/3: a percentage was expected"
      ),
      (
        #"{"items":[{"na~/me":"a","order":[{"items":[{"na~/me":"b"},{"tags":[1]}]}]}]}"#,
        "/items/0/order/0/items/1/tags/0: an array was expected"
      ),
      (
        #"{"items":[{"na~/me":"a","tags":[[1,2,x]]}]}"#,
        "/items/0/tags/0/2: a value was expected at octet 37"
      ),
      (
        #"{"items":[{"na~/me":"a","x":[01]}]}"#,
        "/items/0: no digit after a leading zero was expected at octet 30"
      ),
      (#"{"items":[{"na~/me":"a"}"#, "/items: a comma or ] was expected at octet 24"),
      (#"{"items":[{"na~/me":"a""#, "/items/0: a comma or } was expected at octet 23"),
      (#"{"items":[{"na~/me":"a"}],"items":[]}"#, "/items: is there twice"),
      (#"{"items":[] "first":null}"#, "a comma or } was expected at octet 12"),
      (#"{"items":[tru]}"#, "/items/0: true, false or null was expected at octet 10"),
    ])
  func places(json: String, message: String) throws {
    let error = try #require(failure(Order.self, json))
    #expect(text(error) == message)
    #expect(error.status == (error.kind == .value ? .unprocessableContent : .badRequest))
    let place = String(decoding: error.place.octets, as: UTF8.self)
    #expect(place.isEmpty ? message.first != "/" : message.hasPrefix("\(place): "))
    var buffer = OctetBuffer(limit: 1000)
    buffer.append(error)
    let told = text(buffer)
    #expect(told == message)
  }

  @Test("What the service says is asked when all fields are known, and has its place")
  func checks() throws {
    #expect(
      failure(Todo.self, #"{"title":""}"#).map(text)
        == "/title: a title that is not empty was expected")
    #expect(
      failure([Todo].self, #"[{"title":"a"},{"title":"b","done":true}]"#).map(text)
        == "/1: something done that has an identifier was expected")
    // In any order, since it is asked at the end.
    #expect(failure(Todo.self, #"{"done":true,"title":"b","id":1}"#) == nil)
    #expect(failure(Percentage.self, "101").map(text) == "a percentage was expected")
    #expect(
      failure(JSONMap<Percentage>.self, #"{"a":0,"b/":101}"#).map(text)
        == "/b~1: a percentage was expected")
    // Nor is it asked when writing.
    #expect(encode(Todo()) == #"{"id":0,"title":"","done":false,"share":null}"#)
    #expect(encode(Percentage(value: 101)) == "101")
  }

  @Test("The first error in the text is the one that is told")
  func first() throws {
    #expect(
      failure(Todo.self, #"{"id":"x","title":7}"#).map(text)?.hasPrefix("/id: an integer from")
        == true)
    #expect(
      failure(Todo.self, #"{"title":7,"id":"x"}"#).map(text) == "/title: a string was expected")
    #expect(failure(Todo.self, #"{"title":tru,"id":"x"}"#)?.kind == .syntax)
    #expect(failure(Todo.self, #"{"title":[1,],"id":"x"}"#)?.kind == .syntax)
    #expect(
      failure(Todo.self, #"{"title":"a"} x"#).map(text)
        == "the end of the text was expected at octet 14")
  }

  @Test("Recursive types are as deep as the limit")
  func recursive() throws {
    func nested(_ depth: Int) -> String {
      depth == 0
        ? #"{"items":[]}"# : #"{"items":[{"na~/me":"a","order":[\#(nested(depth - 1))]}]}"#
    }
    // Each has four levels; the last has two.
    #expect(failure(Order.self, nested(15), maximumDepth: 62) == nil)
    let error = try #require(failure(Order.self, nested(15), maximumDepth: 61))
    #expect(error.kind == .depth)
    #expect(text(error).hasPrefix("/items/0/order/0/items/0/order/0/items"))
    #expect(failure(Order.self, nested(1000))?.kind == .depth)
  }

  @Test("What does not fit into a buffer is noticed, whatever the limit")
  func limits() throws {
    var order = Order()
    order.items = [
      Order.Item(price: 19.99, name: "é\u{1}\"x", tags: [[nil, Percentage(value: 7)], []])
    ]
    let whole = order.jsonOctets()
    #expect(whole.count > 50)
    for limit in 0...whole.count + 40 {
      var buffer = OctetBuffer(limit: limit)
      buffer.append(json: order)
      let (overflowed, count) = (buffer.overflowed, buffer.count)
      #expect(overflowed == (limit < whole.count))
      #expect(count <= limit)
      let written = text(buffer)
      if !overflowed { #expect(written == String(decoding: whole, as: UTF8.self)) }
    }
    // Behind what is there already.
    var buffer = OctetBuffer(limit: 1000)
    buffer.append("data: ")
    buffer.append(json: 1)
    buffer.append(json: true)
    let written = text(buffer)
    #expect(written == "data: 1true")
  }
}
