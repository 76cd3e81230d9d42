/// What a grant is for: nothing that is granted for one of them is for the other.
public enum Transport: Sendable, Equatable {
  case tcp, udp

  /// Behind an address; as with Docker, TCP needs none.
  var suffix: String { self == .udp ? "/udp" : "" }

  /// Takes the suffix off a text.
  init(takingFrom text: inout Substring) {
    self = text.hasSuffix("/udp") ? .udp : .tcp
    for suffix in ["/udp", "/tcp"] where text.hasSuffix(suffix) {
      text = text.dropLast(suffix.count)
      return
    }
  }
}
