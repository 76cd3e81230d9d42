import HTTPCodec

/// `LOG_LEVEL`: how much a log line matters. Less than the level that is set is not written.
package enum LogLevel: UInt8, Comparable {
  case debug, info, warn, error

  init?(_ name: Span<UInt8>) {
    if name == "debug" {
      self = .debug
    } else if name == "info" {
      self = .info
    } else if name == "warn" {
      self = .warn
    } else if name == "error" {
      self = .error
    } else {
      return nil
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
