import Glibc

/// Why a module cannot be loaded, compiled or started. Each description is one plain line.
public enum HostError: Error, Equatable {
  /// The file cannot be read, with the system's reason.
  case unreadable(path: String, reason: String)
  /// The compiled module cannot be written, with the system's reason.
  case unwritable(path: String, reason: String)
  /// The bytes are not a core WebAssembly module that the engine accepts.
  case notAModule(path: String, reason: String)
  /// The module is beyond the limits of what this host compiles.
  case excessive(path: String, reason: String)
  /// The module imports something that this host does not offer.
  case unsupportedImport(module: String, name: String, reason: String)
  /// The engine cannot make an instance of the module.
  case notInstantiable(reason: String)
  /// A socket that was passed to this process cannot be used.
  case unfitSocket(name: String, reason: String)
  /// The system has no more of a resource that the host needs. It may have it again later.
  case shortage(of: String, reason: String)
  /// The engine itself failed.
  case engine(String)
}

extension HostError: CustomStringConvertible {
  /// One line, whatever the names in it contain.
  public var description: String { printable(text) }

  private var text: String {
    switch self {
    case .unreadable(let path, let reason):
      "cannot read module '\(path)': \(reason)"
    case .unwritable(let path, let reason):
      "cannot write '\(path)': \(reason)"
    case .notAModule(let path, let reason):
      "'\(path)' is not a WebAssembly module: \(reason)"
    case .excessive(let path, let reason):
      "'\(path)' is not compiled: \(reason)"
    case .unsupportedImport(let module, let name, let reason):
      "the module imports \(printableWord("\(module).\(name)")), \(reason)"
    case .notInstantiable(let reason):
      "the module cannot be instantiated: \(reason)"
    case .unfitSocket(let name, let reason):
      "the passed socket \(name) cannot be used: \(reason)"
    case .shortage(let resource, let reason):
      "the system has no \(resource) left: \(reason)"
    case .engine(let reason):
      "the engine \(reason)"
    }
  }
}

/// The system's description of an error number.
package func describe(error number: Int32) -> String {
  String(cString: strerror(number))
}
