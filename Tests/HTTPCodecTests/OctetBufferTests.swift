import Testing

@testable import CodecOracle
@testable import HTTPCodec

@Suite("Octet buffers")
struct OctetBufferTests {
  @Test("A new buffer is empty and has no memory")
  func new() {
    let buffer = OctetBuffer(limit: 10)
    #expect(buffer.isEmpty == true)
    #expect(buffer.count == 0)
    #expect(buffer.overflowed == false)
    #expect(buffer.octets.isEmpty)
    #expect(buffer.mutableOctets == nil)
    #expect(buffer.room.count == 0)
  }

  @Test("Octets are appended in order, over many growths")
  func growth() {
    var buffer = OctetBuffer(limit: 100_000)
    var expected: [UInt8] = []
    for i in 0..<5000 {
      let octet = UInt8(truncatingIfNeeded: i &* 31)
      buffer.append(octet: octet)
      buffer.append(Octets("line"))
      buffer.append(" of text\r\n")
      expected += [octet] + Array("line of text\r\n".utf8)
    }
    #expect(buffer.count == expected.count)
    #expect(buffer.overflowed == false)
    #expect(Array(buffer.octets) == expected)
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
    #expect(buffer.octets.allSatisfy { $0 == 1 })
  }

  @Test("What is rolled back was never appended, and did not overflow")
  func rollBack() {
    var buffer = OctetBuffer(limit: 8)
    buffer.append("abcd")
    buffer.append("too long")
    buffer.rollBack(to: 2)
    #expect(buffer.overflowed == false)
    #expect(Array(buffer.octets) == Array("ab".utf8))
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

  @Test("Room that was reserved is written by somebody else and taken in")
  func room() {
    var buffer = OctetBuffer(limit: 1000)
    buffer.append("abc")
    let reserved = buffer.reserve(700)
    #expect(reserved)
    #expect(buffer.room.count >= 700)
    #expect(buffer.room.count <= 997)
    buffer.room.storeBytes(of: UInt8(ascii: "d"), as: UInt8.self)
    buffer.advance(by: 1)
    #expect(text(buffer.octets) == "abcd")
    let more = buffer.reserve(997)
    #expect(!more)
    #expect(buffer.overflowed == false)
    let all = buffer.reserve(996)
    #expect(all)
    #expect(buffer.room.count == 996)
    #expect(text(buffer.octets) == "abcd")
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
    #expect(buffer.mutableOctets == nil)
    buffer.append("wxyz")
    #expect(text(buffer.octets) == "wxyz")
    buffer.release()
    buffer.release()
    #expect(buffer.octets.isEmpty)
  }

  @Test(
    "Numbers are written in decimal",
    arguments: [0, 1, 9, 10, 99, 100, 101, 12_345, 1_000_000, -1, -10, .max, .min, .max / 10]
      as [Int64])
  func decimals(number: Int64) {
    var buffer = OctetBuffer(limit: 100)
    buffer.append(decimal: number)
    #expect(text(buffer.octets) == String(number))
  }

  @Test(
    "Unsigned numbers are filled up with zeros",
    arguments: [
      (0, 1, "0"), (0, 2, "00"), (7, 2, "07"), (42, 2, "42"), (123, 2, "123"), (5, 4, "0005"),
      (.max, 1, "18446744073709551615"), (10_000_000_000_000_000_000, 1, "10000000000000000000"),
      (9_999_999_999_999_999_999, 20, "09999999999999999999"),
    ] as [(UInt64, Int, String)])
  func unsignedDecimals(number: UInt64, digits: Int, expected: String) {
    var buffer = OctetBuffer(limit: 100)
    buffer.append(decimal: number, minimumDigits: digits)
    #expect(text(buffer.octets) == expected)
  }
}
