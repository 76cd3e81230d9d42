import CommandLine
import WasmHost

/// What the command line says, and what holds where it says nothing. The table of options, the help and the
/// manual page take the defaults from here.
struct Settings {
  /// Where the command line says nothing.
  static let standard = Settings()

  var environment: [InstanceConfiguration.Variable] = []
  /// Those that this process was to pass on and does not have.
  var unsetVariables: [String] = []
  var environmentFiles: [EnvironmentFile] = []
  var listen: [Grants.Grant] = []
  var allowConnect: [ConnectGrants.Grant] = []
  /// Nil for no limit.
  var maxConnections: UInt32?
  var memory = ByteSize(bytes: InstanceConfiguration().memoryLimit)
  var socketMemory = ByteSize(bytes: Int64(InstanceConfiguration().socketMemory))
  /// Nil for as many as there are cores.
  var workers: Int?
  /// Zero for no limit.
  var handlerTimeout = Duration.zero
  var watches = false
  var drainTimeout = Duration.seconds(30)
  var compileTimeout = Duration.seconds(120)
  /// Nil for the user's own.
  var cacheDirectory: String?
  var usesCache = true
  var allowsPrecompiled = false
  var readsStandardInput = false
  var isConfined = true
  var isQuiet = false
  /// Nil for the module's.
  var logFormat: LogFormat?
  /// Where `compile` writes; nil for a file beside the module.
  var output: String?
  var isPortable = false
  /// Whose completions are written.
  var shell = Shell.bash
  /// The module's file.
  var module = ""
  /// The module's own.
  var arguments: [String] = []

  /// The file's name, which is the module's first argument.
  var moduleName: String {
    module.lastIndex(of: "/").map { String(module[$0...].dropFirst()) } ?? module
  }

  /// The variables of files, then those of the command line: the last one of a name counts.
  var variables: [InstanceConfiguration.Variable] {
    environmentFiles.flatMap(\.variables) + environment
  }
}

enum LogFormat: String, CaseIterable {
  case text, json
}
