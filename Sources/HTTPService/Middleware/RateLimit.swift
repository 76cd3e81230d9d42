import HTTPCodec
import Memory

extension Routes {
  /// Middleware that lets a client through so often in a time, and answers it with 429 and Retry-After when it comes
  /// more often (RFC 6585 4). A client is an IPv4 address or an IPv6 /64; behind a proxy of `TRUSTED_PROXIES`, the one
  /// that the proxy names. Behind a proxy that is not among those, all clients are one: each can use up what the others
  /// have. Each instance counts for itself.
  ///
  /// ```swift
  /// routes.group("/login").use(routes.rateLimit(5, seconds: 60))
  /// ```
  ///
  /// - Parameters:
  ///   - requests: how many may come at once, and in each such time; at least 1.
  ///   - seconds: the time.
  ///   - clients: how many are told apart, which takes 16 octets each. The one that has been quiet longest, of a few
  ///     that are looked at, makes room for another. A client with more addresses than that (an IPv6 /48 has 65,536
  ///     networks) locks out no other client, but is not limited itself.
  public func rateLimit(_ requests: Int, seconds: Int, clients: Int = 1024) -> Middleware {
    usesClientAddress = true
    let limit = RateLimit(requests, seconds: seconds, clients: clients)
    return Middleware { context, response, next throws(HTTPError) in
      let key = context.exchange.client?.networkKey ?? 1
      let wait = limit.take(key, at: context.exchange.now)
      if wait == 0 { return try next(context, &response) }
      var seconds = OctetBuffer(limit: 32)
      seconds.append(decimal: wait)
      response.addField("Retry-After", seconds.octets)
      throw HTTPError(.tooManyRequests, "too many requests from this address")
    }
  }
}

/// Token buckets, one for each client: it fills at an even pace, and each request takes a part out.
final class RateLimit {
  private struct Bucket {
    var key: UInt64 = 0
    /// When it is full again, in nanoseconds: what is missing is the time until then.
    var fullAt: Int64 = 0
  }

  /// The time in which a request's part comes back, and that of all parts.
  private let interval: Int64
  private let capacity: Int64
  private var buckets = FixedArray<Bucket>()

  /// How many buckets a client may have its own in.
  private static var ways: Int { 8 }

  init(_ requests: Int, seconds: Int, clients: Int) {
    let period = Int64(max(1, min(seconds, 86_400))) &* 1_000_000_000
    interval = max(1, period / Int64(max(1, requests)))
    capacity = period
    // (A service that cannot keep its limit does not start.)
    precondition(
      buckets.reserve(max(RateLimit.ways, min(clients, 1 << 20)), repeating: Bucket()))
  }

  /// Takes a request's part from a client's bucket.
  ///
  /// - Returns: how many seconds it has to wait when there is not enough in it; 0 when there is.
  func take(_ key: UInt64, at now: Int64) -> Int64 {
    let place = bucket(of: key)
    var bucket = buckets[place]
    if bucket.key != key { bucket = Bucket(key: key, fullAt: now) }
    let fullAt = max(bucket.fullAt, now) &+ interval
    let missing = fullAt &- now &- capacity
    if missing > 0 { return (missing &+ 999_999_999) / 1_000_000_000 }
    bucket.fullAt = fullAt
    buckets[place] = bucket
    return 0
  }

  /// The bucket that is the client's, or else of a few the one that has been full longest.
  private func bucket(of key: UInt64) -> Int {
    // (Fibonacci hashing: the keys of one network differ in their last bits.)
    let start = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 33)
    var best = start % buckets.count
    for i in 0..<RateLimit.ways {
      let place = (start &+ i) % buckets.count
      if buckets[place].key == key { return place }
      if buckets[place].fullAt < buckets[best].fullAt { best = place }
    }
    return best
  }
}
