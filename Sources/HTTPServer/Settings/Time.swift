/// Times and durations are nanoseconds: of the monotonic clock, or since the Unix epoch. They are added and
/// subtracted with `&+` and `&-`: whatever a clock says, it must not be able to end the server.
extension Int64 {
  package static var second: Int64 { 1_000_000_000 }
  package static var millisecond: Int64 { 1_000_000 }
}
