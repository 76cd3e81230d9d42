import HTTPCodec
import HTTPService
import Memory
import Sockets

extension Metrics {
  /// Appends all of it in Prometheus' text format, version 0.0.4.
  @_optimize(size)
  func append(to response: inout Response, isReady: Bool) {
    let requests = describe("http_requests_total Requests answered.", "counter", &response)
    for methodIndex in 0..<UInt8(Method.count) {
      for place in 0..<UInt8(Status.placeCount) {
        let status = Status(place: place)
        guard let method = Method(rawValue: methodIndex), count(method, status) > 0 else {
          continue
        }
        response.write(requests)
        response.write("{method=\"")
        response.write(method.name)
        response.write("\",code=\"")
        // (Codes without a name here are counted by their class: 4xx.)
        response.write(Int64(status.isNamed ? status.code : status.code / 100))
        response.write(status.isNamed ? "\"} " : "xx\"} ")
        response.write(count: count(method, status))
      }
    }
    let rejected = describe(
      "http_requests_rejected_total Requests refused before a handler saw them.", "counter",
      &response)
    // Also those that have not been: a rate needs the zero before the one.
    for place in UInt8(Status.firstErrorPlace)..<UInt8(Status.namedCount) {
      let status = Status(place: place)
      guard let reason = status.rejection else { continue }
      response.write(rejected)
      response.write("{reason=\"")
      response.write(reason)
      response.write("\"} ")
      response.write(count: rejections(status))
    }
    let duration = describe(
      "http_request_duration_seconds From a request's first octet to its response.", "histogram",
      &response)
    durations.append(duration, to: &response)

    counter(
      connectionsAccepted, "http_connections_accepted_total Connections accepted.", &response)
    counter(
      connectionsLost,
      "http_connections_lost_total Connections gone before they could be accepted.", &response)
    counter(
      connectionsTimedOut,
      "http_connections_timed_out_total Connections closed because the client was too slow.",
      &response)
    counter(
      connectionsEvicted,
      "http_connections_evicted_total Idle or slow connections closed to make room for new ones.",
      &response)
    counter(
      connectionsOverLimit,
      "http_connections_over_limit_total Connections closed because their address had as many as it may.",
      &response)
    counter(
      connectionsOutOfMemory,
      "http_connections_out_of_memory_total Connections closed because there was not enough memory.",
      &response)
    counter(
      acceptPauses,
      "http_accept_pauses_total Times that accepting waited for a slot or a descriptor.", &response)
    gauge(gauges.connectionsOpen, "http_connections_open Connections open now.", &response)
    gauge(
      gauges.connectionsLimit, "http_connections_limit Connections that may be open.", &response)
    counter(octetsReceived, "http_received_bytes_total Octets received.", &response)
    counter(octetsSent, "http_sent_bytes_total Octets sent.", &response)
    counter(
      logLinesLost, "http_log_lines_lost_total Log lines dropped because they were not read.",
      &response)

    gauge(
      isReady ? 1 : 0, "http_server_ready 1 while requests are welcome, 0 in a drain.", &response)
    gauge(gauges.instances, "http_server_instances Instances that serve now.", &response)
    counter(
      instancesStarted,
      "http_server_instances_started_total Instances started since the service was.", &response)
    response.write(
      describe("http_server_build_info The version that answers.", "gauge", &response))
    response.write("{version=\"")
    response.write(Version.current)
    response.write("\",revision=\"")
    response.write(Version.stamp.octets.extracting(8..<48))
    response.write("\"} 1\n")
    if gauges.memory > 0 {
      gauge(
        gauges.memory, "wasm_memory_bytes Linear memory of all instances.", &response)
    }
    gauge(
      startTime, "process_start_time_seconds When it was started, since the Unix epoch.",
      &response)
    if let time = SystemProcess.processorTime {
      response.write(
        describe("process_cpu_seconds_total Processor time of the process.", "counter", &response))
      response.write(" ")
      response.write(nanosecondsAsSeconds: time)
      response.write("\n")
    }
  }

  /// - Parameter text: the name and, behind a space, what it means.
  private func counter(_ value: UInt64, _ text: StaticString, _ response: inout Response) {
    add(value, text, isCounter: true, &response)
  }

  private func gauge(_ value: UInt64, _ text: StaticString, _ response: inout Response) {
    add(value, text, isCounter: false, &response)
  }

  @inline(never)
  private func add(
    _ value: UInt64, _ text: StaticString, isCounter: Bool, _ response: inout Response
  ) {
    response.write(describe(text, isCounter ? "counter" : "gauge", &response))
    response.write(" ")
    response.write(count: value)
  }

  /// - Parameter text: the name and, behind a space, what it means.
  /// - Returns: the name.
  @inline(never) @_lifetime(immortal)
  private func describe(
    _ text: StaticString, _ type: StaticString, _ response: inout Response
  ) -> Span<UInt8> {
    let name = text.octets.split(at: UInt8(ascii: " ")).before
    response.write("# HELP ")
    response.write(text)
    response.write("\n# TYPE ")
    response.write(name)
    response.write(" ")
    response.write(type)
    response.write("\n")
    return name
  }
}

extension Status {
  /// Why a request was rejected with this status, as a label: one word for each status of
  /// `RequestError`, so that there are few. Nil for the others.
  var rejection: StaticString? {
    switch self {
    case .badRequest: "malformed"
    case .requestTimeout: "timeout"
    case .contentTooLarge: "request_too_large"
    case .uriTooLong: "target_too_long"
    case .fieldsTooLarge: "fields_too_large"
    case .expectationFailed: "unsupported_expectation"
    case .notImplemented: "not_implemented"
    case .versionNotSupported: "unsupported_version"
    default: nil
    }
  }
}

extension DurationHistogram {
  /// Appends the series of a Prometheus histogram: each bucket counts those before it as well.
  @_optimize(size)
  func append(_ name: Span<UInt8>, to response: inout Response) {
    let bounds = DurationHistogram.bounds
    var total: UInt64 = 0
    for place in counts.indices {
      total &+= counts[place]
      response.write(name)
      response.write("_bucket{le=\"")
      if place < bounds.count {
        response.write(nanosecondsAsSeconds: bounds[place])
      } else {
        response.write("+Inf")
      }
      response.write("\"} ")
      response.write(count: total)
    }
    response.write(name)
    response.write("_sum ")
    response.write(nanosecondsAsSeconds: sum)
    response.write("\n")
    response.write(name)
    response.write("_count ")
    response.write(count: total)
  }
}

extension Response {
  /// A number and the end of its line.
  @inline(never)
  mutating func write(count: UInt64) {
    content.append(decimal: count)
    write("\n")
  }

  /// "0.0025", "3".
  @inline(never)
  mutating func write(nanosecondsAsSeconds nanoseconds: UInt64) {
    content.append(decimal: nanoseconds / 1_000_000_000)
    var fraction = nanoseconds % 1_000_000_000
    guard fraction > 0 else { return }
    var digits = 9
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    write(".")
    content.append(decimal: fraction, minimumDigits: digits)
  }
}
