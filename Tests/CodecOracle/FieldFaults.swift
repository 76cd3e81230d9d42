/// What is wrong with the fields of a header section, all of it: the order of the fields is of no
/// account.
struct FieldFaults {
  let isHTTP11: Bool
  let hosts: [String]
  let lengths: [String]
  let codings: [String]
  let expectations: [String]
  /// The most octets of content.
  let room: Int

  /// The status of the most fundamental fault; nil without one.
  var status: Int? {
    if isAmbiguous { return 400 }
    if codings.contains(where: { $0.lowercased() != "chunked" }) { return 501 }
    if lengths.contains(where: { (Int($0) ?? .max) > room }) { return 413 }
    let members = expectations.flatMap { list($0) }.filter { !$0.isEmpty }
    return members.allSatisfy { $0 == "100-continue" } ? nil : 417
  }

  /// RFC 9112 3.2, 6.1, 6.3, 7.1.
  private var isAmbiguous: Bool {
    hosts.count > 1 || hosts.isEmpty && isHTTP11
      || !hosts.allSatisfy { NaiveReader.isAuthority($0) }
      || lengths.count > 1
      || !lengths.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(Grammar.digit.contains) }
      || !codings.isEmpty && (!lengths.isEmpty || !isHTTP11)
      || codings.count > 1
      || codings.map { list($0) }.contains {
        $0.contains("") || $0.last != "chunked" || $0.filter { $0 == "chunked" }.count > 1
      }
  }

  private func list(_ value: String) -> [String] {
    value.lowercased().split(separator: ",", omittingEmptySubsequences: false).map {
      var element = $0.drop { $0 == " " || $0 == "\t" }
      while element.last == " " || element.last == "\t" { element.removeLast() }
      return String(element)
    }
  }
}
