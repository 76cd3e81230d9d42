import HTTPCodec
import Memory
import Sockets

@testable import HTTPServer

private struct OutOfMemory: Error {}

/// An event loop on a scripted network.
final class TestServer {
  static let port: UInt16 = 1234
  static let adminPort: UInt16 = 9090

  let network: ScriptedSockets
  var loop: EventLoop<ScriptedSockets>
  private let configuration: Configuration

  /// - Parameters:
  ///   - listening: false for one whose ports the test opens.
  ///   - complain: told what the server, or who drives it, does wrong.
  ///   - change: of a configuration for 8 connections that logs errors only.
  init(
    routes: Routes = .echo, listening: Bool = true, complain: @escaping (String) -> Void,
    _ change: (inout Configuration) -> Void = { _ in }
  ) throws {
    network = ScriptedSockets(complain: complain)
    var configuration = Configuration()
    configuration.maxConnections = 8
    configuration.logLevel = .error
    // What `request` has in Host.
    configuration.adminHosts = ImmortalOctets("server.example")
    change(&configuration)
    self.configuration = configuration
    loop = EventLoop(configuration, routes, network: network)
    if !loop.reserve() { throw OutOfMemory() }
    if listening { try listen() }
  }

  func listen() throws(ListenError) {
    if let error = loop.listen(configuration) { throw error }
  }

  var isDrained: Bool { loop.drain.isDone }
  var openConnections: Int { loop.context.ports[.application].openConnections }
  var publicListener: Listener { network.listeners[0] }
  var now: Int64 { network.time }

  /// A client of the public port; it waits to be accepted.
  func connect() -> Client { connect(to: TestServer.port) }

  /// A client at an address of 4 or 16 octets.
  func connect(from octets: [UInt8]) -> Client {
    let client = connect()
    var address = AddressOctets()
    for (place, octet) in octets.enumerated() { address[place] = octet }
    client.address = SocketAddress(octets: address, isIPv6: octets.count == 16, port: 50_000)
    return client
  }

  func connectToAdmin() -> Client { connect(to: TestServer.adminPort) }

  private func connect(to port: UInt16) -> Client {
    let client = Client()
    if let listener = network.listeners.first(where: { $0.port == port }), !listener.isClosed,
      !listener.isRefusing
    {
      listener.queue.append(client)
    } else {
      network.complain("connection refused")
    }
    return client
  }

  /// A client that has sent something, which has been dealt with.
  func connect(sending text: String) -> Client {
    let client = connect()
    client.send(text)
    run()
    return client
  }

  /// Turns the loop until so much time has gone by and all that there is to do then is done.
  func run(for duration: Duration = .zero) {
    network.pause = network.time + duration.nanoseconds
    network.noteProgress()
    repeat {
      if isDrained { return }
      do {
        try loop.turn()
      } catch {
        network.complain("the loop ended: \(error)")
        return
      }
    } while !network.isSpinning && (network.time < network.pause || network.isReady)
  }

  /// The octets of memory that a connection's buffers hold.
  func memory(of client: Client) -> Int {
    for slot in 0..<loop.connections.capacity where loop.connections.contains(slot) {
      guard loop.connections[slot].descriptor == client.descriptor else { continue }
      return loop.connections[slot].input.capacity + loop.connections[slot].output.capacity
    }
    return 0
  }
}

extension Routes {
  /// The echo service, and `/octets?n`: a response of n octets, which are different from those of
  /// another place.
  static var echo: Routes {
    let routes = Routes()
    routes.addEcho()
    return routes
  }

  func addEcho() {
    get("/octets") { context, response in
      var count = 0
      if let query = context.request.query { count = Int(query.decimal(upTo: 1 << 30) ?? 0) }
      let letters = ("abcdefghijklmnopqrs" as StaticString).octets
      for _ in 0..<count / 19 { response.write(letters) }
      response.write(letters.extracting(first: count % 19))
    }
    get { _, response in
      response.write("GET request processed successfully")
    }
    post { context, response in
      response.contentType = "text/plain"
      response.write("echo: ")
      response.write(context.request.content)
    }
  }

  /// One handler for GET on every path.
  static func answering(_ handler: @escaping Handler) -> Routes {
    let routes = Routes()
    routes.get("/{path...}", handler)
    return routes
  }
}

extension ImmortalOctets {
  /// The octets of a text.
  init(keeping text: String) {
    self = ImmortalOctets(copying: Array(text.utf8).span) ?? ImmortalOctets()
  }
}

func octets(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 19) }
}
