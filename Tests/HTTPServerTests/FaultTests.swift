import Sockets
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// What the system fails with: the loop goes on, or ends with the reason; what it has accepted is
/// answered or closed.
struct FaultTests {
  private static let reset = SocketError(code: 104)

  @Test("Any mix of lost connections and shortages ends with every client served")
  func acceptFaults() throws {
    let server = try TestServer()
    server.network.faults.accepts = [
      .lost, .exhausted, .none, .lost, .lost, .exhausted, .exhausted,
    ]
    let clients = (0..<8).map { _ in server.connect() }
    for client in clients { client.send(request("GET")) }
    server.run(for: .seconds(1))
    #expect(clients.allSatisfy { $0.statuses == [200] })
    #expect(server.network.faults.accepts.isEmpty)
    #expect(server.loop.context.journal.metrics.connectionsLost == 3)
  }

  @Test("Interrupted calls are made again, for no response too few or too many")
  func interruptions() throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET"))
    for number in 0..<30 {
      server.network.faults.interruptedWaits = number % 3
      server.network.faults.receives = .init(repeating: .wouldBlock, count: number % 2)
      client.send(request("POST", content: "number \(number)"))
      server.run()
      // (What was not sent waits for the socket to be writable.)
      server.network.faults.sends = .init(repeating: .wouldBlock, count: number % 3)
      server.run(for: .milliseconds(1))
    }
    let texts = client.replies().dropFirst().map(\.text)
    #expect(texts == (0..<30).map { "echo: number \($0)" })
  }

  @Test("Sends that take nothing at first lose nothing")
  func interruptedSends() throws {
    let server = try TestServer()
    let client = server.connect(sending: request("GET"))
    server.network.faults.sends = [.wouldBlock, .wouldBlock]
    client.send(request("POST", content: "a") + request("POST", content: "b"))
    server.run(for: .milliseconds(1))
    #expect(client.replies().dropFirst().map(\.text) == ["echo: a", "echo: b"])
  }

  @Test(
    "A socket that fails in the middle is closed, and the others go on",
    arguments: [104, 32, 110, 105, 12, 113] as [Int32])
  func failingSocket(code: Int32) throws {
    let server = try TestServer()
    let other = server.connect(sending: request("GET"))
    for isSend in [false, true] {
      let failure = Transfer.failed(SocketError(code: code))
      let client = server.connect()
      client.send(request("GET"))
      if isSend {
        server.network.faults.sends = [failure]
      } else {
        server.network.faults.receives = [failure]
      }
      server.run()
      #expect(client.isClosed && client.received.isEmpty)
    }
    other.send(request("GET"))
    server.run()
    #expect(other.statuses == [200, 200])
    #expect(server.openConnections == 1)
  }

  @Test("A loop that cannot wait any more ends, and says why")
  func noWaiting() throws {
    let server = try TestServer()
    server.network.faults.wait = SocketError(code: 12)
    #expect(throws: SocketError(code: 12)) { try server.loop.run() }
  }

  @Test("A port that the system will not open is told with its reason")
  func noListening() throws {
    for code in [13, 24, 23, 12, 98, 99] as [Int32] {
      let server = try TestServer()
      server.network.faults.listen = SocketError(code: code)
      do throws(ListenError) {
        try server.listen()
        Issue.record("listens all the same")
      } catch {
        #expect(error.error.code == code)
        #expect(error.setting.description == "PORT")
        if code != 23 { #expect(error.error.reason.description != "the system refused") }
      }
    }
  }

  // MARK: Clocks

  @Test("The monotonic clock goes back: no time-out comes early, none is lost for ever")
  func clockGoesBack() throws {
    let server = try TestServer { $0.requestTimeout = 10 * .second }
    let slow = server.connect(sending: "GET / HTTP/1.1\r\n")
    server.network.faults.clockJump = -3600 * .second
    server.run(for: .seconds(60))
    #expect(slow.received.isEmpty)
    let other = server.connect(sending: request("GET"))
    #expect(other.statuses == [200])
    server.network.faults.clockJump = 0
    server.run(for: .seconds(1))
    #expect(slow.statuses == [408])
  }

  @Test("The monotonic clock leaps ahead: what is overdue is closed, what comes then is served")
  func clockLeaps() throws {
    let server = try TestServer()
    let idle = server.connect(sending: request("GET"))
    let slow = server.connect(sending: "GET / HTTP/1.1\r\n")
    server.network.faults.clockJump = 7 * 86_400 * .second
    server.run(for: .seconds(1))
    #expect(idle.isClosed && slow.statuses == [408])
    #expect(server.connect(sending: request("GET")).statuses == [200])
  }

  @Test(
    "The wall clock jumps: the Date of responses does, and nothing else",
    arguments: [-2_000_000_000, -784_111_777, 0, 4_000_000_000] as [Int64])
  func wallClock(seconds: Int64) throws {
    let server = try TestServer { $0.requestTimeout = 10 * .second }
    let slow = server.connect(sending: "GET / HTTP/1.1\r\n")
    server.run(for: .milliseconds(9500))
    server.network.wallClockOffset += seconds
    server.run(for: .milliseconds(400))
    #expect(slow.received.isEmpty)
    server.run(for: .milliseconds(200))
    #expect(slow.statuses == [408])
    server.run(for: .seconds(1))
    let client = server.connect(sending: request("GET"))
    #expect(client.reply()["Date"]?.hasSuffix(" GMT") == true)
  }

  // MARK: The end

  @Test("A system that can turn away clients does, before the listening socket is closed")
  func refusal() throws {
    let server = try TestServer()
    server.network.canRefuse = true
    let waiting = server.connect()
    waiting.send(request("GET"))
    server.network.drainRequested = true
    server.run(for: .milliseconds(99))
    #expect(server.publicListener.isRefusing && !server.publicListener.isClosed)
    #expect(waiting.reply()["Connection"] == "close")
    // One whose handshake was under way.
    let late = Client()
    late.send(request("GET"))
    server.publicListener.queue.append(late)
    server.run()
    #expect(late.statuses == [200])
    server.run(for: .milliseconds(1))
    #expect(server.publicListener.isClosed)
    for client in [waiting, late] { client.finish() }
    server.run()
    #expect(server.isDrained)
  }
}
