/// How imports of a module and host functions match.
extension Import {
  func isSatisfied(by function: HostFunction) -> Bool {
    module == HostFunction.module && name == function.name
      && kind
        == .function(parameters: function.parameterTypes, results: function.resultTypes)
  }

  /// Why no host function satisfies the import.
  func refusal(by offered: [HostFunction]) -> HostError {
    let same = offered.filter { module == HostFunction.module && name == $0.name }
    let reason =
      switch kind {
      case .function(let parameters, let results) where !same.isEmpty:
        "as \(Import.signature(parameters, results)), but this host offers it as "
          + same.map(\.signature).joined(separator: " and as ")
      case .function: "which this host does not offer"
      case .global: "a global, but this host offers functions only"
      case .table: "a table, but this host offers functions only"
      case .memory: "a memory, but this host offers functions only"
      case .other: "but this host offers functions only"
      }
    return .unsupportedImport(module: module, name: name, reason: reason)
  }
}
