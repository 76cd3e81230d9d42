import Sockets
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

/// Connections that only wait make room for new ones.
struct EvictionTests {
  private func metrics(_ server: TestServer) -> Metrics { server.loop.context.journal.metrics }

  @Test("Idle clients, however many, lock no other one out: the longest idle one goes")
  func idle() throws {
    let server = try TestServer { $0.maxConnections = 3 }
    var idle: [Client] = []
    for _ in 0..<3 {
      idle.append(server.connect(sending: request("GET")))
      server.run(for: .milliseconds(50))
    }
    server.run(for: .milliseconds(100))
    let good = server.connect(sending: request("GET"))
    #expect(good.statuses == [200])
    #expect(idle.map(\.isClosed) == [true, false, false])
    // One that has just been busy is not the longest idle one any more.
    idle[1].send(request("GET"))
    server.run(for: .milliseconds(150))
    let other = server.connect(sending: request("GET"))
    #expect(other.statuses == [200])
    #expect(idle.map(\.isClosed) == [true, false, true])
    #expect(metrics(server).connectionsEvicted == 2)
    #expect(metrics(server).connectionsTimedOut == 0)
  }

  @Test("A client between two requests is left alone for a tenth of a second")
  func grace() throws {
    let server = try TestServer { $0.maxConnections = 2 }
    let clients = (0..<2).map { _ in server.connect(sending: request("GET")) }
    let late = server.connect()
    late.send(request("GET"))
    server.run(for: .milliseconds(90))
    #expect(late.received.isEmpty)
    clients[0].send(request("GET"))
    server.run(for: .milliseconds(20))
    #expect(late.statuses == [200])
    #expect(clients[0].statuses == [200, 200])
    #expect(clients.map(\.isClosed) == [false, true])
  }

  @Test("As many clients as there are slots go on undisturbed when no other one comes")
  func undisturbed() throws {
    let server = try TestServer { $0.maxConnections = 3 }
    let clients = (0..<3).map { _ in server.connect(sending: request("GET")) }
    server.run(for: .seconds(30))
    for client in clients { client.send(request("GET")) }
    server.run()
    #expect(clients.allSatisfy { $0.statuses == [200, 200] })
    #expect(metrics(server).connectionsEvicted == 0)
  }

  @Test("Heads that are kept back for a second make room, the oldest one first")
  func slowHeads() throws {
    let server = try TestServer { $0.maxConnections = 3 }
    var slow: [Client] = []
    for head in ["G", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nX: "] {
      slow.append(server.connect(sending: head))
      server.run(for: .milliseconds(100))
    }
    let late = server.connect()
    late.send(request("GET"))
    // More of it does not prolong it.
    slow[0].send("E")
    server.run(for: .milliseconds(690))
    #expect(late.received.isEmpty)
    server.run(for: .milliseconds(60))
    #expect(late.statuses == [200])
    #expect(slow.map(\.isClosed) == [true, false, false])
    #expect(metrics(server).connectionsEvicted == 1)
  }

  @Test(
    "Clients that keep heads back, however many, delay no other one by more than a second or two")
  func slowHeadFlood() throws {
    let server = try TestServer { $0.maxConnections = 8 }
    var flood: [Client] = []
    for _ in 0..<10 {
      // They come again at once.
      for _ in 0..<20 {
        flood.append(server.connect())
        flood[flood.count - 1].send("GET / HT")
      }
      let good = server.connect()
      good.send(request("GET"))
      server.run(for: .seconds(4))
      #expect(good.statuses == [200])
    }
    #expect(metrics(server).connectionsTimedOut == 0)
  }

  @Test("A head that comes whole in time is answered, whatever the shortage")
  func slowButWhole() throws {
    let server = try TestServer { $0.maxConnections = 2 }
    let clients = (0..<2).map { _ in server.connect(sending: "GET / HTTP/1.1\r\n") }
    let late = server.connect()
    late.send(request("GET"))
    server.run(for: .milliseconds(950))
    for client in clients { client.send("Host: a\r\n\r\n") }
    server.run(for: .milliseconds(20))
    #expect(clients.allSatisfy { $0.statuses == [200] })
  }

  @Test("Content is waited for: an upload is no head that is kept back")
  func uploads() throws {
    let server = try TestServer { $0.maxConnections = 2 }
    let upload = server.connect(sending: request("POST", "/", ["Content-Length: 2"]) + "a")
    let slow = server.connect(sending: "GET / HT")
    server.run(for: .seconds(2))
    #expect(server.connect(sending: request("GET")).statuses == [200])
    #expect(slow.isClosed && !upload.isClosed)
    upload.send("b")
    server.run()
    #expect(upload.reply().text == "echo: ab")
  }

  @Test("A client that takes nothing of its response for five seconds makes room")
  func slowReaders() throws {
    let server = try TestServer { $0.maxConnections = 2 }
    let readers = (0..<2).map { _ in server.connect() }
    for reader in readers {
      reader.room = 10
      reader.send(request("GET"))
      server.run(for: .milliseconds(100))
    }
    let late = server.connect()
    late.send(request("GET"))
    server.run(for: .milliseconds(4700))
    #expect(late.received.isEmpty)
    server.run(for: .milliseconds(200))
    #expect(late.statuses == [200])
    #expect(readers.map(\.isClosed) == [true, false])
  }

  @Test("A head that is kept back on the admin port makes room for a probe")
  func slowAdminHeads() throws {
    let server = try TestServer { $0.adminPort = TestServer.adminPort }
    let slow = (0..<16).map { _ in server.connectToAdmin() }
    for client in slow { client.send("GET /livez") }
    server.run(for: .milliseconds(1100))
    #expect(server.adminAnswer(request("GET", "/livez")).status == 200)
    #expect(slow.filter(\.isClosed).count == 1)
  }

  @Test("Requests that are being read, or whose response is being sent, are not lost to it")
  func busy() throws {
    let server = try TestServer { $0.maxConnections = 2 }
    let reading = server.connect(sending: request("POST", "/", ["Content-Length: 2"]) + "a")
    let sending = server.connect()
    sending.room = 10
    sending.send(request("GET"))
    server.run(for: .seconds(1))
    let late = server.connect()
    late.send(request("GET"))
    server.run(for: .seconds(2))
    #expect(late.received.isEmpty)
    reading.send("b")
    sending.read(1000)
    server.run()
    #expect(reading.reply().text == "echo: ab")
    server.run(for: .milliseconds(200))
    #expect(late.statuses == [200])
    #expect(sending.statuses == [200])
  }

  @Test("Clients that say nothing, however many, do not take the place of one that comes back")
  func silentFlood() throws {
    let server = try TestServer { $0.maxConnections = 4 }
    let good = server.connect(sending: request("GET"))
    for round in 1...20 {
      for _ in 0..<3 { _ = server.connect() }
      server.run(for: .milliseconds(150))
      good.send(request("GET"))
      server.run()
      #expect(good.statuses.count == round + 1 && !good.isClosed)
    }
    #expect(metrics(server).connectionsEvicted > 20)
  }

  @Test("Clients that connect and say nothing, and those whose response is sent, make room too")
  func silent() throws {
    let server = try TestServer { $0.maxConnections = 2 }
    let refused = server.connect(sending: "nonsense\r\n")
    server.run(for: .milliseconds(10))
    let silent = server.connect()
    server.run(for: .milliseconds(200))
    // The one that has been quiet for longest.
    #expect(server.connect(sending: request("GET")).statuses == [200])
    #expect(refused.isClosed && !silent.isClosed)
    let busy = server.connect(sending: request("POST", "/", ["Content-Length: 2"]) + "a")
    #expect(!busy.isClosed)
    server.run(for: .milliseconds(200))
    #expect(server.connect(sending: request("GET")).statuses == [200])
    #expect(silent.isClosed && !busy.isClosed)
  }

  @Test(
    "Idle connections to the admin port silence no probe, and neither do those to the public one")
  func admin() throws {
    let server = try TestServer {
      $0.adminPort = TestServer.adminPort
      $0.maxConnections = 4
    }
    let idle =
      (0..<40).map { _ in server.connect() } + (0..<40).map { _ in server.connectToAdmin() }
    server.run(for: .seconds(1))
    for _ in 0..<50 {
      let probe = server.connectToAdmin()
      probe.send(request("GET", "/livez"))
      server.run(for: .milliseconds(200))
      #expect(probe.statuses == [200])
    }
    #expect(server.connect(sending: request("GET")).statuses == [200])
    #expect(!idle.isEmpty)
  }

  @Test("Without a descriptor for a new connection the longest idle one gives its own")
  func descriptors() throws {
    let server = try TestServer { $0.adminPort = TestServer.adminPort }
    let idle = (0..<3).map { _ in server.connect(sending: request("GET")) }
    server.run(for: .milliseconds(200))
    server.publicListener.exhaustions = 0
    server.publicListener.exhaustedUntil = server.now + 1
    let good = server.connect()
    good.send(request("GET"))
    server.run(for: .milliseconds(1))
    #expect(idle.map(\.isClosed) == [true, false, false])
    server.run(for: .milliseconds(150))
    #expect(good.statuses == [200])
  }
}
