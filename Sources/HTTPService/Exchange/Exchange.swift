import HTTPCodec

/// What a driver tells of an exchange, one request and its response, beside the messages.
package struct Exchange {
  /// When the request is answered, in nanoseconds since the Unix epoch.
  package let wallClock: Int64
  /// The same in nanoseconds of a clock that only goes forward.
  package let now: Int64
  /// The client's address; nil where it is not known, or no handler wants it.
  package let client: IPAddress?

  package init(wallClock: Int64, now: Int64, client: IPAddress?) {
    self.wallClock = wallClock
    self.now = now
    self.client = client
  }
}
