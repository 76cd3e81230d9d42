/// The version of this package, in the log, the metrics and the status page.
enum Version {
  static var current: StaticString { "0.1.0" }

  /// The commit, in 40 hexadecimal digits behind a mark of 8 octets, by which `scripts/stamp` finds them in the
  /// built file. Zeros: the build is not of a commit.
  static var stamp: StaticString { "@commit:0000000000000000000000000000000000000000" }
}
