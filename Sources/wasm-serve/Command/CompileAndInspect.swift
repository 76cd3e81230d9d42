import WasmHost

extension Settings {
  /// `wasm-serve compile`; returns the exit status.
  func compile() -> Int32 {
    do throws(HostError) {
      let engine = try Engine(isPortable: isPortable)
      try Module.precompile(path: module, to: output ?? compiledPath, engine: engine)
      return ExitStatus.success.code
    } catch {
      complain(error.description)
      return ExitStatus(error).code
    }
  }

  /// Where the compiled module is without `--output`: beside the module, with another extension.
  private var compiledPath: String {
    (module.hasSuffix(".wasm") ? String(module.dropLast(5)) : module) + ".module"
  }

  /// `wasm-serve inspect`; returns the exit status.
  func inspect() -> Int32 {
    do throws(HostError) {
      let inspection = try Inspection(
        path: module, engine: try Engine(), memoryLimit: memory.bytes)
      let status = writeOutput(report(inspection))
      return (status == .success && !inspection.obstacles.isEmpty ? .badModule : status).code
    } catch {
      complain(error.description)
      return ExitStatus(error).code
    }
  }

  private func report(_ inspection: Inspection) -> String {
    var text = """
      module: \(printable(module))
      size: \(inspection.size) octets
      sha256: \(inspection.digest)

      """
    if let digest = inspection.moduleDigest {
      text += """
        contains native code: yes, which is run with --allow-precompiled only; no sandbox holds it
        sha256 of the module in it: \(digest)

        """
    }
    text += "imports: \(inspection.imports.count)\n"
    for item in inspection.imports {
      text += "  \(item.name)  \(item.type)\(item.refusal == nil ? "" : "  NOT OFFERED")\n"
    }
    text += "exports: \(inspection.exports.count)\n"
    for item in inspection.exports { text += "  \(item.name)  \(item.type)\n" }
    if inspection.obstacles.isEmpty { return text + "this host can run it: yes\n" }
    for obstacle in inspection.obstacles { text += "this host can run it: no, \(obstacle)\n" }
    return text
  }
}
