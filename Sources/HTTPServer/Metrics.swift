import HTTPCodec

/// What the server counts: 64-bit words and nothing else, which instances of a service add up
/// (`Board`).
struct Metrics {
  /// Told apart from what another version has written.
  static var currentLayout: UInt64 { 0x4D45_5452_0000_0000 | UInt64(MemoryLayout<Metrics>.size) }

  private(set) var layout = Metrics.currentLayout
  /// By method, then by status: `Method.count` times `Status.count`.
  private var requests = InlineArray<400, UInt64>(repeating: 0)
  var connectionsAccepted: UInt64 = 0
  var connectionsLost: UInt64 = 0
  var acceptPauses: UInt64 = 0
  var connectionsTimedOut: UInt64 = 0
  var connectionsOutOfMemory: UInt64 = 0
  var octetsReceived: UInt64 = 0
  var octetsSent: UInt64 = 0
  var logLinesLost: UInt64 = 0
  var connectionsOpen: UInt64 = 0

  mutating func add(_ other: Metrics) {
    withUnsafeMutableBytes(of: &self) { words in
      withUnsafeBytes(of: other) { others in
        // (Behind the layout's word.)
        var offset = 8
        while offset < words.count {
          let sum =
            words.load(fromByteOffset: offset, as: UInt64.self)
            &+ others.load(fromByteOffset: offset, as: UInt64.self)
          words.storeBytes(of: sum, toByteOffset: offset, as: UInt64.self)
          offset += 8
        }
      }
    }
  }

  mutating func countRequest(_ method: Method, _ status: Status) {
    requests[index(method.rawValue, status.rawValue)] &+= 1
  }

  private func index(_ method: UInt8, _ status: UInt8) -> Int {
    Int(method) &* Status.count &+ Int(status)
  }

  /// Appends all of it in Prometheus' text format, version 0.0.4.
  func append(to response: inout Response, isReady: Bool, uptimeSeconds: Int64) {
    describe("http_requests_total", "counter", "Requests answered.", &response)
    for methodIndex in 0..<UInt8(Method.count) {
      for statusIndex in 0..<UInt8(Status.count) {
        let count = requests[index(methodIndex, statusIndex)]
        guard count > 0, let method = Method(rawValue: methodIndex),
          let status = Status(rawValue: statusIndex)
        else { continue }
        response.write("http_requests_total{method=\"")
        response.write(method.name)
        response.write("\",code=\"")
        response.write(Int64(status.code))
        response.write("\"} ")
        response.write(Int64(clamping: count))
        response.write("\n")
      }
    }
    add(
      connectionsAccepted, "http_connections_accepted_total", "counter", "Connections accepted.",
      &response)
    add(
      connectionsLost, "http_connections_lost_total", "counter",
      "Connections gone before they could be accepted.", &response)
    add(
      connectionsTimedOut, "http_connections_timed_out_total", "counter",
      "Connections closed because their client was too slow or silent.", &response)
    add(
      connectionsOutOfMemory, "http_connections_out_of_memory_total", "counter",
      "Connections closed because there was no memory for them.", &response)
    add(
      logLinesLost, "http_log_lines_lost_total", "counter",
      "Log lines dropped because nobody read the log.", &response)
    add(
      acceptPauses, "http_accept_pauses_total", "counter",
      "Times that accepting waited, for a free slot or for descriptors.", &response)
    add(
      connectionsOpen, "http_connections_open", "gauge", "Connections open now.",
      &response)
    add(octetsReceived, "http_received_bytes_total", "counter", "Octets received.", &response)
    add(octetsSent, "http_sent_bytes_total", "counter", "Octets sent.", &response)
    add(
      isReady ? 1 : 0, "http_server_ready", "gauge",
      "1 while requests are welcome, 0 in a drain.", &response)
    add(
      UInt64(clamping: uptimeSeconds), "http_server_uptime_seconds", "gauge",
      "Seconds since the server started.", &response)
  }

  @inline(never)
  private func add(
    _ value: UInt64, _ name: StaticString, _ type: StaticString, _ help: StaticString,
    _ response: inout Response
  ) {
    describe(name, type, help, &response)
    response.write(name)
    response.write(" ")
    response.write(Int64(clamping: value))
    response.write("\n")
  }

  @inline(never)
  private func describe(
    _ name: StaticString, _ type: StaticString, _ help: StaticString, _ response: inout Response
  ) {
    response.write("# HELP ")
    response.write(name)
    response.write(" ")
    response.write(help)
    response.write("\n# TYPE ")
    response.write(name)
    response.write(" ")
    response.write(type)
    response.write("\n")
  }
}
