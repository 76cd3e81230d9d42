extension Duration {
  /// Without the fraction.
  var wholeSeconds: Int64 { components.seconds }

  /// Zero for a negative one, and the largest number for one that is too long.
  var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = UInt64(clamping: seconds).multipliedReportingOverflow(
      by: 1_000_000_000)
    return overflow ? .max : product &+ UInt64(clamping: attoseconds / 1_000_000_000)
  }
}
