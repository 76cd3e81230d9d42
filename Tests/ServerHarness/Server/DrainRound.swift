import Foundation

/// One server that drains under load, and what its clients saw of that.
public struct DrainRound: Sendable {
  public struct Outcome: Sendable {
    public var rounds = 1
    public var answered = 0
    /// Connections that were made, and ended before the first octet of an answer.
    public var cutOff = 0
    /// Answers that the server has logged and no client has got, or the other way round.
    public var missing = 0
    public var failures: [String] = []

    public static let none = Outcome(rounds: 0)

    public static func + (left: Outcome, right: Outcome) -> Outcome {
      Outcome(
        rounds: left.rounds + right.rounds, answered: left.answered + right.answered,
        cutOff: left.cutOff + right.cutOff, missing: left.missing + right.missing,
        failures: left.failures + right.failures)
    }
  }

  public var flavour = Flavour.wasmServe
  public var cause: DrainCause
  /// `DRAIN_DELAY`.
  public var delay = "0"
  /// How many answers there are before the drain begins.
  public var warmUp = 1000
  public var traits = Program.Traits()

  public init(
    _ flavour: Flavour = .wasmServe, cause: DrainCause, delay: String = "0", warmUp: Int = 1000,
    traits: Program.Traits = Program.Traits()
  ) {
    self.flavour = flavour
    self.cause = cause
    self.delay = delay
    self.warmUp = warmUp
    self.traits = traits
  }

  /// - Throws: when the server does not start, or ends other than drained.
  public func run(_ name: String) throws -> Outcome {
    let server = try ServerProcess(
      flavour, settings: ["ADMIN_PORT": "0", "DRAIN_DELAY": delay, "ACCESS_LOG": "on"],
      traits: traits)
    let crowd = try Crowd(port: server.port)
    let kinds: [(Tally, count: Int, GoodClient.Manner)] = [
      (Tally("keep-alive"), 16, .keepAlive(pauseMilliseconds: 1)),
      (Tally("pipelining"), 4, .pipelining(5, pauseMilliseconds: 3)),
      (Tally("one-shot"), 12, .oneShot),
    ]
    for (tally, count, manner) in kinds {
      crowd.join(tally, count: count, rejoin: .untilRefused) { number in
        GoodClient(manner, name: "\(name), \(tally.name) \(number)", seed: UInt64(number))
      }
    }
    func sum(_ figure: (Tally.Counts) -> Int) -> Int {
      kinds.reduce(0) { $0 + figure($1.0.counts) }
    }
    try eventually("the load is running", seconds: 60) { sum(\.answered) >= warmUp }
    try cause.begin(on: server)
    let result = try server.program.finish(seconds: 60)
    try crowd.waitUntilGone()
    guard result.status == 0 else {
      throw TestFailure("\(name): status \(result.status): \(result.errors)")
    }
    let logged =
      result.output.split(separator: "\n").count { $0.contains("target=/load") }
      + linesLost(by: result)
    return Outcome(
      answered: sum(\.answered), cutOff: sum(\.cutOff), missing: abs(logged - sum(\.answered)),
      failures: kinds.flatMap(\.0.counts.failureTexts))
  }

  /// How many lines the server has not written, since a busy machine has not read those before them in time.
  private func linesLost(by result: Program.Result) -> Int {
    result.errorLines.filter { $0.contains("log lines were lost") }.reduce(0) { sum, line in
      sum + (line.split(separator: " lines=").last.flatMap { Int($0) } ?? 0)
    }
  }
}
