import HTTPCodec
import Sockets
import Testing

@testable import HTTPServer

/// The access log, where it is on for all requests and where it is on for some.
struct AccessLogTests {
  /// The microseconds in a line about a request that began with its turn.
  private func duration(_ journal: inout Journal) -> Int64? {
    let now = SystemProcess.monotonicTime()
    journal.beginTurn(at: now, wallClock: 0)
    journal.logAccess(
      .get, ("/" as StaticString).octets, Fields(),
      ConnectionState(keepsAlive: true, isHTTP11: true, began: now, peer: nil),
      RecordedAnswer(.ok, contentLength: 0, identity: nil))
    let text = journal.log.line.text.octets.text
    return text.split(separator: "duration_us=").last.flatMap { Int64($0.prefix { $0.isNumber }) }
  }

  @Test(
    "A request takes as long as it took, also where only some routes are logged",
    arguments: [true, false])
  func durations(isForAll: Bool) throws {
    var configuration = Configuration()
    configuration.accessLog = isForAll
    var journal = Journal(configuration)
    let isReserved = journal.reserve()
    #expect(isReserved)
    for _ in 0..<3 {
      let found = duration(&journal)
      let duration = try #require(found)
      // (A machine that has just started has a clock that says little.)
      #expect(duration < min(10_000_000, SystemProcess.monotonicTime() / 2000))
    }
  }
}
