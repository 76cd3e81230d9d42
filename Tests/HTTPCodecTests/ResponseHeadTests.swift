import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Response heads")
struct ResponseHeadTests {
  private func written(_ write: (inout OctetBuffer) -> Void) -> String {
    var buffer = OctetBuffer(limit: 4096)
    write(&buffer)
    #expect(buffer.overflowed == false)
    return text(buffer.octets)
  }

  @Test("A status-line has our version, the code and the reason")
  func statusLine() {
    #expect(written { $0.append(statusLine: .ok) } == "HTTP/1.1 200 OK\r\n")
    #expect(written { $0.append(statusLine: .noContent) } == "HTTP/1.1 204 No Content\r\n")
    for value in 0..<UInt8(Status.namedCount) {
      let status = Status(place: value)
      #expect(
        written { $0.append(statusLine: status) }
          == "HTTP/1.1 \(status.code) \(text(status.reason))\r\n")
    }
  }

  @Test("A field line is name, colon, space, value")
  func field() {
    #expect(
      written { $0.append(field: "Allow", ("GET, HEAD" as StaticString).octets) }
        == "Allow: GET, HEAD\r\n")
    #expect(written { $0.append(field: "Allow", ("" as StaticString).octets) } == "Allow: \r\n")
  }

  @Test("No value can end its line and begin another")
  func injection() {
    let line = withOctets("a\r\nSet-Cookie: b\n\rc\0d") { value in
      written { $0.append(field: "Location", value) }
    }
    #expect(line == "Location: a  Set-Cookie: b  c d\r\n")
  }

  @Test("Only octets that cannot stand in a value become spaces")
  func everyOctet() {
    for octet in UInt8.min...UInt8.max {
      let value = "<\(text([octet]))>"
      let isAllowed = Grammar.fieldValue.contains(octet)
      let line = withOctets(value) { value in written { $0.append(field: "N", value) } }
      #expect(line == "N: " + (isAllowed ? value : "< >") + "\r\n")
      #expect(withOctets(value) { $0.isFieldValue } == isAllowed)
    }
  }

  @Test("What was in the buffer before is left as it is")
  func neighbours() {
    let lines = written {
      $0.append("\r\n\0")
      $0.append(field: "A", ("b" as StaticString).octets)
      $0.append(field: "C", ("d" as StaticString).octets)
    }
    #expect(lines == "\r\n\0A: b\r\nC: d\r\n")
  }

  @Test("A value that has no room is missed", arguments: 0..<15)
  func overflow(limit: Int) {
    var buffer = OctetBuffer(limit: limit)
    buffer.append(field: "Name", ("1234567" as StaticString).octets)
    #expect(buffer.overflowed == true)
    #expect(buffer.count <= limit)
  }

  @Test("An empty value is a field value")
  func emptyValue() { #expect(withOctets("") { $0.isFieldValue }) }
}
