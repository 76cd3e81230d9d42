import SeededRandom
import Testing

@testable import JSON

private enum Priority: JSONEnum {
  case low, normal, high
  init() { self = .normal }
  var jsonName: StaticString {
    switch self {
    case .low: "low"
    case .normal: "normal"
    case .high: "hi\"gh"
    }
  }
}

struct ContainerTests {
  @Test("Arrays and optionals are read and written, inside each other too")
  func arrays() throws {
    for json in ["[]", "[1]", "[1,2,3]", "[null,1,null]"] {
      #expect(encode(try decode([Int?].self, json)) == json)
    }
    for json in ["[]", "[[]]", "[[1],[],[2,3]]"] {
      #expect(encode(try decode([[Int]].self, json)) == json)
    }
    #expect(try decode([Int]?.self, "null") == nil)
    #expect(try decode([Int]?.self, " [ 1 , 2 ] ") == [1, 2])
    #expect(try decode(Bool.self, "true") && !decode(Bool.self, "false"))
    #expect(failure(Bool.self, "0").map(text) == "true or false was expected")
    // What was there before is gone.
    var numbers = [1, 2, 3]
    try numbers.update(json: Array("[4]".utf8).span)
    #expect(numbers == [4])
  }

  @Test("Writing a shared array does not copy it")
  func shared() {
    struct Numbers: JSONObject {
      var values: [Int] = []
      mutating func fields(_ json: inout JSONCoder) { json("values", &values) }
    }
    let numbers = Numbers(values: [1, 2])
    #expect(encode(numbers) == #"{"values":[1,2]}"#)
    #expect(numbers.values == [1, 2])
  }

  @Test("A case is its name, and an error has all names")
  func enumerations() throws {
    for (value, json) in [
      (Priority.low, #""low""#), (.normal, #""normal""#), (.high, #""hi\"gh""#),
    ] {
      #expect(encode(value) == json)
      #expect(try decode(Priority.self, json) == value)
    }
    #expect(try decode(Priority.self, #""l\u006fw""#) == .low)
    for json in [#""""#, #""Low""#, #""lo""#, #""lows""#, "1", "null", "[]", #"{"low":1}"#] {
      let error = try #require(failure([Priority].self, "[\(json)]"))
      #expect(text(error) == #"/0: "low", "normal" or "hi"gh" was expected"#)
      #expect(error.kind == .value && error.offset == 1)
    }
    #expect(failure(Priority.self, #""low"#)?.kind == .syntax)
    #expect(failure(Priority.self, "x")?.kind == .syntax)
    #expect(try decode(Priority?.self, "null") == nil)
  }

  @Test("A map keeps its order, and refuses a name that is there twice")
  func maps() throws {
    let json = #"{"b":1,"a":2,"":3,"\u0000":4}"#
    var map: JSONMap<Int> = try decode(json)
    #expect(map.members.map(\.value) == [1, 2, 3, 4])
    #expect(encode(map) == json)
    #expect(map["a"] == 2 && map["c"] == nil)
    map["a"] = nil
    map["c"] = 5
    map["b"] = 6
    #expect(encode(map) == #"{"b":6,"":3,"\u0000":4,"c":5}"#)
    #expect(try decode(JSONMap<[Int]>.self, "{}").members.isEmpty)
    for twice in [#"{"a":1,"a":2}"#, #"{"a":1,"b":2,"\u0061":3}"#] {
      #expect(failure(JSONMap<Int>.self, twice).map(text) == "/a: is there twice")
    }
    // Among many, wherever the two are.
    var random = SplitMix64(seed: 3)
    for _ in 0..<300 {
      let names = (0..<Int.random(in: 2...20, using: &random)).map { "\($0 * 7 % 23)" }
      let members = names.map { "\"\($0)\":1" }
      #expect(failure(JSONMap<Int>.self, "{\(members.joined(separator: ","))}") == nil)
      let twice = names[Int.random(in: names.indices, using: &random)]
      var more = members
      more.insert("\"\(twice)\":2", at: Int.random(in: 0...members.count, using: &random))
      let error = failure(JSONMap<Int>.self, "{\(more.joined(separator: ","))}")
      #expect(error.map(text) == "/\(twice): is there twice")
    }
    #expect(failure(JSONMap<Int>.self, "[]").map(text) == "an object was expected")
    #expect(
      failure(JSONMap<[Int]>.self, #"{"a":[],"b/":[1,"x"]}"#).map(text)?.hasPrefix("/b~1/1: ")
        == true)
  }

  @Test("Raw JSON is kept as it is, without the space around it")
  func raw() throws {
    #expect(encode(JSONRaw()) == "null")
    for value in JSONCases.values {
      let raw = try JSONRaw(json: ([0x20] + value + [0x0A]).span)
      #expect(raw.octets == value)
      #expect(raw.jsonOctets() == value)
    }
    #expect(encode(try decode([JSONRaw].self, #"[ 1.50 , {"a" : 1} ]"#)) == #"[1.50,{"a" : 1}]"#)
  }
}
