import CWasmtime

/// Why the engine ended a module, and the backtrace, innermost frame first.
public struct Trap: Error, Equatable, Sendable {
  public struct Frame: Equatable, Sendable {
    /// The name in the file beside the module, or in its name section; nil without one.
    public fileprivate(set) var function: String?
    public let functionIndex: UInt32
    /// Where the instruction is, in octets from the start of the module; nil when the engine does not know.
    public let moduleOffset: Int?
  }

  /// The cause, on one line.
  public let message: String
  public private(set) var frames: [Frame]

  /// Whether the guest has computed for longer than the engine's `handlerTimeout`.
  public let isInterrupt: Bool

  /// A trap that no engine has made, for tests of what follows from it.
  package init(message: String, isInterrupt: Bool = false) {
    self.message = message
    self.isInterrupt = isInterrupt
    frames = []
  }

  /// A new trap that ends an instance which was terminated. The engine takes ownership.
  static var terminated: OpaquePointer? { new("ended by the host") }

  /// A new trap that unwinds an instance with an exit status, which `Instance.run` reads first. The engine takes
  /// ownership.
  static var exit: OpaquePointer? { new("exit") }

  private static func new(_ message: StaticString) -> OpaquePointer? {
    message.withUTF8Buffer { bytes in
      wasmtime_trap_new(
        UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
  }

  /// Takes ownership of the engine's object.
  init(consuming trap: OpaquePointer) {
    defer { wasm_trap_delete(trap) }
    var text = wasm_byte_vec_t()
    wasm_trap_message(trap, &text)
    var frames = wasm_frame_vec_t()
    wasm_trap_trace(trap, &frames)
    self.init(text: String(consuming: &text), frames: &frames)
  }

  /// Takes ownership of the engine's object.
  ///
  /// - Parameter isInterrupt: whether the instance was ended because its time was over.
  init(consumingError error: OpaquePointer, isInterrupt: Bool = false) {
    defer { wasmtime_error_delete(error) }
    var text = wasm_byte_vec_t()
    wasmtime_error_message(error, &text)
    var frames = wasm_frame_vec_t()
    wasmtime_error_wasm_trace(error, &frames)
    self.init(text: String(consuming: &text), frames: &frames, isInterrupt: isInterrupt)
  }

  private init(text: String, frames: inout wasm_frame_vec_t, isInterrupt: Bool = false) {
    self.isInterrupt = isInterrupt
    defer { wasm_frame_vec_delete(&frames) }
    message = printable(Trap.cause(in: text))
    self.frames = (0..<frames.size).compactMap { index in
      guard let frame = frames.data[index] else { return nil }
      let name = wasmtime_frame_func_name(frame)
      let offset = wasm_frame_module_offset(frame)
      return Frame(
        function: name.map { String(decoding: $0.pointee.bytes, as: UTF8.self) },
        functionIndex: wasm_frame_func_index(frame),
        moduleOffset: offset < 0 ? nil : offset)
    }
  }

  /// The same trap with the names that a file has for its functions.
  func named(by names: FunctionNames?) -> Trap {
    guard let names, !frames.isEmpty else { return self }
    let found = names.names(of: Set(frames.map(\.functionIndex)))
    var trap = self
    for place in frames.indices {
      if let name = found[frames[place].functionIndex] { trap.frames[place].function = name }
    }
    return trap
  }

  /// The causes in the engine's text, the trap's own first. The text is a backtrace and a chain of causes that ends
  /// with the trap: "... Caused by: 0: memory fault at ... 1: wasm trap: out of bounds memory access".
  private static func cause(in text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
    let heading = lines.lastIndex { $0.hasPrefix("Caused by:") }
    let causes = heading.map { lines[($0 + 1)...] } ?? lines[...]
    let plain = causes.map { line in
      let unnumbered =
        line.prefix { $0.isNumber }.isEmpty ? line : line.drop { $0 != " " }.dropFirst()
      let prefix = "wasm trap: "
      return unnumbered.hasPrefix(prefix) ? unnumbered.dropFirst(prefix.count) : unnumbered
    }
    return plain.isEmpty ? "unknown trap" : plain.reversed().joined(separator: ": ")
  }
}

extension Trap.Frame: CustomStringConvertible {
  public var description: String {
    let name = function.map(printable) ?? "function \(functionIndex)"
    guard let moduleOffset else { return "at \(name)" }
    return "at \(name) (module offset 0x\(String(moduleOffset, radix: 16)))"
  }
}

extension wasm_byte_vec_t {
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: data, count: size) }
}

extension String {
  /// The text of a vector that the engine handed over, without the NUL that some texts end in.
  init(consuming vector: inout wasm_byte_vec_t) {
    var bytes = vector.bytes[...]
    if bytes.last == 0 { bytes = bytes.dropLast() }
    self.init(decoding: bytes, as: UTF8.self)
    wasm_byte_vec_delete(&vector)
  }

  /// The message of an error that the engine handed over, on one line.
  init(consumingError error: OpaquePointer) {
    var text = wasm_byte_vec_t()
    wasmtime_error_message(error, &text)
    wasmtime_error_delete(error)
    let lines = String(consuming: &text).split(whereSeparator: \.isNewline)
    self = lines.map { $0.drop { $0 == " " } }.joined(separator: " ")
  }
}
