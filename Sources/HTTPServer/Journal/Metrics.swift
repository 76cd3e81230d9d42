import HTTPCodec

/// What the server counts: 64-bit words and nothing else, so that the instances of a service can add
/// theirs up (`Scoreboard`).
struct Metrics {
  /// Values that an instance has only while it lives.
  struct Gauges {
    var connectionsOpen: UInt64 = 0
    var connectionsLimit: UInt64 = 0
    var instances: UInt64 = 1
    var memory: UInt64 = 0
  }

  /// Tells these metrics from those that another version has written. The number is raised when a field
  /// is added, removed or moved; a test holds it against the fields.
  static var layoutVersion: UInt64 { 4 }
  static var currentLayout: UInt64 {
    0x4D45_5452_0000_0000 | layoutVersion << 16 | UInt64(MemoryLayout<Metrics>.size)
  }

  private(set) var layout = Metrics.currentLayout
  /// In seconds since the Unix epoch; an instance that replaces another keeps that one's.
  var startTime: UInt64 = 0
  /// By method, then by status: `Method.count` times `Status.placeCount`.
  private var requests = InlineArray<450, UInt64>(repeating: 0)
  /// By status from 400 on: requests that were refused before a handler saw them.
  private var rejections = InlineArray<26, UInt64>(repeating: 0)
  var durations = DurationHistogram()
  var connectionsAccepted: UInt64 = 0
  var connectionsLost: UInt64 = 0
  var acceptPauses: UInt64 = 0
  var connectionsTimedOut: UInt64 = 0
  var connectionsEvicted: UInt64 = 0
  var connectionsOverLimit: UInt64 = 0
  var connectionsOutOfMemory: UInt64 = 0
  var octetsReceived: UInt64 = 0
  var octetsSent: UInt64 = 0
  var logLinesLost: UInt64 = 0
  var instancesStarted: UInt64 = 0
  var gauges = Gauges()

  mutating func add(_ other: Metrics) {
    unsafe withUnsafeMutableBytes(of: &self) { words in
      unsafe withUnsafeBytes(of: other) { others in
        // (Behind the layout and the start.)
        var offset = 16
        while offset < words.count {
          let sum =
            unsafe words.load(fromByteOffset: offset, as: UInt64.self)
            &+ others.load(fromByteOffset: offset, as: UInt64.self)
          unsafe words.storeBytes(of: sum, toByteOffset: offset, as: UInt64.self)
          offset += 8
        }
      }
    }
  }

  mutating func countRequest(_ method: Method, _ status: Status) {
    requests[index(method.rawValue, status.place)] &+= 1
  }

  /// Counts a request that no handler has seen.
  mutating func countRejection(_ method: Method, _ status: Status) {
    countRequest(method, status)
    rejections[Int(status.place) &- Status.firstErrorPlace] &+= 1
  }

  func count(_ method: Method, _ status: Status) -> UInt64 {
    requests[index(method.rawValue, status.place)]
  }

  /// How many requests were answered with a status of these classes (2 for 2xx).
  @inline(never)
  func requests(answeredWith classes: ClosedRange<Int>) -> UInt64 {
    var total: UInt64 = 0
    for place in requests.indices where requests[place] > 0 {
      let status = Status(place: UInt8(place % Status.placeCount))
      guard classes.contains(status.code / 100) else { continue }
      total &+= requests[place]
    }
    return total
  }

  func rejections(_ status: Status) -> UInt64 {
    rejections[Int(status.place) &- Status.firstErrorPlace]
  }

  private func index(_ method: UInt8, _ status: UInt8) -> Int {
    Int(method) &* Status.placeCount &+ Int(status)
  }
}
