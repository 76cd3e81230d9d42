/// A command line that cannot be understood: one plain line says what is wrong with it.
public struct UsageError: Error, Equatable {
  public let message: String
  public init(_ message: String) { self.message = message }
}

/// How many characters must be inserted, removed, changed or swapped with their neighbour to turn one text
/// into the other (optimal string alignment).
package func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first.utf8), Array(second.utf8))
  var before: [Int] = []
  var last = Array(0...second.count)
  for i in first.indices {
    var row = [i + 1]
    for j in second.indices {
      var least = min(last[j] + (first[i] == second[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1)
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        least = min(least, before[j - 1] + 1)
      }
      row.append(least)
    }
    (before, last) = (last, row)
  }
  return last[second.count]
}
