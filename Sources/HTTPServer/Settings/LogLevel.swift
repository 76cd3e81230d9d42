import HTTPCodec

/// `LOG_LEVEL`: how much a log line matters. Less than the level that is set is not written.
package enum LogLevel: UInt8, Comparable {
  case debug, info, warn, error

  init?(_ text: Span<UInt8>) {
    self = .debug
    while text != name {
      guard let next = LogLevel(rawValue: rawValue + 1) else { return nil }
      self = next
    }
  }

  var name: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warn: "warn"
    case .error: "error"
    }
  }

  package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// `LOG_FORMAT`: the shape of log lines.
package enum LogFormat {
  case text, json

  init?(_ name: Span<UInt8>) {
    if name == "text" { self = .text } else if name == "json" { self = .json } else { return nil }
  }
}
