/// Which host function a module's import means.
extension Import {
  func isSatisfied(by function: HostFunction) -> Bool {
    module == HostFunction.module && name == function.name
      && kind == .function(parameters: function.parameters, results: function.results)
  }

  /// Why no host function satisfies it.
  var refusal: HostError {
    let isNameKnown =
      module == HostFunction.module && HostFunction.all.contains { $0.name == name }
    let reason =
      switch kind {
      case .function(let parameters, let results) where isNameKnown:
        "but this host offers it with another type than "
          + Import.signature(parameters, results)
      case .function: "which this host does not offer"
      case .global: "a global, but this host offers functions only"
      case .table: "a table, but this host offers functions only"
      case .memory: "a memory, but this host offers functions only"
      case .other: "but this host offers functions only"
      }
    return .unsupportedImport(module: module, name: name, reason: reason)
  }
}
