import Foundation
import ServerHarness

/// A soak, from the start of its server to its end: cycles of a calm, a storm, a flood and a quiet
/// point, which are all alike.
final class SoakRun {
  enum Phase: String {
    case calm, storm, flood, quiet

    /// How long it lasts; a quiet point takes what it takes.
    var seconds: Double {
      switch self {
      case .calm: 4
      case .storm: 12
      case .flood: 4
      case .quiet: 0
      }
    }
  }

  let server: ServerProcess
  let cast: Cast
  let drains = DrainSeries()
  private(set) var growth: GrowthWatch
  private(set) var summary = Summary()
  private(set) var phase = Phase.calm
  let watch = Stopwatch()

  private let seconds: Double
  private let goodCrowd: Crowd
  private let hostileCrowd: Crowd
  private var progress = Progress()

  init(seconds: Double, seed: UInt64, connections: Int) throws {
    try DescriptorLimit.require(connections + 3000)
    self.seconds = seconds
    print("soak: seed \(seed), \(connections) hostile clients")
    cast = Cast(connections: connections, seed: seed)
    // Room for the storm; of the flood most have to wait.
    server = try ServerProcess(
      settings: [
        "ADMIN_PORT": "0", "MAX_CONNECTIONS": "\(connections + Cast.roomLeft)",
        "REQUEST_TIMEOUT": "5",
        "WRITE_TIMEOUT": "5",
      ],
      traits: Program.Traits(isInOwnGroup: true, keptOctets: 1 << 20))
    growth = GrowthWatch(atStart: try server.usage(), memoryLimit: try server.memoryLimit())
    goodCrowd = try Crowd(port: server.port)
    hostileCrowd = try Crowd(port: server.port)
  }

  /// - Returns: what was wrong, nil when nothing was.
  func run() -> String? {
    do {
      drains.start()
      while !isOver { try cycle() }
      try drains.stop()
      try end()
      return nil
    } catch {
      let time = Progress.time(watch.seconds)
      try? drains.stop()
      // What the clients see first of a server's end is that.
      let status = server.program.status.map { "the server has ended with status \($0): " } ?? ""
      return "after \(time), \(phase): \(status)\(error)"
    }
  }

  private var isOver: Bool { watch.seconds >= seconds || Interruption.hasCome }

  // MARK: A cycle

  private func cycle() throws {
    for role in cast.good { role.join(goodCrowd) }
    try stay(in: .calm)
    summary.calm.add(cast.good[0].tally.takeLatencies())

    for role in cast.hostile { role.join(hostileCrowd) }
    try stay(in: .storm)
    summary.storm.add(cast.good[0].tally.takeLatencies())

    cast.marathon.join(goodCrowd)
    cast.flood.join(hostileCrowd)
    try stay(in: .flood)
    while try !isOver && goodCrowd.present(cast.marathon.tally) > 0 {
      Thread.sleep(forTimeInterval: 0.25)
      try check()
    }
    _ = cast.good[0].tally.takeLatencies()
    try beQuiet()
  }

  private func stay(in phase: Phase) throws {
    self.phase = phase
    let end = watch.seconds + phase.seconds
    while watch.seconds < end && !isOver {
      Thread.sleep(forTimeInterval: 0.25)
      try check()
    }
  }

  /// All clients go, and the server must be as it was.
  private func beQuiet() throws {
    phase = .quiet
    try hostileCrowd.leave()
    try goodCrowd.finish()
    for role in cast.good + [cast.marathon] {
      let counts = role.tally.counts
      guard counts.answered == counts.requests else {
        throw TestFailure("\(role.tally.name): \(counts.requests - counts.answered) answers lost")
      }
    }
    try eventually("no connection is open") { try server.metric("http_connections_open") == 0 }
    // (The question itself is a connection, until the server has seen its end.)
    let limit = Stopwatch()
    var usage = try server.usage()
    while usage.descriptors != growth.atStart.descriptors && limit.seconds < 10 {
      Thread.sleep(forTimeInterval: 0.05)
      usage = try server.usage()
    }
    try growth.checkQuiet(usage)
    try check()
  }

  /// What must hold at any time.
  private func check() throws {
    guard server.program.status == nil else { throw TestFailure("nobody is there any more") }
    let usage = try server.usage()
    try growth.check(usage)
    for role in cast.all {
      if let text = role.tally.counts.failureTexts.first { throw TestFailure(text) }
      let lost = role.tally.counts.refused + role.tally.counts.cutOff
      if lost > 0 {
        throw TestFailure("\(role.tally.name): \(lost) connections without an answer")
      }
    }
    if let failure = drains.failure { throw TestFailure(failure) }
    progress.show(self, usage)
  }

  /// The server that has seen it all drains under load as well.
  private func end() throws {
    let tally = Tally("at the end")
    goodCrowd.join(tally, count: 32, rejoin: .untilRefused) { number in
      GoodClient(.keepAlive(pauseMilliseconds: 1), name: "end \(number)", seed: UInt64(number))
    }
    try eventually("there is load") { tally.counts.answered >= 500 }
    try DrainCause.terminate.begin(on: server)
    let status = try server.program.finish(seconds: 60).status
    try goodCrowd.waitUntilGone()
    let counts = tally.counts
    if let text = counts.failureTexts.first { throw TestFailure(text) }
    guard status == 0, counts.cutOff == 0, counts.answered == counts.requests else {
      throw TestFailure(
        "the last drain: status \(status), \(counts.requests - counts.answered) answers lost, "
          + "\(counts.cutOff) connections cut off")
    }
  }
}
