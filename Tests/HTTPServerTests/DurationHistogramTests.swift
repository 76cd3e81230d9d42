import Memory
import Testing

@testable import HTTPServer
@testable import ScriptedNetwork

struct DurationHistogramTests {
  private func text(_ histogram: DurationHistogram) -> [String] {
    var response = Response(contentLimit: 32_768, fieldsLimit: 8192)
    histogram.append(("d" as StaticString).octets, to: &response)
    return response.content.octets.text.split(separator: "\n").map(String.init)
  }

  @Test("Each class has what took at most so long, with all that was shorter")
  func classes() {
    var histogram = DurationHistogram()
    for duration in [0, 500_000, 500_001, 1_000_000, 30_000_000, 5_000_000_000, 5_000_000_001] {
      histogram.observe(Int64(duration))
    }
    histogram.observe(2_000_000, times: 10)
    let lines = text(histogram)
    #expect(lines.first == "d_bucket{le=\"0.0005\"} 2")
    #expect(lines.contains("d_bucket{le=\"0.001\"} 4"))
    #expect(lines.contains("d_bucket{le=\"0.0025\"} 14"))
    #expect(lines.contains("d_bucket{le=\"0.025\"} 14"))
    #expect(lines.contains("d_bucket{le=\"0.05\"} 15"))
    #expect(lines.contains("d_bucket{le=\"5\"} 16"))
    #expect(lines.suffix(3) == ["d_bucket{le=\"+Inf\"} 17", "d_sum 10.052000002", "d_count 17"])
    #expect(histogram.count == 17)
  }

  @Test("A clock that goes back takes no time")
  func negative() {
    var histogram = DurationHistogram()
    histogram.observe(-1)
    #expect(text(histogram).suffix(2) == ["d_sum 0", "d_count 1"])
  }

  @Test(
    "Seconds are written without needless digits",
    arguments: [
      (0, "0"), (1, "0.000000001"), (500_000, "0.0005"), (1_000_000_000, "1"),
      (2_500_000_000, "2.5"), (61_000_000_001, "61.000000001"),
    ] as [(UInt64, String)])
  func seconds(nanoseconds: UInt64, expected: String) {
    var response = Response(contentLimit: 32_768, fieldsLimit: 8192)
    response.write(nanosecondsAsSeconds: nanoseconds)
    #expect(response.content.octets.text == expected)
  }

  @Test("A request's duration begins with its first octet")
  func firstOctet() throws {
    let server = try TestServer()
    let client = server.connect(sending: "GET / HTTP/1.1\r\n")
    server.run(for: .milliseconds(300))
    client.send("Host: a\r\n\r\n" + request("GET") + request("GET"))
    server.run()
    #expect(client.statuses == [200, 200, 200])
    let durations = server.loop.context.journal.metrics.durations
    #expect(durations.count == 3)
    // The two behind it came whole.
    #expect(durations.sum >= 300_000_000 && durations.sum < 400_000_000)
    // What no handler has seen has none, and neither has the admin port.
    _ = server.answer("nonsense\r\n")
    #expect(server.loop.context.journal.metrics.durations.count == 3)
  }
}
