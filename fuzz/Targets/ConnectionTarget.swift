import HTTPCodec
import Sockets

@testable import CodecOracle
@testable import HTTPServer
@testable import ScriptedNetwork

extension FuzzTarget {
  /// The event loop on a network in memory, whose clients, clock and faults the octets play.
  static let connection = FuzzTarget(name: "connection") { ConnectionOracle().check($0) }
}

/// What must be true of a server, whatever its clients and its system do.
struct ConnectionOracle {
  /// A test puts one here that answers wrongly, to see that it is noticed.
  var routes: @Sendable () -> Routes = { .echo }

  func check(_ input: [UInt8]) -> String? {
    let complaints = Box<String?>(nil)
    let complain = { (text: String) in if complaints.value == nil { complaints.value = text } }
    guard let play = try? ConnectionPlay(Choices(input), routes(), complain) else { return nil }
    while complaints.value == nil, play.goOn() { play.checkMemory() }
    if complaints.value == nil { play.end() }
    return complaints.value
  }
}

/// One performance: the clients' side of it.
private final class ConnectionPlay {
  private static let second = 1_000_000_000 as Int64
  private var choices: Choices
  private let server: TestServer
  private let configuration: Configuration
  private let complain: (String) -> Void
  private var clients: [FuzzClient] = []
  private var requestCount = 0

  init(_ choices: Choices, _ routes: Routes, _ complain: @escaping (String) -> Void) throws {
    var choices = choices
    var configuration = Configuration()
    configuration.maxConnections = 1 + choices.next(below: 4)
    configuration.bufferSize = choices.pick([2048, 1, 16, 64])
    configuration.maxRequestSize = choices.pick([8192, 64, 300, 1000])
    configuration.keepAliveTimeout = 5 * ConnectionPlay.second
    configuration.requestTimeout = 2 * ConnectionPlay.second
    configuration.writeTimeout = 3 * ConnectionPlay.second
    configuration.drainTimeout = Int64(choices.next(below: 8)) * ConnectionPlay.second
    configuration.drainDelay = Int64(choices.next(below: 3)) * ConnectionPlay.second
    configuration.logLevel = .error
    if choices.next() % 2 == 0 { configuration.adminPort = TestServer.adminPort }
    let chosen = configuration
    server = try TestServer(routes: routes, complain: complain) { $0 = chosen }
    (self.choices, self.configuration, self.complain) = (choices, configuration, complain)
  }

  /// One step; false at the end of the program.
  func goOn() -> Bool {
    guard !choices.isEmpty, !server.isDrained else { return false }
    let code = choices.next()
    switch code & 0x1F {
    case 0, 1, 2: connect(to: 0)
    case 3: connect(to: 1)
    case 4...15: send(code & 0x1F)
    case 16: with { client in client.finish() }
    case 17: with { client in client.reset() }
    case 18:
      with { client in client.network.room = choices.pick([0, 1, 100, 20_000, .max]) }
    case 19:
      let count = choices.pick([1, 17, 1000, 40_000])
      with { client in if client.network.room != .max { client.network.read(count) } }
    case 20: with { client in client.network.largestSend = choices.pick([1, 7, 1000, .max]) }
    case 21: server.run(for: .milliseconds(choices.pick([1, 100, 999, 1500, 3000, 5000])))
    case 22: server.network.splitsEvents.toggle()
    case 23: server.network.repeatsEvents.toggle()
    case 24: listener.exhaustedUntil = server.now + Int64(choices.next()) * 10_000_000
    case 25: if !listener.isClosed { listener.queue.append(nil) }
    case 26: server.network.wallClockOffset += Int64(choices.next()) * 1000 - 100_000
    case 27: if choices.next() == 7 { listener.failure = SocketError(code: 9) }
    case 28: if choices.next() % 4 == 0 { server.network.drainRequested = true }
    default: server.run()
    }
    // Otherwise what comes next comes in the same turn.
    if code & 0x80 == 0 { server.run() }
    return true
  }

  private var listener: Listener { server.publicListener }

  private func connect(to index: Int) {
    guard index < server.network.listeners.count, clients.count < 12 else { return }
    let listener = server.network.listeners[index]
    if listener.isClosed || listener.failure != nil { return }
    let client = FuzzClient(usesAdminPort: index == 1)
    listener.queue.append(client.network)
    clients.append(client)
  }

  private func with(_ body: (FuzzClient) -> Void) {
    let number = choices.next()
    if !clients.isEmpty { body(clients[Int(number) % clients.count]) }
  }

  private func send(_ kind: UInt8) {
    with { client in
      if client.hasEnded { return }
      requestCount += 1
      let unique = "content of \(requestCount)"
      switch kind {
      case 4: client.send(request("POST", content: unique))
      case 5: client.send(request("GET"))
      case 6: client.send(chunkedRequest([unique, "", unique].filter { !$0.isEmpty }))
      case 7:
        client.send(
          (0...choices.next() % 16).map { request("POST", content: "\(unique).\($0)") }.joined())
      case 8: client.send(request("GET", "/octets?\(Int(choices.next()) * 120)"))
      case 9: client.send(request("HEAD") + request("OPTIONS", "*"))
      case 10:
        client.send(request("POST", "/", ["Expect: 100-continue"], content: unique))
      case 11: for octet in request("POST", content: unique).utf8 { client.send([octet]) }
      case 12: client.send(choices.take(choices.next(below: 64)))
      case 13: client.send(request("GET", "/", ["Connection: close"]))
      case 14:
        let begin = request("POST", content: unique)
        client.send(String(begin.prefix(Int(choices.next()) % begin.count)))
      default:
        let paths = ["/drain", "/readyz", "/metrics", "/livez"]
        client.send(request(choices.pick(["POST", "GET"]), choices.pick(paths)))
      }
    }
  }

  /// What a connection may hold at the most is what the log promises at start.
  func checkMemory() {
    let limit = server.loop.context.limits.input + server.loop.context.limits.output
    for client in clients where server.memory(of: client.network) > limit {
      return complain("a connection has \(server.memory(of: client.network)) octets of memory")
    }
    if server.openConnections > configuration.maxConnections { complain("too many connections") }
  }

  // MARK: The end

  func end() {
    let hadDrained = server.network.drainRequested || listener.isClosed || server.isDrained
    // Those that can read do; every second one goes, and the others stay for ever.
    listener.exhaustedUntil = 0
    for (place, client) in clients.enumerated() where !client.network.isReset {
      client.network.room = .max
      client.network.largestSend = .max
      if place % 2 == 0 { client.finish() }
    }
    server.run()
    // A slot's longest use is some ten seconds, and clients may have to wait for one in turn.
    for _ in 0...clients.count { server.run(for: .seconds(20)) }
    if !server.isDrained, server.openConnections > 0 || !listener.queue.isEmpty {
      return complain("\(server.openConnections) connections are left after all their time")
    }
    let wasDrained = hadDrained || server.isDrained || server.loop.context.services.isDraining
    server.network.drainRequested = true
    server.run()
    server.run(for: .seconds(30))
    if !server.isDrained { complain("the drain does not end") }

    let metrics = (
      received: server.loop.context.journal.metrics.octetsReceived,
      sent: server.loop.context.journal.metrics.octetsSent,
      timedOut: server.loop.context.journal.metrics.connectionsTimedOut,
      evicted: server.loop.context.journal.metrics.connectionsEvicted
    )
    let counted = clients.filter { !$0.usesAdminPort }
    let delivered = counted.reduce(0) { $0 + $1.network.delivered }
    let received = counted.reduce(0) { $0 + $1.network.received.count }
    if metrics.received != delivered {
      complain("\(delivered) octets came, not \(metrics.received)")
    }
    if metrics.sent != received { complain("\(received) octets went out, not \(metrics.sent)") }
    let isCalm = metrics.timedOut == 0 && metrics.evicted == 0 && !wasDrained
    for client in counted {
      if let complaint = client.complaint(configuration, mayBeCutShort: !isCalm) {
        complain("\(complaint); \(client)")
      }
    }
  }
}
