import Memory

extension ImmortalOctets {
  init(keeping text: String) {
    self = ImmortalOctets(copying: Array(text.utf8).span) ?? ImmortalOctets()
  }

  var text: String { String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
}
