import Glibc
import Logging
import Testing

@testable import WasmHost

struct CacheTests {
  private let module = "(module (func (export \"_start\")))"

  @Test("The first start misses, the next hits, and the module runs from the cache")
  func hit() throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
    let loaded = try Module.load(path: place.file, engine: engine(), cache: place.makeCache())
    #expect(loaded.origin.result == .hit)
    let instance = try Instance(
      loaded.module, configuration: InstanceConfiguration(), drain: Drain())
    guard case .exited(status: 0) = try instance.run() else {
      Issue.record("did not run")
      return
    }
    var status = stat()
    #expect(stat(place.cacheDirectory, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    #expect(stat(try place.entry(), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test(
    "Entries are bounded in number; those go that were not used for longest, and nothing else does")
  func pruned() throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    let folder = place.cacheDirectory
    let entry = try place.entry()
    func put(_ name: String, age: Int) throws {
      let path = "\(folder)/\(name)"
      try place.write([1, 2, 3], to: path)
      let time = timespec(tv_sec: Glibc.time(nil) - age, tv_nsec: 0)
      try #require(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
    }
    func exists(_ name: String) -> Bool { access("\(folder)/\(name)", F_OK) == 0 }
    let digits = (0..<100).map { number in
      let text = String(number, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    for (number, name) in digits.enumerated() { try put("\(name).module", age: 1000 + number) }
    // One that a writer was killed over, one that is being written, and files of other kinds.
    try put("\(digits[0]).module.abcdef", age: 7200)
    try put("\(digits[1]).module.abcdef", age: 60)
    for name in ["note.module", "\(digits[2]).txt", "\(digits[3])"] {
      try put(name, age: 9_000_000)
    }
    // The entry was used now, however old it is.
    let old = timespec(tv_sec: 1, tv_nsec: 0)
    try #require(utimensat(AT_FDCWD, entry, [old, old], 0) == 0)
    #expect(try place.load() == .hit)
    // Entries are looked through when one is added.
    try place.write(try assemble("(module (func (export \"_start\") nop))"), to: place.file)
    #expect(try place.load() == .miss)
    #expect(access(entry, F_OK) == 0)
    let left = digits.filter { exists("\($0).module") }
    #expect(left == Array(digits.prefix(ModuleCache.mostEntries - 2)))
    #expect(!exists("\(digits[0]).module.abcdef") && exists("\(digits[1]).module.abcdef"))
    for name in ["note.module", "\(digits[2]).txt", "\(digits[3])"] { #expect(exists(name)) }
  }

  @Test("Without a cache nothing is written")
  func off() throws {
    let place = try CachePlace(assemble(module))
    #expect(try Module.load(path: place.file, engine: engine(), cache: nil).origin.result == .off)
    #expect(access(place.cacheDirectory, F_OK) != 0)
  }

  @Test("A module that changed is compiled anew")
  func changed() throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    try place.write(try assemble("(module (func (export \"_start\") nop))"), to: place.file)
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
  }

  @Test(
    "A damaged entry is compiled anew and replaced",
    arguments: [0, 8, 16, 24, 40, 48, 170, -1, -100])
  func damaged(offset: Int) throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    var content = try place.read(try place.entry())
    content[offset < 0 ? content.count + offset : offset] ^= 0x55
    try place.write(content, to: try place.entry())
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
  }

  @Test(
    "A truncated, empty or foreign entry is compiled anew and replaced",
    arguments: [0, 1, 100, 168, 500])
  func truncated(count: Int) throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    let content = try place.read(try place.entry())
    try place.write(Array(content.prefix(count)), to: try place.entry())
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
  }

  @Test("Another module's entry under this one's name is not run")
  func collision() throws {
    let other = try CachePlace(assemble("(module (func (export \"_start\") unreachable))"))
    #expect(try other.load() == .miss)
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    try place.write(try other.read(try other.entry()), to: try place.entry())
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
  }

  @Test("An entry that others may write to is not used")
  func writableEntry() throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    #expect(chmod(try place.entry(), 0o666) == 0)
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
  }

  @Test(
    "A directory that others may write to is not used",
    arguments: [0o770, 0o707, 0o777] as [mode_t])
  func unsafeDirectory(mode: mode_t) throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    #expect(chmod(place.cacheDirectory, mode) == 0)
    #expect(place.makeCache() == nil)
    #expect(chmod(place.cacheDirectory, 0o755) == 0)
    #expect(place.makeCache() != nil)
  }

  @Test("A symbolic link or a file is no directory of ours")
  func notADirectory() throws {
    let place = try CachePlace(assemble(module))
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    func cache(_ directory: String) -> ModuleCache? {
      ModuleCache(directory: directory, keyDirectory: place.keyDirectory, logger: logger)
    }
    #expect(cache(place.directory.path + "/own") != nil)
    #expect(cache(place.file) == nil)
    #expect(symlink("/tmp", place.directory.path + "/link") == 0)
    #expect(cache(place.directory.path + "/link") == nil)
    #expect(cache("/proc/nothing/here") == nil)
  }

  @Test("A file that cannot be read says why")
  func unreadable() throws {
    #expect(
      throws: HostError.unreadable(path: "/nowhere/x.wasm", reason: "No such file or directory")
    ) {
      try Module.load(path: "/nowhere/x.wasm", engine: engine(), cache: nil)
    }
    #expect(throws: HostError.unreadable(path: "/tmp", reason: "Is a directory")) {
      try Module.load(path: "/tmp", engine: engine(), cache: nil)
    }
    #expect(throws: HostError.unreadable(path: "/dev/zero", reason: "it is no file")) {
      try Module.load(path: "/dev/zero", engine: engine(), cache: nil)
    }
  }

  @Test("A pipe and a huge file are refused at once, and not read")
  func unread() throws {
    let directory = try TemporaryDirectory()
    let pipe = directory.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: HostError.unreadable(path: pipe, reason: "it is no file")) {
      try Module.load(path: pipe, engine: engine(), cache: nil)
    }
    let huge = try directory.write([], "huge")
    #expect(truncate(huge, 1 << 40) == 0)
    #expect(
      throws: HostError.excessive(path: huge, reason: "the file has more than 512 MiB")
    ) {
      try Module.load(path: huge, engine: engine(), cache: nil)
    }
  }
}
