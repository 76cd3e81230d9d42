/// A command line that cannot be understood: one plain line says what is wrong with it.
public struct UsageError: Error, Equatable {
  public let message: String
  public init(_ message: String) { self.message = message }
}

/// How many characters must be inserted, removed or changed to turn one text into the other (Levenshtein).
func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second.utf8)
  var row = Array(0...second.count)
  for (i, a) in first.utf8.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, b) in second.enumerated() {
      let change = diagonal + (a == b ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, row[j] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
