import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Octet buffers")
struct OctetBufferTests {
  @Test("A new buffer is empty and has no memory")
  func new() {
    var buffer = OctetBuffer(limit: 10)
    #expect(buffer.isEmpty == true)
    #expect(buffer.count == 0)
    #expect(buffer.overflowed == false)
    #expect(buffer.octets.isEmpty == true)
    #expect(buffer.mutableOctets().isEmpty == true)
    buffer.appendReserved { room in #expect(room.freeCapacity == 0) }
  }

  @Test("Octets are appended in order, over many growths")
  func growth() {
    var buffer = OctetBuffer(limit: 100_000)
    var expected: [UInt8] = []
    for i in 0..<5000 {
      let octet = UInt8(truncatingIfNeeded: i &* 31)
      buffer.append(octet: octet)
      buffer.append(("line" as StaticString).octets)
      buffer.append(" of text\r\n")
      expected += [octet] + Array("line of text\r\n".utf8)
    }
    #expect(buffer.count == expected.count)
    #expect(buffer.overflowed == false)
    #expect(array(buffer.octets) == expected)
  }

  @Test("The limit is reached exactly, and not passed", arguments: [1, 2, 255, 256, 257, 1000])
  func limit(limit: Int) {
    var buffer = OctetBuffer(limit: limit)
    for _ in 0..<limit { buffer.append(octet: 1) }
    #expect(buffer.count == limit)
    #expect(buffer.overflowed == false)
    buffer.append(octet: 2)
    #expect(buffer.count == limit)
    #expect(buffer.overflowed == true)
    #expect(array(buffer.octets).allSatisfy { $0 == 1 })
  }

  @Test("What is rolled back was never appended, and did not overflow")
  func rollBack() {
    var buffer = OctetBuffer(limit: 8)
    buffer.append("abcd")
    buffer.append("too long")
    buffer.rollBack(to: 2)
    #expect(buffer.overflowed == false)
    #expect(array(buffer.octets) == Array("ab".utf8))
  }

  @Test("An append that finds no room changes nothing and is remembered")
  func overflow() {
    var buffer = OctetBuffer(limit: 5)
    buffer.append("abc")
    buffer.append("def")
    #expect(buffer.overflowed == true)
    #expect(text(buffer.octets) == "abc")
    buffer.append("de")
    #expect(buffer.overflowed == true, "an append that fits does not undo it")
    #expect(text(buffer.octets) == "abcde")
    buffer.truncate(to: 1)
    buffer.removeFirst(1)
    #expect(buffer.overflowed == true)
    buffer.removeAll()
    #expect(buffer.overflowed == false)
    #expect(buffer.isEmpty == true)
    buffer.append("fghij")
    #expect(text(buffer.octets) == "fghij")
    #expect(buffer.overflowed == false)
  }

  @Test("A buffer with no room at all takes nothing but nothing")
  func noRoom() {
    var buffer = OctetBuffer(limit: 0)
    buffer.append("")
    #expect(buffer.overflowed == false)
    buffer.append(octet: 1)
    #expect(buffer.overflowed == true)
    #expect(buffer.isEmpty == true)
  }

  @Test("Memory that there cannot be is an answer and not the end")
  func outOfMemory() {
    var buffer = OctetBuffer(limit: .max)
    buffer.append("abc")
    let all = buffer.reserve(.max - 3)
    let more = buffer.reserve(.max)
    #expect(!all)
    #expect(!more)
    #expect(buffer.overflowed == false)
    #expect(text(buffer.octets) == "abc")
  }

  @Test("What is written into the reserved room is appended")
  func room() {
    var buffer = OctetBuffer(limit: 1000)
    buffer.append("abc")
    let reserved = buffer.reserve(700)
    #expect(reserved)
    buffer.appendReserved { room in
      #expect(room.count == 0)
      #expect(room.freeCapacity >= 700)
      #expect(room.freeCapacity <= 997)
      room.append(UInt8(ascii: "d"))
    }
    #expect(text(buffer.octets) == "abcd")
    let more = buffer.reserve(997)
    #expect(!more)
    #expect(buffer.overflowed == false)
    let all = buffer.reserve(996)
    #expect(all)
    let written = buffer.appendReserved { room in
      #expect(room.freeCapacity == 996)
      room.append(repeating: UInt8(ascii: "e"), count: 996)
      return room.count
    }
    #expect(written == 996)
    #expect(buffer.count == 1000)
    #expect(text(buffer.octets) == "abcd" + "e".repeated(996))
  }

  @Test("What was written into the room before an error is there")
  func failingRoom() {
    var buffer = OctetBuffer(limit: 1000)
    let reserved = buffer.reserve(10)
    #expect(reserved)
    #expect(throws: RequestError.incomplete) {
      try buffer.appendReserved { room throws(RequestError) in
        room.append(UInt8(ascii: "a"))
        throw .incomplete
      }
    }
    #expect(text(buffer.octets) == "a")
  }

  @Test("Octets are changed in place, from anywhere on")
  func inPlace() {
    var buffer = OctetBuffer(limit: 100)
    buffer.append("abcdef")
    var end = buffer.mutableOctets(from: 4)
    end[0] = UInt8(ascii: "E")
    var all = buffer.mutableOctets()
    all[0] = UInt8(ascii: "A")
    #expect(text(buffer.octets) == "AbcdEf")
    #expect(buffer.mutableOctets(from: 6).isEmpty == true)
  }

  @Test("Octets move towards the start of their span, over each other or not")
  func moving() {
    for part in [0..<0, 0..<3, 2..<6, 1..<2, 6..<6] {
      for start in 0...part.lowerBound {
        var buffer = OctetBuffer(limit: 100)
        buffer.append("abcdef")
        var octets = buffer.mutableOctets()
        octets.move(part, to: start)
        var expected = Array("abcdef".utf8)
        expected.replaceSubrange(start..<start + part.count, with: expected[part])
        #expect(array(buffer.octets) == expected)
      }
    }
  }

  @Test("An index that is not there ends the process, also in release", arguments: 0..<7)
  func bounds(kind: Int) async {
    await #expect(processExitsWith: .failure) { [kind] in
      var buffer = OctetBuffer(limit: 100)
      buffer.append("abc")
      switch kind {
      case 0: buffer.truncate(to: 4)
      case 1: buffer.truncate(to: -1)
      case 2: buffer.removeFirst(4)
      case 3: buffer.removeFirst(-1)
      case 4: _ = buffer.mutableOctets(from: 4).count
      case 5: _ = buffer.octets.extracting(0..<4).count
      default:
        var octets = buffer.mutableOctets()
        octets.move(1..<3, to: 2)
      }
    }
  }

  @Test("Octets are cut off at the end and removed at the beginning")
  func removal() {
    var buffer = OctetBuffer(limit: 100)
    buffer.removeFirst(0)
    buffer.truncate(to: 0)
    buffer.append("abcdefgh")
    buffer.truncate(to: 6)
    #expect(text(buffer.octets) == "abcdef")
    buffer.removeFirst(2)
    #expect(text(buffer.octets) == "cdef")
    buffer.removeFirst(0)
    buffer.append("X")
    #expect(text(buffer.octets) == "cdefX")
    buffer.removeFirst(5)
    #expect(buffer.isEmpty == true)
  }

  @Test("A buffer that was released is as a new one")
  func release() {
    var buffer = OctetBuffer(limit: 4)
    buffer.append("abc")
    buffer.append("def")
    buffer.release()
    #expect(buffer.isEmpty == true)
    #expect(buffer.overflowed == false)
    #expect(buffer.mutableOctets().isEmpty == true)
    buffer.appendReserved { room in #expect(room.freeCapacity == 0) }
    buffer.append("wxyz")
    #expect(text(buffer.octets) == "wxyz")
    buffer.release()
    buffer.release()
    #expect(buffer.octets.isEmpty == true)
  }

  @Test(
    "Numbers are written in decimal",
    arguments: [
      0, 1, 9, 10, 99, 100, 101, 12_345, 1_000_000, -1, -10, .max, .min, .max / 10,
      99_999_999, 100_000_000, 100_000_001, 9_999_999_999_999_999, 10_000_000_000_000_000,
    ] as [Int64])
  func decimals(number: Int64) {
    var buffer = OctetBuffer(limit: 100)
    buffer.append(decimal: number)
    #expect(text(buffer.octets) == String(number))
  }

  @Test(
    "Unsigned numbers are filled up with zeros",
    arguments: [
      (0, 1, "0"), (0, 2, "00"), (7, 2, "07"), (42, 2, "42"), (123, 2, "123"), (5, 4, "0005"),
      (5, 8, "00000005"), (5, 9, "000000005"), (99_999_999, 9, "099999999"),
      (100_000_000, 9, "100000000"), (1_000_000_007, 12, "001000000007"),
      (.max, 1, "18446744073709551615"), (10_000_000_000_000_000_000, 1, "10000000000000000000"),
      (9_999_999_999_999_999_999, 20, "09999999999999999999"),
    ] as [(UInt64, Int, String)])
  func unsignedDecimals(number: UInt64, digits: Int, expected: String) {
    var buffer = OctetBuffer(limit: 100)
    buffer.append(decimal: number, minimumDigits: digits)
    #expect(text(buffer.octets) == expected)
  }

  @Test("Every octet, at every place, is escaped in text or stands as it is")
  func escaped() {
    for octet in UInt8.min...UInt8.max {
      for (place, isASCII) in (0..<20).flatMap({ [($0, true), ($0, false)] }) {
        var octets = [UInt8](repeating: 0x61, count: 20)
        octets[place] = octet
        var expected = String(UnicodeScalar(octet))
        if octet == 0x22 || octet == 0x5C {
          expected = "\\" + expected
        } else if octet < 0x20 || isASCII && octet >= 0x7F {
          expected = "\\u00" + (octet < 0x10 ? "0" : "") + String(octet, radix: 16)
        }
        var buffer = OctetBuffer(limit: 100)
        buffer.append(escaped: octets.span, isASCII: isASCII)
        let before = [UInt8](repeating: 0x61, count: place)
        let itself = octet >= 0x80 && !isASCII ? [octet] : Array(expected.utf8)
        let isRight = array(buffer.octets) == before + itself + octets[(place + 1)...]
        #expect(isRight, "\(octet) at \(place)")
      }
    }
  }

  @Test("Octets with what stands around them are appended in one step or in parts, or not at all")
  func shortOctets() {
    var (before, behind) = (ShortOctets(), ShortOctets())
    for octet in [0x2C, 0x22] as [UInt8] { before.append(octet) }
    for octet in [0x3A, 0x22] as [UInt8] { behind.prepend(octet) }
    for length in [0, 1, 7, 8, 9, 100] {
      let inside = [UInt8](repeating: 0x61, count: length)
      let expected = [0x2C, 0x22] + inside + [0x22, 0x3A]
      for limit in 0...length + 24 {
        var buffer = OctetBuffer(limit: limit)
        buffer.append(before, inside.span, behind)
        let (overflowed, octets) = (buffer.overflowed, array(buffer.octets))
        #expect(overflowed == (limit < expected.count))
        if !overflowed { #expect(octets == expected) }
      }
    }
  }
}
