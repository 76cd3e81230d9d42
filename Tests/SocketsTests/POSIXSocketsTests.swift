import Memory
import Testing

@testable import Sockets

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The contract of `Sockets`, on the real network of this machine.
@Suite("POSIX sockets")
struct POSIXSocketsTests {
  fileprivate static var loopback: SocketAddress {
    var octets = AddressOctets()
    octets[0] = 127
    octets[3] = 1
    return SocketAddress(octets: octets, isIPv6: false, port: 0)
  }

  @Test("port 0 becomes the port that the system chose")
  func choosesPort() throws {
    var sockets = try makeSockets()
    let listener = try sockets.listen(on: Self.loopback, backlog: 8, buffer: 32_768)
    let found = sockets.localAddress(of: listener)
    let address = try #require(found)
    #expect(address.port != 0)
    #expect(!address.isIPv6)
    #expect((0..<4).map { address.octets[$0] } == [127, 0, 0, 1])
    sockets.close(listener)
  }

  @Test("a port in use is an error with a reason for people")
  func portInUse() throws {
    var sockets = try makeSockets()
    let listener = try sockets.listen(on: Self.loopback, backlog: 8, buffer: 32_768)
    let found = sockets.localAddress(of: listener)
    let address = try #require(found)
    do {
      _ = try sockets.listen(on: address, backlog: 8, buffer: 32_768)
      Issue.record("two sockets listen on one port")
    } catch {
      #expect("\(error.reason)" == "address already in use")
    }
    sockets.close(listener)
  }

  #if os(Linux)
    @Test("a listener that refuses new connections has those that were made before, and no other")
    func refusesConnections() throws {
      var sockets = try makeSockets()
      let listener = try sockets.listen(on: Self.loopback, backlog: 8, buffer: 32_768)
      defer { sockets.close(listener) }
      let found = sockets.localAddress(of: listener)
      let port = try #require(found).port
      let early = try #require(connectToLoopback(port: port))
      sockets.watch(listener, token: 0, for: .read)
      while try sockets.wait(nanoseconds: 1_000_000_000) == 0 {}
      sockets.watch(listener, token: 0, for: [])
      let refuses = sockets.refuseConnections(on: listener)
      #expect(refuses)
      let late = try #require(connectToLoopback(port: port, waits: false))
      guard case .connection(let accepted) = sockets.accept(from: listener) else {
        Issue.record("the connection that was made before is lost")
        return
      }
      // The late one is not told of it either: its request to connect is as if lost on the way.
      var state = pollfd(fd: late, events: Int16(POLLOUT), revents: 0)
      #expect(poll(&state, 1, 300) == 0)
      let further = sockets.accept(from: listener)
      #expect(further == .none)
      for descriptor in [accepted, early, late] { sockets.close(descriptor) }
    }
  #endif

  @Test("accept and receive say that there is nothing instead of waiting")
  func neverBlocks() throws {
    var pair = try Pair()
    let acceptance = pair.sockets.accept(from: pair.listener)
    #expect(acceptance == .none)
    let transfer = pair.receive(10)
    #expect(transfer == .wouldBlock)
  }

  @Test("what one end sends the other receives, and the end of it as 0 octets")
  func sendsAndReceives() throws {
    var pair = try Pair()
    let sent = pair.sockets.send(Array("hello".utf8).span, to: pair.client)
    #expect(sent == .octets(5))
    let arrival = try pair.waitForEvent()
    #expect(arrival == Event(token: 1, isReadable: true, isWritable: false))
    let firstPart = pair.receive(3)
    #expect(firstPart == .octets(3))
    let rest = pair.receive(10)
    #expect(rest == .octets(2))
    pair.sockets.finishSending(on: pair.client)
    let ending = try pair.waitForEvent()
    #expect(ending == Event(token: 1, isReadable: true, isWritable: false))
    let endOfInput = pair.receive(10)
    #expect(endOfInput == .octets(0))
  }

  @Test("a full socket would block, and is writable again when its client has read")
  func backpressure() throws {
    var pair = try Pair()
    let block = [UInt8](repeating: 7, count: 65_536)
    var sent = 0
    pair.sockets.watch(pair.accepted, token: 1, for: .write)
    var readyWhileFull = 1
    // (What is on its way makes room once more when it arrives.)
    for _ in 0..<1000 where readyWhileFull > 0 {
      while case .octets(let count) = pair.sockets.send(block.span, to: pair.accepted) {
        sent += count
      }
      readyWhileFull = try pair.sockets.wait(nanoseconds: 100_000_000)
    }
    #expect(readyWhileFull == 0)
    var read = 0
    while read < sent {
      guard case .octets(let count) = pair.receive(65_536, from: pair.client) else { continue }
      read += count
    }
    let readyAgain = try pair.waitForEvent()
    #expect(readyAgain == Event(token: 1, isReadable: false, isWritable: true))
  }

  @Test("a socket that is no longer watched has no events, the others keep theirs")
  func unwatches() throws {
    var pair = try Pair()
    pair.sockets.watch(pair.listener, token: 0, for: .read)
    pair.sockets.watch(pair.listener, token: 0, for: [])
    let sent = pair.sockets.send(Array("x".utf8).span, to: pair.client)
    #expect(sent == .octets(1))
    let readyToken = try pair.waitForEvent().token
    #expect(readyToken == 1)
    pair.sockets.watch(pair.accepted, token: 1, for: [])
    let readyUnwatched = try pair.sockets.wait(nanoseconds: 0)
    #expect(readyUnwatched == 0)
  }

  @Test("a wait ends when its time is over, and not before")
  func waits() throws {
    var sockets = try makeSockets()
    let start = sockets.monotonicTime()
    let ready = try sockets.wait(nanoseconds: 2_500_000)
    #expect(ready == 0)
    let waited = sockets.monotonicTime() - start
    #expect(waited >= 2_500_000)
  }

  @Test("a client that resets is a failed receive")
  func reset() throws {
    var pair = try Pair()
    // A close with unread input resets the connection.
    let sent = pair.sockets.send(Array("x".utf8).span, to: pair.accepted)
    #expect(sent == .octets(1))
    pair.sockets.watch(pair.client, token: 2, for: .read)
    let arrival = try pair.waitForEvent().token
    #expect(arrival == 2)
    pair.sockets.watch(pair.client, token: 2, for: [])
    pair.sockets.close(pair.client)
    _ = try pair.waitForEvent()
    guard case .failed(let error) = pair.receive(10) else {
      Issue.record("the reset went unseen")
      return
    }
    #expect("\(error.reason)" == "connection reset")
  }
}

private func makeSockets() throws -> POSIXSockets {
  var sockets = POSIXSockets()
  guard sockets.reserve(4) else { throw SocketError(code: 0) }
  return sockets
}

/// A listening socket, a client of it, and the accepted end, which is watched as token 1.
private struct Pair: ~Copyable {
  var sockets: POSIXSockets
  let listener: Descriptor
  let client: Descriptor
  let accepted: Descriptor

  init() throws {
    var sockets = try makeSockets()
    let listener = try sockets.listen(
      on: POSIXSocketsTests.loopback, backlog: 8, buffer: 32_768)
    guard let port = sockets.localAddress(of: listener)?.port else { throw SocketError(code: 0) }
    guard let client = connectToLoopback(port: port) else { throw SocketError(code: 0) }
    sockets.watch(listener, token: 0, for: .read)
    while try sockets.wait(nanoseconds: 1_000_000_000) == 0 {}
    sockets.watch(listener, token: 0, for: [])
    guard case .connection(let accepted) = sockets.accept(from: listener) else {
      throw SocketError(code: 0)
    }
    sockets.watch(accepted, token: 1, for: .read)
    self.sockets = sockets
    self.listener = listener
    self.client = client
    self.accepted = accepted
  }

  mutating func receive(_ count: Int) -> Transfer { receive(count, from: accepted) }

  /// Receives into room for `count` octets; what is told must be what has been appended.
  mutating func receive(_ count: Int, from descriptor: Descriptor) -> Transfer {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
    defer { buffer.deallocate() }
    var room = OutputSpan(buffer: buffer, initializedCount: 0)
    let transfer = sockets.receive(from: descriptor, into: &room)
    let appended = room.finalize(for: buffer)
    room = OutputSpan()
    if case .octets(let count) = transfer { #expect(appended == count) }
    return transfer
  }

  mutating func waitForEvent() throws -> Event {
    while try sockets.wait(nanoseconds: 1_000_000_000) == 0 {}
    return sockets.event(0)
  }
}
