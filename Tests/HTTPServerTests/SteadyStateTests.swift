#if canImport(Glibc)
  import Glibc
  import HTTPCodec
  import Sockets
  import Testing

  @testable import HTTPServer
  @testable import ScriptedNetwork

  /// Once it is warm, a server takes no memory for a request that it does not give back.
  ///
  /// Measured in a process of its own, where nothing else allocates, with a network that does not
  /// either.
  struct SteadyStateTests {
    @Test("Ten thousand rounds of requests leave the heap as it was")
    func heap() async {
      await #expect(processExitsWith: .success) {
        for text in [
          request("GET"), request("POST", content: "hello") + chunkedRequest(["hello", "world"]),
          request("GET", "/octets?500") + request("HEAD") + request("OPTIONS", "*"),
          request("DELETE", "/", ["Connection: close"]), "nonsense\r\n",
        ] {
          let growth = try growth(text)
          // Less than one octet a round: the heap's own bookkeeping, no block that was lost.
          guard growth < 10_000 else {
            print("\(growth) octets more after: \(text)")
            exit(EXIT_FAILURE)
          }
        }
      }
    }

    @Test("The measurement sees a block that is lost in each round")
    func measurement() async {
      await #expect(processExitsWith: .success) {
        let lost = try growth(request("GET", "/lost"))
        exit(lost >= 10_000 * 16 ? EXIT_SUCCESS : EXIT_FAILURE)
      }
    }
  }

  /// How many octets the heap grows in 10,000 rounds of a text.
  private func growth(_ text: String) throws -> Int {
    var configuration = Configuration()
    configuration.maxConnections = 4
    configuration.logLevel = .error
    let routes = Routes()
    routes.get("/lost") { _, _ in _ = malloc(16) }
    routes.addEcho()
    let network = SteadySockets(text)
    var loop = EventLoop(configuration, routes, network: network)
    guard loop.reserve() else { throw CancellationError() }
    if let error = loop.listen(configuration) { throw error }
    func serve(_ rounds: Int) throws {
      network.rounds = 0
      while network.rounds < rounds { try loop.turn() }
    }
    try serve(1000)
    let before = heapInUse()
    try serve(10_000)
    return heapInUse() - before
  }

  /// The octets of the heap that are not free, as malloc_info(3) tells (which the Glibc module
  /// has not).
  private func heapInUse() -> Int {
    typealias MallocInfo = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
    guard let symbol = dlsym(nil, "malloc_info"), let file = tmpfile() else { return 0 }
    defer { fclose(file) }
    _ = unsafeBitCast(symbol, to: MallocInfo.self)(0, file)
    rewind(file)
    var buffer = [CChar](repeating: 0, count: 65_536)
    let count = fread(&buffer, 1, buffer.count, file)
    let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The last of each are the sums over all arenas.
    func size(_ begin: String) -> Int {
      let line = text.split(separator: "\n").last { $0.hasPrefix(begin) }
      let digits = line?.split(separator: "size=\"").last?.prefix { $0.isNumber }
      return digits.flatMap { Int($0) } ?? 0
    }
    return size("<system type=\"current\"") + size("<total type=\"mmap\"")
      - size("<total type=\"fast\"") - size("<total type=\"rest\"")
  }

  /// One client that sends the same again and again, in segments that cut it, and now and then
  /// takes only a part of what it gets. Where the server closes the connection it comes again.
  private final class SteadySockets: Sockets {
    /// How many times the text was sent as a whole.
    var rounds = 0

    private let text: [UInt8]
    private var position = 0
    private var sends = 0
    private var isConnected = false
    private var hasEnded = false
    private var watched: (token: Int, interest: Interest) = (0, [])
    private var listenerToken = 0
    private var time: Int64 = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    func listen(
      on address: SocketAddress, backlog: Int, buffer: Int
    ) throws(SocketError) -> Descriptor { 3 }
    func localAddress(of listener: Descriptor) -> SocketAddress? { nil }
    func peerAddress(of connection: Descriptor) -> SocketAddress? { nil }

    func accept(from listener: Descriptor) -> Acceptance {
      if isConnected { return .none }
      isConnected = true
      hasEnded = false
      position = 0
      return .connection(4)
    }

    func receive(
      from connection: Descriptor, into room: inout OutputSpan<UInt8>
    ) -> Transfer {
      if hasEnded { return .octets(0) }
      let count = min(text.count - position, room.freeCapacity, 100)
      for i in position..<position + count { room.append(text[i]) }
      position += count
      if position == text.count {
        position = 0
        rounds += 1
      }
      return .octets(count)
    }

    func send(_ octets: Span<UInt8>, to connection: Descriptor) -> Transfer {
      sends += 1
      let count = octets.count
      return sends % 3 == 0 ? .wouldBlock : .octets(sends % 3 == 1 ? min(count, 10_000) : count)
    }

    func finishSending(on connection: Descriptor) { hasEnded = true }

    func close(_ descriptor: Descriptor) { isConnected = false }

    func watch(_ descriptor: Descriptor, token: Int, for interest: Interest) {
      if descriptor == 3 { listenerToken = token } else { watched = (token, interest) }
    }

    func wait(nanoseconds: Int64?) throws(SocketError) -> Int {
      time += 1000
      return 1
    }

    func event(_ index: Int) -> Event {
      guard isConnected else {
        return Event(token: listenerToken, isReadable: true, isWritable: false)
      }
      return Event(
        token: watched.token, isReadable: watched.interest.contains(.read),
        isWritable: watched.interest.contains(.write))
    }

    var drainRequested: Bool { false }
    func monotonicTime() -> Int64 { time }
    func wallClockTime() -> Int64 { time }
  }
#endif
