import Foundation
import FuzzTargets

// fuzz --target=NAME [options of libFuzzer] [corpora]   one target under libFuzzer
// fuzz targets                                          their names
// fuzz unpack FILE FOLDER                               kept inputs as a corpus of libFuzzer's
// fuzz pack FOLDER FILE                                 and the other way round

/// libFuzzer's own main, for programs that have one themselves (FuzzerDriver.cpp).
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

private func unpack(_ file: URL, _ folder: URL) throws {
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let inputs = KeptInputs.inputs(try String(contentsOf: file, encoding: .utf8))
  for (number, input) in inputs.enumerated() {
    try Data(input).write(to: folder.appendingPathComponent("kept-\(number)"))
  }
}

private func pack(_ folder: URL, _ file: URL) throws {
  let files = try FileManager.default.contentsOfDirectory(
    at: folder, includingPropertiesForKeys: nil)
  let lines = try files.map { KeptInputs.line([UInt8](try Data(contentsOf: $0))) + "\n" }
  // Without the empty input, which is no line; sorted, so that a change shows what is new.
  let text = lines.filter { $0 != "\n" }.sorted().joined()
  try Data(text.utf8).write(to: file)
}

private let words = CommandLine.arguments
// libFuzzer passes over options that begin so, and repeats them to the processes it starts.
private let target = FuzzTarget.all.first { words.contains("--target=\($0.name)") }

switch words.dropFirst().first {
case "targets":
  print(FuzzTarget.all.map(\.name).joined(separator: " "))
case "unpack" where words.count == 4:
  try unpack(URL(fileURLWithPath: words[2]), URL(fileURLWithPath: words[3]))
case "pack" where words.count == 4:
  try pack(URL(fileURLWithPath: words[2]), URL(fileURLWithPath: words[3]))
default:
  guard target != nil else {
    print("usage: fuzz --target=NAME [options of libFuzzer] [corpora]; the names: fuzz targets")
    exit(2)
  }
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  let status = runDriver(&count, &arguments) { octets, count in
    let input = Array(UnsafeBufferPointer(start: octets, count: count))
    if let target, let complaint = target.check(input) {
      let line = "\(target.name): \(complaint)\n"
      write(2, line, line.utf8.count)
      abort()
    }
    return 0
  }
  exit(status)
}
