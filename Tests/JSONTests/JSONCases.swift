import HTTPCodec

@testable import JSON

/// Texts that are JSON, and texts that are not, by the grammar of RFC 8259.
enum JSONCases {
  /// Values without space around them.
  static let values: [[UInt8]] = literals + numbers + strings + containers

  static let literals = texts(["true", "false", "null"])

  /// `number = [ minus ] int [ frac ] [ exp ]`: every combination of some of each (section 6).
  static let numbers: [[UInt8]] = {
    var found: [String] = []
    for minus in ["", "-"] {
      for int in ["0", "1", "9", "10", "123456789012345678901234567890"] {
        for frac in ["", ".0", ".5", ".000", ".123456789012345678901234567890"] {
          for exp in ["", "e0", "E1", "e+2", "E-3", "e00", "e-007", "E+10"] {
            found.append(minus + int + frac + exp)
          }
        }
      }
    }
    return texts(found)
  }()

  /// Every kind of character of a string (section 7), and the limits of what UTF-8 can write (RFC 3629 4).
  static let strings: [[UInt8]] = {
    var found = [[UInt8]]()
    for octet in UInt8(0x20)...0x7F where octet != 0x22 && octet != 0x5C { found.append([octet]) }
    for letter in #""\/bfnrt"#.utf8 { found.append([0x5C, letter]) }
    for digits in [
      "0000", "001f", "0022", "005C", "0041", "00e9", "20AC", "FFFF", "d7FF", "E000", "aBcD",
    ] {
      found.append(Array("\\u\(digits)".utf8))
    }
    for pair in ["D800\\uDC00", "DBFF\\uDFFF", "d83d\\ude00"] {
      found.append(Array("\\u\(pair)".utf8))
    }
    for scalar in [
      0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE,
      0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF,
    ] {
      if let scalar = Unicode.Scalar(scalar) { found.append(Array(String(scalar).utf8)) }
    }
    found.append([])
    // At each place of a word, and behind several.
    let special = found.filter { $0.count != 1 }
    for length in [1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17] {
      for inside in special {
        found.append([UInt8](repeating: 0x61, count: length) + inside + [0x62])
      }
    }
    return found.map { [0x22] + $0 + [0x22] }
  }()

  static let containers = texts([
    "[]", "[ ]", "{}", "{ }", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[]]", "[{}]", #"{"":0}"#,
    #"{"a":1}"#, #"{ "a" : 1 , "b" : [ ] }"#, #"{"a":{"a":{"a":{}}}}"#, #"{"a":null,"a":null}"#,
    "[\n\r\t ]", "[true,false,null,0,\"\",[],{}]", #"{"\u0061":1,"a\"b":2,"é":3}"#,
    #"[ "a","b" ]"#, "[-0]", "[-0.0e-0,1]",
  ])

  /// What is not a value, nor the start of a text with one.
  static let faults: [[UInt8]] =
    notValues + notNumbers + notStrings + notContainers + cutOff + withMore

  static let notValues: [[UInt8]] =
    texts([
      "", " ", "\n", "tru", "truE", "True", "TRUE", "nul", "nil", "undefined", "NaN", "Infinity",
      "-Infinity", "falsE", "fals", "abc", "'a'", "`a`", "/", "//", "/**/1", "1//", "# 1", "1 # 2",
      ":", ",", "}", "]", "\\", "(1)", "<1>", "@", "&", "*", "!", "?", ";", "~", "^", "|", "=", "%",
      "\u{FEFF}1", "\u{FEFF}", "\u{A0}1", "\u{2028}1", "\u{85}1", "\u{B}1", "\u{C}1", "\0", "1\0",
      "true\0",
    ]) + [[0xFF], [0xFE, 0xFF, 0, 0x31], [0x31, 0], [0xEF, 0xBB], [0x80]]

  static let notNumbers = texts(
    [
      "+1", "+", "-", "--1", "- 1", ".5", "-.5", "1.", "-1.", "1.e1", "1.E+1", "01", "-01", "00",
      "-00", "000", "0123", "1e", "1E", "1e+", "1e-", "1e+-1", "1e1.5", "1.5.5", "1e1e1", "1_000",
      "1,000", "0x10", "0b1", "0o7", "1f", "1L", "1a", "1.5f", "1e5x", "0e", "0e+", "0.e1", "0.",
      ".", "e1", "-e1", "1 2", "1-", "1+1", "１", "1.٣", "-a", "1e１", "²", "∞", "1..2", "1.-1",
    ])

  static let notStrings: [[UInt8]] = {
    var insides = [[UInt8]]()
    for octet in UInt8(0)..<0x20 { insides.append([octet]) }
    for octet in UInt8(0)...0xFF where !Array(#""\/bfnrtu"#.utf8).contains(octet) {
      insides.append([0x5C, octet])
    }
    insides += texts([
      #"\u"#, #"\u0"#, #"\u00"#, #"\u000"#, #"\u000g"#, #"\ug000"#, #"\u00 0"#, #"\u-000"#,
      #"\u+000"#, #"\U0041"#, #"\u{41}"#, #"\x41"#, #"\0"#, #"\012"#, #"\'"#, #"\a"#, #"\v"#,
      // Surrogates without their other half, or in the wrong order (section 8.2).
      #"\ud800"#, #"\udbff"#, #"\udc00"#, #"\udfff"#, #"\ud800a"#, #"\ud800\n"#, #"\ud800\u0041"#,
      #"\ud800\ud800"#, #"\udc00\ud800"#, #"\ud800\ue000"#, #"\ud800\udbff"#, #"\ud800\u"#,
      #"\ud800\udc0"#, #"\ud800\udc00\udc00"#, #"\ud800\\udc00"#, #"\ud800 \udc00"#,
    ])
    insides += [
      // Not UTF-8 (RFC 3629 3): alone, cut off, too long, surrogates, above U+10FFFF.
      [0x80], [0xBF], [0xC0], [0xC1], [0xC2], [0xC3, 0x28], [0xC0, 0x80], [0xC0, 0xAF],
      [0xC1, 0xBF],
      [0xE0], [0xE1, 0x80], [0xE2, 0x82], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
      [0xE0, 0x80, 0xAF],
      [0xE1, 0x80, 0x28], [0xE1, 0x28, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xAF, 0xBF],
      [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], [0xEF, 0xBF],
      [0xF0], [0xF0, 0x90], [0xF0, 0x90, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF0, 0x80, 0x80, 0xAF], [0xF1, 0x80, 0x80, 0x28], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF], [0xF8, 0x88, 0x80, 0x80, 0x80],
      [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xFF, 0xFE], [0xC3, 0xA9, 0xA9],
      [0xE2, 0x82, 0xAC, 0x80],
    ]
    var found = insides.map { [0x22] + $0 + [0x22] }
    for length in [1, 5, 6, 7, 8, 9, 16] {
      for inside in insides {
        let before = [UInt8](repeating: 0x7A, count: length)
        found.append([0x22] + before + inside + before + [0x22])
      }
    }
    return found + texts(["\"", "\"a", "\"\\", "\"\\\"", "\"a\\u00", "a\"", "\"a\"b\"", "\"\"\""])
  }()

  static let notContainers = texts([
    "[", "[[", "[]]", "[1", "[1,", "[,", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]",
    "[1}", "{1]", "[a]", "[\"a\":1]", "[}", "[1,2", "[[]", "[[]]]", "[ ,1]", "[1, ]",
    "{", "{{", "{}}", "{1}", "{1:1}", "{a:1}", "{'a':1}", "{\"a\"}", "{\"a\":}", "{\"a\":1",
    "{\"a\":1,", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1,,\"b\":1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
    "{\"a\"::1}", "{\"a\",1}", "{\"a\":1;\"b\":2}", "{\"a\":1:2}", "{:1}", "{null:1}", "{[]:1}",
    "{{}:1}", "{\"a\":1]", "{\"a\":[}", "{\"a", "{\"a\":\"b", "{\"a\":{\"b\":1}", "{,}", "{}{}",
    "[]{}", "{}[]", "[\"\t\"]", "{\"\n\":1}", "[1\u{A0}]", "[\u{FEFF}1]", "{\"a\":\u{2003}1}",
    "[1]\u{FEFF}", "{\"\\ud800\":1}", "[\"\\x\"]", "[01]", "[1.]", "[-]", "[nul]", "{\"a\":tru}",
    "[1,2,3,}", "[/*a*/1]", "{\"a\":1/**/}", "[//\n1]", "{\"a\":01}", "[\"a", "[\"a]", "[a\"]",
  ])

  /// Every proper part of some values from their start on that is none itself.
  static let cutOff: [[UInt8]] =
    [#"{"a":[1.5e-3,"\u00e9\ud83d\ude00",true,null],"b":{}}"#, #"[[[false]]]"#, #""é€😀\"""#]
    .map { Array($0.utf8) }
    .flatMap { text in (0..<text.count).map { Array(text[..<$0]) } }

  /// Something behind the one value.
  static let withMore: [[UInt8]] =
    ["0 ", "true ", "null ", "\"\" ", "[] ", "{} "]
    .flatMap { value in
      ["1", "\"", "[", "]", "{", "}", ",", ":", "a", "null", "/", "\u{0}"].map {
        Array((value + $0).utf8)
      }
    }

  private static func texts(_ strings: [String]) -> [[UInt8]] { strings.map { Array($0.utf8) } }
}

/// The text of an error.
func text(_ error: JSONError) -> String {
  var octets: [UInt8] = []
  error.forEachPart { part in
    for i in part.indices { octets.append(part[i]) }
  }
  return String(decoding: octets, as: UTF8.self)
}

/// The error that reading a value leads to; nil if there is none.
func failure<Value: JSONValue>(_: Value.Type, _ json: String, maximumDepth: Int = 64) -> JSONError?
{
  failure(Value.self, Array(json.utf8), maximumDepth: maximumDepth)
}

func failure<Value: JSONValue>(
  _: Value.Type, _ json: [UInt8], maximumDepth: Int = 64
) -> JSONError? {
  do throws(JSONError) {
    _ = try Value(json: json.span, maximumDepth: maximumDepth)
    return nil
  } catch {
    return error
  }
}

func decode<Value: JSONValue>(_: Value.Type, _ json: String) throws -> Value {
  try Value(json: Array(json.utf8).span)
}

func decode<Value: JSONValue>(_ json: String) throws -> Value { try decode(Value.self, json) }

/// What is in a buffer.
func text(_ buffer: borrowing OctetBuffer) -> String {
  var octets: [UInt8] = []
  for i in buffer.octets.indices { octets.append(buffer.octets[i]) }
  return String(decoding: octets, as: UTF8.self)
}

func encode(_ value: some JSONValue) -> String {
  String(decoding: value.jsonOctets(), as: UTF8.self)
}
