import CWasmtime

/// The contents of a module's file, and why this host cannot run it.
public struct Inspection: Sendable {
  public struct Item: Sendable {
    /// The name, made printable.
    public let name: String
    /// The type, as `function (i32) -> (i32)`.
    public let type: String
    /// Why this host does not offer an import; nil for what it offers, and for exports.
    public let refusal: String?
  }

  /// The size of the whole file in octets.
  public let size: Int
  /// The SHA-256 of the whole file, as sha256sum(1) prints it.
  public let digest: String
  /// The SHA-256 of the module in a file that contains compiled code as well; nil where the module is the file.
  public let moduleDigest: String?
  public private(set) var imports: [Item] = []
  public private(set) var exports: [Item] = []
  /// Why the host cannot run the module; empty when it can.
  public private(set) var obstacles: [String] = []

  /// - Throws: `unreadable`, `notAModule`, `excessive`.
  public init(path: String, engine: Engine, memoryLimit: Int64) throws(HostError) {
    self = try Module.withModule(path) { (bytes, _, entry) throws(HostError) in
      Inspection(
        try Module(compiling: bytes, path: path, engine: engine), bytes, entry: entry,
        memoryLimit: memoryLimit)
    }
  }

  private init(
    _ module: Module, _ bytes: UnsafeRawBufferPointer, entry: UnsafeRawBufferPointer?,
    memoryLimit: Int64
  ) {
    size = (entry ?? bytes).count
    digest = WasmHost.digest(of: entry ?? bytes)
    moduleDigest = entry.map { _ in WasmHost.digest(of: bytes) }
    for wanted in module.imports {
      let isOffered = HostFunction.preview1.contains(where: wanted.isSatisfied)
      let refusal = isOffered ? nil : wanted.refusal(by: HostFunction.preview1).description
      imports.append(
        Item(
          name: printableWord("\(wanted.module).\(wanted.name)"), type: "\(wanted.kind)",
          refusal: refusal))
      if let refusal { obstacles.append(refusal) }
    }
    readExports(of: module)
    if let shape = module.shape { check(shape, memoryLimit: memoryLimit) }
  }

  private mutating func readExports(of module: Module) {
    var vector = wasm_exporttype_vec_t()
    wasmtime_module_exports(module.handle.pointer, &vector)
    defer { wasm_exporttype_vec_delete(&vector) }
    var hasStart = false
    for place in 0..<vector.size {
      guard let item = vector.data[place], let name = wasm_exporttype_name(item),
        let type = wasm_exporttype_type(item)
      else { continue }
      let text = String(decoding: name.pointee.bytes, as: UTF8.self)
      let kind = Import.Kind(type)
      hasStart = hasStart || (text == "_start" && kind == .function(parameters: [], results: []))
      var description = "\(kind)"
      if kind == .memory {
        let memory = wasm_externtype_as_memorytype_const(type)
        description = Inspection.describe(memory)
      }
      exports.append(Item(name: printableWord(text), type: description, refusal: nil))
    }
    if !hasStart {
      obstacles.append("the module cannot be run: it exports no function _start () -> ()")
    }
  }

  /// Notes the limits for which an instance would be refused.
  private mutating func check(_ shape: ModuleShape, memoryLimit: Int64) {
    if shape.memoryPages > UInt64(memoryLimit) / 65_536 {
      obstacles.append("the module needs more memory than --memory grants")
    }
    let (tables, elements) = (InstanceLimits.tables, InstanceLimits.tableElements)
    if shape.tables.count > tables {
      obstacles.append("the module has \(shape.tables.count) tables; the limit is \(tables)")
    }
    if let largest = shape.tables.max(), largest > UInt64(elements) {
      obstacles.append("the module has a table of \(largest) elements; the limit is \(elements)")
    }
  }

  private static func describe(_ memory: OpaquePointer?) -> String {
    func kibibytes(_ pages: UInt64) -> String {
      "\(pages) pages, \(pages &* wasmtime_memorytype_page_size(memory) / 1024) KiB"
    }
    var most: UInt64 = 0
    let hasMost = wasmtime_memorytype_maximum(memory, &most)
    return "memory (\(kibibytes(wasmtime_memorytype_minimum(memory))); "
      + (hasMost ? "at most \(kibibytes(most)))" : "without a maximum)")
  }
}
