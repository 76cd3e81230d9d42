import WasmHost

extension Options {
  /// `wasm-serve compile`.
  func compile() -> Int32 {
    do throws(HostError) {
      let engine = try Engine(isPortable: isPortable)
      try Module.precompile(path: operand, to: output ?? compiledPath, engine: engine)
      return 0
    } catch {
      complain(error.description)
      return ExitStatus.of(error)
    }
  }

  /// Where the compiled module is when nobody says: beside the module, with another extension.
  private var compiledPath: String {
    (operand.hasSuffix(".wasm") ? String(operand.dropLast(5)) : operand) + ".module"
  }

  /// `wasm-serve inspect`.
  func inspect() -> Int32 {
    do throws(HostError) {
      let inspection = try Inspection(
        path: operand, engine: try Engine(), memoryLimit: memory.bytes)
      let status = print(report(inspection))
      return status == 0 && !inspection.obstacles.isEmpty ? ExitStatus.badModule : status
    } catch {
      complain(error.description)
      return ExitStatus.of(error)
    }
  }

  private func report(_ inspection: Inspection) -> String {
    var text = """
      module: \(printable(operand))
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
