import ServerHarness

/// Who takes part: the kinds of clients, and how many of each.
struct Cast {
  struct Role {
    let tally: Tally
    let count: Int
    let rejoin: Rejoin
    var options = SocketOptions.usual
    let makePersona: @Sendable (Int) -> any Persona

    func join(_ crowd: Crowd) {
      crowd.join(tally, count: count, options: options, rejoin: rejoin, makePersona)
    }
  }

  /// How many connections a server accepts beside the hostile ones.
  static let roomLeft = 200

  /// There all the time, but for quiet points. The first one's latencies are shown.
  let good: [Role]
  /// A good one with very many requests on one connection, for which the flood is prolonged.
  let marathon: Role
  let hostile: [Role]
  /// More than there is room for, but not more than the listening socket's queue holds: where
  /// that overflows the system drops what clients send, and may reset them, good ones too.
  let flood: Role

  var all: [Role] { good + [marathon] + hostile + [flood] }

  init(connections: Int, seed: UInt64) {
    func role(
      _ name: String, _ count: Int, _ rejoin: Rejoin, _ options: SocketOptions = .usual,
      _ makePersona: @escaping @Sendable (Int) -> any Persona
    ) -> Role {
      Role(
        tally: Tally(name), count: count, rejoin: rejoin, options: options,
        makePersona: makePersona)
    }
    func good(_ name: String, _ count: Int, _ rejoin: Rejoin, _ manner: GoodClient.Manner) -> Role {
      role(name, count, rejoin) { number in
        GoodClient(manner, name: "\(name) \(seed)/\(number)", seed: seed &+ UInt64(number))
      }
    }
    /// A share of all, in percent.
    func share(_ percent: Int) -> Int { max(1, connections * percent / 100) }

    self.good = [
      good("keep-alive", 64, .always, .keepAlive(pauseMilliseconds: 5)),
      good("one-shot", 16, .afterPause(milliseconds: 5), .oneShot),
      good("pipelining", 8, .always, .pipelining(8, pauseMilliseconds: 10)),
    ]
    marathon = good(
      "100,000 requests", 1, .never, .marathon(100_000))

    let gets = ReluctantReader.messages(.gets)
    let posts = ReluctantReader.messages(.posts(octets: 8000))
    // Those that are refused at once come again a little later, the others when they are thrown out.
    let later = Rejoin.afterPause(milliseconds: 200)
    hostile =
      [
        role("slow header", share(25), .always) { _ in Trickler.slowHeader(milliseconds: 500) },
        role("slow body", share(25), .always) { _ in Trickler.slowBody(milliseconds: 500) },
        role("slow reader", share(15), .always, .narrow) { _ in
          ReluctantReader(gets, readsEveryMilliseconds: 300)
        },
        role("never reads", share(5), .always, .narrow) { _ in
          ReluctantReader(posts, readsEveryMilliseconds: nil)
        },
        role("silent", share(5), .always) { _ in Silent() },
        role("resets", share(5), .afterPause(milliseconds: 1000)) { Resetter($0) },
      ]
      + Offence.Kind.allCases.map { kind in
        let offences = kind.offences
        return role(kind.rawValue, share(5), later) { Offender(offences[$0 % offences.count]) }
      }
    flood = role("flood", Cast.roomLeft + 300, .always) { _ in Silent() }
  }
}
