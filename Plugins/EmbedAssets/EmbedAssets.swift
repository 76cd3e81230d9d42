import Foundation
import PackagePlugin

/// Embeds the files in the folder `Assets` of a target: `embed-assets` writes them as one C file.
@main
struct EmbedAssets: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard target is ClangSourceModuleTarget else {
      Diagnostics.error(
        "EmbedAssets is for a target of C: \(target.name) is none. See docs/building.md, \"Assets\"."
      )
      return []
    }
    let folder = target.directoryURL.appending(path: "Assets")
    guard let found = FileManager.default.enumerator(atPath: folder.path) else {
      Diagnostics.error("\(target.name) has no folder \(folder.path)")
      return []
    }
    // (Folders too: a file that is gone changes one of them.)
    let inputs = found.compactMap { $0 as? String }.sorted().map { folder.appending(path: $0) }
    let output = context.pluginWorkDirectoryURL.appending(path: "embedded_assets.c")
    return [
      .buildCommand(
        displayName: "Embedding the assets of \(target.name)",
        executable: try context.tool(named: "embed-assets").url,
        arguments: [folder.path, output.path], inputFiles: [folder] + inputs,
        outputFiles: [output])
    ]
  }
}
