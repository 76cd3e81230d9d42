import Foundation
import Testing

@testable import CodecOracle
@testable import FuzzTargets
@testable import HTTPCodec
@testable import HTTPServer
@testable import JSON
@testable import ScriptedNetwork
@testable import WasmHost

/// What is wrong is noticed: each oracle, given something broken, complains about some of the kept
/// inputs.
struct OracleTests {
  struct BrokenReader: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let spoil: @Sendable (inout CodecOracle.Outcome, _ cuts: [Int], _ poison: UInt8) -> Void
  }

  static let brokenReaders: [BrokenReader] = [
    BrokenReader(testDescription: "loses an octet where a segment ends") { outcome, cuts, _ in
      guard !cuts.isEmpty, let last = outcome.requests.indices.last else { return }
      if !outcome.requests[last].content.isEmpty { outcome.requests[last].content.removeLast() }
    },
    BrokenReader(testDescription: "reads behind the end") { outcome, _, poison in
      if poison == UInt8(ascii: "0"), outcome.isIncomplete { outcome.error = .invalidMethod }
    },
    BrokenReader(testDescription: "writes behind the end") { outcome, _, _ in
      outcome.wroteBehindTheEnd = true
    },
    BrokenReader(testDescription: "takes a message for longer than it is") { outcome, _, _ in
      if let last = outcome.requests.indices.last { outcome.requests[last].next += 1 }
    },
    BrokenReader(testDescription: "forgets what is left") { outcome, _, _ in
      outcome.isIncomplete = false
    },
    BrokenReader(testDescription: "takes a bare LF for a line's end") { outcome, _, _ in
      if outcome.error == .bareLineFeed { outcome.error = nil }
    },
    BrokenReader(testDescription: "refuses what is right") { outcome, _, _ in
      if outcome.requests.contains(where: { !$0.content.isEmpty }) {
        outcome.error = .invalidTarget
      }
    },
  ]

  @Test("A codec that is wrong is noticed", arguments: ["request", "chunked"], brokenReaders)
  func messages(name: String, broken: BrokenReader) throws {
    let oracle = MessageOracle { octets, limits, cuts, poison in
      var outcome = CodecOracle.read(octets, limits: limits, cuts: cuts, poison: poison)
      broken.spoil(&outcome, cuts, poison)
      return outcome
    }
    let head = "P / HTTP/1.1\r\nHost:a\r\nTransfer-Encoding:chunked\r\n\r\n"
    let inputs = try Kept.corpus(name)
    #expect(inputs.contains { oracle.check($0, behind: name == "chunked" ? head : "") != nil })
  }

  @Test("A reader of hosts and addresses that is wrong is noticed")
  func parts() throws {
    let inputs = try Kept.corpus("target")
    let generous = PartOracle(isAuthority: { !$0.isEmpty })
    #expect(inputs.contains { generous.check($0) != nil })
    let strict = PartOracle(isAuthority: { isAuthority($0) && $0.first != UInt8(ascii: "[") })
    #expect(inputs.contains { strict.check($0) != nil })
    let blind = PartOracle(address: { IPAddress(v4: $0) })
    #expect(inputs.contains { blind.check($0) != nil })
    let vague = PartOracle(address: { IPAddress($0).map { _ in .anyIPv4 } })
    #expect(inputs.contains { vague.check($0) != nil })
  }

  @Test("A response that changes on its way is noticed", arguments: 0..<4)
  func responses(change: Int) throws {
    let oracle = ResponseOracle { octets in
      var octets = octets
      switch change {
      case 0: octets.append(UInt8(ascii: "x"))
      case 1: octets = octets.dropLast()
      case 2:
        let end = octets.firstIndex(of: 0x0A).map { $0 + 1 } ?? 0
        octets.insert(contentsOf: "X-B: injected\r\n".utf8, at: end)
      default:
        if octets.count > 10 { octets[9] = UInt8(ascii: "3") }
      }
      return octets
    }
    #expect(try Kept.corpus("response").contains { oracle.check($0) != nil })
  }

  @Test("A reader or writer of JSON that is wrong is noticed", arguments: 0..<5)
  func json(kind: Int) throws {
    var oracle = JSONOracle()
    switch kind {
    case 0: oracle.readAny = { _, _ throws(JSONError) in JSONRaw() }
    case 1:
      oracle.readAny = { octets, depth throws(JSONError) in
        try JSONRaw(json: octets.trimmed, maximumDepth: depth - 1)
      }
    case 2:
      // One that takes a comma behind the last element.
      oracle.readAny = { octets, depth throws(JSONError) in
        var json = array(octets)
        if let comma = json.lastIndex(of: 0x2C), json[(comma + 1)...] == [0x5D] {
          json.remove(at: comma)
        }
        return try JSONRaw(json: json.span, maximumDepth: depth)
      }
    case 3: oracle.transfer = { $0 + [0x2C] }
    default: oracle.transfer = { $0.map { $0 == 0x31 ? 0x30 : $0 } }
    }
    #expect(try Kept.corpus("json").contains { oracle.check($0) != nil })
  }

  @Test("A server that gives a client another's response is noticed")
  func connections() throws {
    let oracle = ConnectionOracle {
      let last = Box<[UInt8]>([])
      let routes = Routes()
      routes.post { context, response in
        response.write("echo: ")
        for octet in last.value { response.write(Int64(octet)) }
        last.value = array(context.request.content)
      }
      routes.addEcho()
      return routes
    }
    #expect(try Kept.corpus("connection").contains { oracle.check($0) != nil })
  }

  @Test("Harm that a host does is noticed", arguments: 0..<4)
  func host(kind: Int) async {
    await #expect(processExitsWith: .success) { [kind] in
      let oracle = HostOracle { guest, sentinel in
        switch kind {
        case 0: guest.store(0, at: HostileGuest.canary.upperBound - 4)
        case 1: _ = fcntl(sentinel, F_SETFL, O_NONBLOCK)
        // The successor gets what the predecessor has left of the service's socket: not even a socket.
        case 2:
          if let listener = Successor.makeListener(for: guest) {
            for descriptor in listener.hostFD..<(listener.hostFD + 4) { dup2(sentinel, descriptor) }
          }
        default: _ = dup(sentinel)
        }
      }
      exit(oracle.check([]) == nil ? EXIT_FAILURE : EXIT_SUCCESS)
    }
  }
}
