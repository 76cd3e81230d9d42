import Foundation
import ServerHarness
import Testing

/// Clients that mean no good, by the thousand, on the real module: good ones are served all the
/// same, and nothing of the bad ones stays.
@Suite(.serialized)
struct HostileClientTests {
  /// Those that are beside the bad ones all the time.
  private func goodClients(_ crowd: Crowd, _ name: String = "good") -> Tally {
    let tally = Tally(name)
    crowd.join(tally, count: 64, rejoin: .always) { number in
      GoodClient(
        .keepAlive(pauseMilliseconds: 5), name: "\(name) \(number)", seed: UInt64(number))
    }
    return tally
  }

  private func expectGood(_ tally: Tally) {
    let counts = tally.counts
    #expect(counts.failureTexts == [])
    #expect(counts.answered == counts.requests)
    #expect(counts.answered > 0)
    #expect(counts.closed + counts.reset + counts.refused == 0)
  }

  private func waitUntilOpen(_ count: Int, _ server: ServerProcess) throws {
    try eventually("\(count) connections are open", seconds: 120) {
      try server.metric("http_connections_open") == count
    }
  }

  /// (A question to the admin port takes one as well, until the server has seen its end; at the start
  /// the host may be reading a file.)
  private func expectDescriptors(_ count: Int, _ server: ServerProcess) throws {
    try eventually("\(count) descriptors as at the start") {
      try server.usage().descriptors <= count
    }
  }

  // MARK: Thousands at once

  @Test("64 good clients are served beside 5,000 slow ones, which end by the server's time-outs")
  func thousandsOfSlowClients() throws {
    try DescriptorLimit.require(12_000)
    let server = try ServerProcess(
      settings: [
        "ADMIN_PORT": "0", "MAX_CONNECTIONS": "6000", "REQUEST_TIMEOUT": "20",
        "WRITE_TIMEOUT": "20",
      ])
    let limit = try server.memoryLimit()
    let atStart = try server.usage()
    let goodCrowd = try Crowd(port: server.port)
    let good = goodClients(goodCrowd)
    try eventually("good clients are served") { good.counts.answered >= 5000 }
    let without = good.takeLatencies()

    let slowCrowd = try Crowd(port: server.port)
    let headers = Tally("slow header")
    let contents = Tally("slow body")
    let readers = Tally("slow reader")
    slowCrowd.join(headers, count: 2000) { _ in Trickler.slowHeader(milliseconds: 500) }
    slowCrowd.join(contents, count: 2000) { _ in Trickler.slowBody(milliseconds: 500) }
    let gets = ReluctantReader.messages(.gets)
    slowCrowd.join(readers, count: 1000, options: .narrow) { _ in
      ReluctantReader(gets, readsEveryMilliseconds: 500)
    }
    try waitUntilOpen(5064, server)
    let before = good.counts.answered
    _ = good.takeLatencies()
    try eventually("good clients are served") { good.counts.answered >= before + 5000 }
    let with = good.takeLatencies()
    let atMost = try server.usage()
    #expect(atMost.anonymous - atStart.anonymous < limit)

    // Nobody of them goes by himself.
    try waitUntilOpen(64, server)
    #expect(try server.metric("http_connections_timed_out_total") == 5000)
    try eventually("all have been told") {
      headers.counts.statuses[408] == 2000 && contents.counts.statuses[408] == 2000
    }
    for tally in [headers, contents, readers] { #expect(tally.counts.failureTexts == []) }
    try slowCrowd.leave()

    try goodCrowd.finish()
    expectGood(good)
    try waitUntilOpen(0, server)
    let atEnd = try server.usage()
    try expectDescriptors(atStart.descriptors, server)
    #expect(atEnd.anonymous - atStart.anonymous < limit)
    print(
      """
      5,000 slow clients: anonymous memory \(atStart.anonymous >> 10) KiB at start, \
      \(atMost.anonymous >> 10) with them, \(atEnd.anonymous >> 10) after, bound \(limit >> 10); \
      good clients' p50 \(without.percentile(0.5)) ms without and \(with.percentile(0.5)) with, \
      p99 \(without.percentile(0.99)) and \(with.percentile(0.99))
      """)
  }

  // MARK: More than there is room for

  @Test("A good client does not wait for 1,100 that keep their heads back", arguments: Flavour.ours)
  func slowHeadsMakeRoom(flavour: Flavour) throws {
    try DescriptorLimit.require(4000)
    // (The time of a request is of no help here.)
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "REQUEST_TIMEOUT": "600"])
    let slow = try (0..<1100).map { _ in
      let client = try server.client()
      try client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
      return client
    }
    #expect(try server.client().get().status == 200)
    #expect(try server.metric("http_connections_timed_out_total") == 0)
    #expect(try server.metric("http_connections_evicted_total") >= 77)
    #expect(slow.count == 1100)
  }

  @Test("One address gets no more connections than its part", arguments: Flavour.ours)
  func addressLimit(flavour: Flavour) throws {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "MAX_CONNECTIONS_PER_ADDRESS": "20"])
    let greedy = try (0..<50).map { _ in try server.client() }
    try eventually("the others are closed") {
      try server.metric("http_connections_over_limit_total") == 30
    }
    #expect(try server.metric("http_connections_open") == 20)
    #expect(try greedy[0].get().status == 200)
    #expect(try greedy[49].readToEnd() == [])
    for client in greedy.prefix(5) { client.close() }
    try eventually("places are given back") {
      try (try? server.client().get(fields: "Connection: close\r\n").status) == 200
        && server.metric("http_connections_open") < 20
    }
  }

  @Test("The response to the last request of a connection closes it", arguments: Flavour.ours)
  func requestLimit(flavour: Flavour) throws {
    let server = try ServerProcess(flavour, settings: ["MAX_REQUESTS_PER_CONNECTION": "3"])
    let client = try server.client()
    #expect(try (0..<3).map { _ in try client.get().closes } == [false, false, true])
    #expect(try client.readToEnd() == [])
    #expect(try server.client().get().status == 200)
  }

  @Test("A full server waits without spinning, and serves good clients once slots are free")
  func floodWaits() throws {
    try DescriptorLimit.require(4000)
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0", "MAX_CONNECTIONS": "64", "REQUEST_TIMEOUT": "600"])
    let descriptors = try server.usage().descriptors
    let flood = try Crowd(port: server.port)
    let silent = Tally("silent")
    // All slots are in the middle of a request (idle ones would make room).
    let busy = try (0..<64).map { _ in
      let client = try server.client()
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
      return client
    }
    try waitUntilOpen(64, server)
    flood.join(silent, count: 2000) { _ in Silent() }
    // The others are in the queue, or the system tries for them again and again.
    try eventually("the queue is full") { silent.counts.open >= 1000 }
    let goodCrowd = try Crowd(port: server.port)
    let good = goodClients(goodCrowd)

    let watch = Stopwatch()
    let before = try server.usage().cpuSeconds
    Thread.sleep(forTimeInterval: 2)
    let share = (try server.usage().cpuSeconds - before) / watch.seconds
    // One that spins takes all of a processor's time, or what it gets of it.
    #expect(share < 0.1)
    #expect(try server.metric("http_connections_open") == 64)
    #expect(good.counts.answered == 0)

    for client in busy { client.close() }
    try flood.leave()
    try eventually("good clients are served", seconds: 60) { good.counts.answered >= 5000 }
    try goodCrowd.finish()
    expectGood(good)
    try waitUntilOpen(0, server)
    try expectDescriptors(descriptors, server)
    print("full, with 2,000 waiting: \(share) of a processor")
  }

  @Test("Good clients get in while a flood goes on, as the server's time-outs free slots")
  func floodGoesOn() throws {
    try DescriptorLimit.require(4000)
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0", "MAX_CONNECTIONS": "64", "REQUEST_TIMEOUT": "100ms"])
    let flood = try Crowd(port: server.port)
    flood.join(Tally("silent"), count: 800, rejoin: .always) { _ in Silent() }
    try waitUntilOpen(64, server)
    let goodCrowd = try Crowd(port: server.port)
    let good = goodClients(goodCrowd)
    try eventually("good clients are served", seconds: 60) {
      good.counts.connections >= 64 && good.counts.answered >= 1000
    }
    try goodCrowd.finish()
    // (One that has to wait for a processor is taken for idle, and gives its place to another.)
    #expect(good.counts.failureTexts.allSatisfy { $0.contains(" without an answer to ") })
    try flood.leave()
    try waitUntilOpen(0, server)
  }

  @Test("1,000 clients that ask and never read hold no more of the kernel's memory than is bounded")
  func kernelMemory() throws {
    try DescriptorLimit.require(4000)
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0", "MAX_CONNECTIONS": "1100", "WRITE_TIMEOUT": "600"])
    let limit = try server.memoryLimit()
    let total = try server.memoryTotal()
    let atStart = try server.usage()
    // Three megabytes of answers for each.
    let gets = Array(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 20_000).utf8)
    let crowd = try Crowd(port: server.port)
    crowd.join(Tally("never reads"), count: 1000) { _ in
      ReluctantReader(gets, readsEveryMilliseconds: nil)
    }
    try waitUntilOpen(1000, server)
    let queues = try KernelQueues.whenFull(port: server.port, count: 1000)
    let held = queues.reduce(0) { $0 + $1.total }
    #expect(queues.count >= 1000)
    // (A send that there is some room for may go beyond its part, by a segment.)
    let most = try #require(queues.map(\.total).max())
    #expect(most <= 320 << 10)
    let usage = try server.usage()
    #expect(held + usage.anonymous - atStart.anonymous <= limit)
    #expect(held + usage.resident <= total)
    #expect(try server.client().get().status == 200)
  }

  // MARK: One kind at a time

  /// Three waves of clients of a kind, beside good ones.
  private func waves(
    _ count: Int, settings: [String: String] = [:], options: SocketOptions = .usual,
    _ makePersona: @escaping @Sendable (Int) -> any Persona
  ) throws -> Tally.Counts {
    try DescriptorLimit.require(2 * count + 1000)
    let server = try ServerProcess(
      settings: ["ADMIN_PORT": "0", "MAX_CONNECTIONS": "3000"].merging(settings) { $1 })
    let limit = try server.memoryLimit()
    let atStart = try server.usage()
    let goodCrowd = try Crowd(port: server.port)
    let good = goodClients(goodCrowd)
    let tally = Tally("hostile")
    let crowd = try Crowd(port: server.port)
    var held: [Int] = []
    for _ in 0..<3 {
      crowd.join(tally, count: count, options: options, makePersona)
      try crowd.waitUntilGone(seconds: 120)
      try waitUntilOpen(64, server)
      held.append(try server.usage().anonymous)
    }
    try goodCrowd.finish()
    expectGood(good)
    try waitUntilOpen(0, server)
    try expectDescriptors(atStart.descriptors, server)
    #expect(try #require(held.max()) - atStart.anonymous < limit)
    // What the first wave needed is kept for the next ones, which need no more.
    #expect(held[2] - held[0] < 2 << 20, "\(held)")
    #expect(tally.counts.failureTexts == [])
    #expect(tally.counts.cutOff == 0, "\(tally.counts.cutOffTexts)")
    return tally.counts
  }

  @Test("Clients that reset in the middle leave nothing behind")
  func resetters() throws {
    let counts = try waves(1000) { Resetter($0) }
    #expect(counts.connections == 3000)
  }

  @Test("What is wrong is answered as it must be", arguments: Offence.Kind.allCases)
  func offenders(kind: Offence.Kind) throws {
    let offences = kind.offences
    let counts = try waves(480) { Offender(offences[$0 % offences.count]) }
    let answered = offences.count { !$0.endsUnanswered }
    #expect(counts.statuses.values.reduce(0, +) == 1440 / offences.count * answered)
  }

  @Test("Clients that never read are gone after WRITE_TIMEOUT, and hold no more than the bound")
  func neverReads() throws {
    let posts = ReluctantReader.messages(.posts(octets: 8000))
    let counts = try waves(400, settings: ["WRITE_TIMEOUT": "2"], options: .narrow) { _ in
      ReluctantReader(posts, readsEveryMilliseconds: nil)
    }
    #expect(counts.reset == 1200)
  }

  @Test("Clients that say nothing are gone after REQUEST_TIMEOUT")
  func silence() throws {
    let counts = try waves(1000, settings: ["REQUEST_TIMEOUT": "2"]) { _ in Silent() }
    #expect(counts.closed == 3000)
  }

  // MARK: One for long

  @Test("100,000 requests on one connection are answered, each with its own answer")
  func marathon() throws {
    let server = try ServerProcess(settings: ["ADMIN_PORT": "0"])
    let descriptors = try server.usage().descriptors
    let crowd = try Crowd(port: server.port)
    let warmUp = Tally("warm-up")
    crowd.join(warmUp, count: 1) { _ in
      GoodClient(.marathon(10_000), name: "warm-up", seed: 1)
    }
    try crowd.waitUntilGone()
    try waitUntilOpen(0, server)
    let before = try server.usage()
    let tally = Tally("marathon")
    crowd.join(tally, count: 1) { _ in GoodClient(.marathon(100_000), name: "marathon", seed: 2) }
    try crowd.waitUntilGone(seconds: 120)
    let counts = tally.counts
    #expect(counts.failureTexts == [])
    #expect(counts.connections == 1)
    #expect(counts.answered == 100_000)
    try waitUntilOpen(0, server)
    let after = try server.usage()
    try expectDescriptors(descriptors, server)
    #expect(after.anonymous - before.anonymous < 1 << 20)
  }
}
