/// What a service wants of the content of a request, as the head tells.
package struct ContentPlan {
  /// Whether a handler will see it: if not, a client that asks need not send it.
  package let isWanted: Bool
  /// The most octets; more is a 413.
  package let limit: Int
  /// The most nanoseconds from the first octet of the request to its last; 0 for what the driver allows.
  package let time: Int64

  package init(isWanted: Bool, limit: Int = .max, time: Int64 = 0) {
    self.isWanted = isWanted
    self.limit = limit
    self.time = time
  }
}
