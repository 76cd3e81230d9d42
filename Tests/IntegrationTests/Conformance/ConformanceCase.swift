import Testing

/// One message, or a few on one connection, and what a server must make of it.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
  enum Expectation: Sendable {
    /// These responses, in this order; the connection then serves another request.
    case answers([Answer])
    /// These responses, in this order; then the server closes, whatever comes behind them.
    case closes([Answer])
    /// One response with one of these statuses, which says why and that it is the last; then the
    /// server closes, whatever comes behind it.
    case refused([Int])
  }

  struct Answer: Sendable {
    var status: Int
    /// nil for any.
    var content: String?
    var isToHEAD = false
    /// A field that must be there, in lower case.
    var field: String?
  }

  let id: String
  /// What it is about: "9112 3.2" is section 3.2 of RFC 9112.
  let section: String
  let message: [UInt8]
  /// What the client sends although the message says that nothing follows (RFC 9112 9.6). It comes with the last
  /// octet of the message: the server may close at once behind it, and what came later would reset the connection.
  let behind: [UInt8]
  /// Whether the client closes its half behind the message.
  let ends: Bool
  let expectation: Expectation

  /// - Parameter message: characters up to U+00FF stand for octets.
  init(
    _ id: String, _ section: String, _ message: String, behind: String = "",
    ends: Bool = false, _ expectation: Expectation
  ) {
    self.id = id
    self.section = section
    self.message = message.unicodeScalars.map { UInt8($0.value) }
    self.behind = Array(behind.utf8)
    self.ends = ends
    self.expectation = expectation
  }

  var testDescription: String { "\(id) (RFC \(section))" }

  /// Only such a client may be sent a 100 (Continue).
  var mayContinue: Bool { id.hasPrefix("expect.") }

  static let all: [ConformanceCase] =
    requestLines + targets + fields + hosts + contentLengths + chunked + transferEncodings
    + connections + expectations + pipelines
}

extension ConformanceCase.Answer {
  typealias Answer = Self

  /// To GET /.
  static let page = Answer(status: 200, content: "conformance service")
  /// To HEAD /.
  static let head = Answer(status: 200, content: "", isToHEAD: true)

  /// To POST /.
  static func echo(_ content: String) -> Answer { Answer(status: 200, content: content) }

  static func status(_ status: Int) -> Answer { Answer(status: status) }

  /// With a field, in lower case.
  func with(_ field: String) -> Answer {
    var answer = self
    answer.field = field
    return answer
  }
}

/// A request with a Host field and others.
func request(_ line: String, _ fields: String..., content: String = "") -> String {
  let lines = [line, "Host: a"] + fields
  return lines.map { $0 + "\r\n" }.joined() + "\r\n" + content
}
