/// The transport of a grant. A grant for one transport is none for the other.
public enum Transport: Sendable, Equatable {
  case tcp, udp

  /// The suffix of an address. TCP has none, as with Docker.
  var suffix: String { self == .udp ? "/udp" : "" }

  /// Takes the suffix off a text, and returns its transport.
  init(takingFrom text: inout Substring) {
    self = text.hasSuffix("/udp") ? .udp : .tcp
    for suffix in ["/udp", "/tcp"] where text.hasSuffix(suffix) {
      text = text.dropLast(suffix.count)
      return
    }
  }
}
