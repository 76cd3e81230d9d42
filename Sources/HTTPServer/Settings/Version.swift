/// The version of this package, in the log, the metrics and the status page.
enum Version {
  static var current: StaticString { "0.1.0" }
}
