import ServerHarness

/// Runs a program on one processor: however many there are, compiling takes its time.
let onOneProcessor = """
  one=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/self/status)
  exec taskset --cpu-list "$one" "$@"
  """

/// A module that takes long to compile: a second or so for 500 functions, on one processor.
func bigModule(functions count: Int = 1500) throws -> (
  folder: TemporaryFolder, path: String
) {
  func number(_ value: Int) -> [UInt8] {
    var (value, octets) = (value, [UInt8]())
    repeat {
      octets.append(UInt8(value & 0x7f) | (value > 0x7f ? 0x80 : 0))
      value >>= 7
    } while value > 0
    return octets
  }
  func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] {
    [id] + number(content.count) + content
  }
  // Of one parameter, to which it adds and multiplies in turn.
  let step: [UInt8] = [0x20, 0, 0x41, 3, 0x6a, 0x41, 5, 0x6c, 0x21, 0]
  let body = [0] + Array(repeatElement(step, count: 1000).joined()) + [0x0b]
  let code = number(body.count) + body
  let module: [UInt8] =
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] + section(1, [1, 0x60, 1, 0x7f, 0])
    + section(3, number(count) + [UInt8](repeating: 0, count: count))
    + section(10, number(count) + Array(repeatElement(code, count: count).joined()))
  let folder = try TemporaryFolder()
  return (folder, try folder.write(module, as: "big.wasm"))
}
