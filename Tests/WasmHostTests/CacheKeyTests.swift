import Glibc
import Logging
import Testing

@testable import WasmHost

struct CacheKeyTests {
  private let module = "(module (func (export \"_start\")))"

  @Test(
    "The code is SipHash-2-4 with 128 bits: the vectors of its authors",
    arguments: [
      (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
      (2, "8177228da4a45dc7fca38bdef60affe4"), (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
      (63, "5150d1772f50834a503e069a973fbd7c"),
    ])
  func vectors(count: Int, code: String) {
    let input = Array(0..<UInt8(count))
    // In every division into two parts.
    for place in 0...count {
      var hash = SipHash(key: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
      input[..<place].withUnsafeBytes { hash.update($0) }
      input[place...].withUnsafeBytes { hash.update($0) }
      let digits = hash.finalize().map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
      #expect(digits == code)
    }
  }

  @Test("Two texts side by side have the codes that each has alone")
  func sideBySide() {
    func hash() -> SipHash { SipHash(key: (1, 2)) }
    let octets = (0..<200).map { UInt8($0) }
    for (count, other) in [(0, 0), (8, 0), (64, 64), (64, 71), (80, 120)] {
      var (one, two, alone, aloneToo) = (hash(), hash(), hash(), hash())
      octets.withUnsafeBytes { octets in
        let first = UnsafeRawBufferPointer(rebasing: octets[..<count])
        let second = UnsafeRawBufferPointer(rebasing: octets[80..<(80 + other)])
        SipHash.update(&one, first, &two, second)
        alone.update(first)
        aloneToo.update(second)
      }
      #expect(one.finalize() == alone.finalize() && two.finalize() == aloneToo.finalize())
    }
  }

  @Test("The code depends on each octet, on their number and on the key")
  func dependence() {
    func code(_ octets: [UInt8], key: UInt8 = 0) -> [UInt8] {
      octets.withUnsafeBytes { CacheKey(Array(repeating: key, count: CacheKey.size)).code(of: $0) }
    }
    let octets = (0..<77).map { UInt8($0) }
    var codes: Set = [code(octets), code(octets, key: 1)]
    for count in 0..<77 { codes.insert(code(Array(octets[..<count]))) }
    for place in octets.indices {
      var changed = octets
      changed[place] ^= 1
      codes.insert(code(changed))
    }
    #expect(codes.count == 2 + 77 + 77)
  }

  @Test("An entry that another key has made is not run, though all of it is right")
  func foreignEntry() throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    let (own, stranger) = (try place.entry(), try CachePlace(assemble(module)))
    #expect(try stranger.load() == .miss)
    let foreign = try place.read(stranger.entry())
    // Same module, same engine, same code: only the key is another.
    let before = try place.read(own)
    #expect(before.dropLast(CacheKey.size) == foreign.dropLast(CacheKey.size))
    try place.write(foreign, to: own)
    #expect(try place.load() == .miss)
    #expect(try place.load() == .hit)
  }

  @Test("An entry with patched code and mended hashes is not run")
  func patchedEntry() throws {
    let place = try CachePlace(assemble(module))
    #expect(try place.load() == .miss)
    let path = try place.entry()
    var entry = try place.read(path)
    let code = try FileContent(path: place.file).withBytes { bytes in
      entry.withUnsafeBytes { entry in
        ModuleCacheEntry.code(
          in: UnsafeRawBufferPointer(rebasing: entry.dropLast(CacheKey.size)), for: bytes)?.count
      }
    }
    // The last octet of the code, and the hash over the code as the writer would have made it.
    let end = entry.count - CacheKey.size
    entry[end - 1] ^= 1
    let hash = entry[(end - (try #require(code)))..<end].withUnsafeBytes { fnv1a($0) }
    withUnsafeBytes(of: hash) { entry.replaceSubrange(40..<48, with: $0) }
    try place.write(entry, to: path)
    #expect(try place.load() == .miss)
  }

  @Test("The key is made once, for this user alone; what is left of a write is no key")
  func made() throws {
    let place = try CachePlace(assemble(module))
    #expect(place.makeCache() != nil)
    let path = place.keyDirectory + "/cache.key"
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size == 16)
    let first = try place.read(path)
    #expect(place.makeCache() != nil)
    #expect(try place.read(path) == first)
    for wrong in [[], [1, 2, 3], [UInt8](repeating: 7, count: 17)] as [[UInt8]] {
      try place.directory.write(wrong, "state/cache.key")
      #expect(place.makeCache() == nil)
    }
  }

  @Test("A key that others may read is none, nor is there a cache without a place for the key")
  func readable() throws {
    let place = try CachePlace(assemble(module))
    #expect(place.makeCache() != nil)
    #expect(chmod(place.keyDirectory + "/cache.key", 0o640) == 0)
    #expect(place.makeCache() == nil)
    #expect(chmod(place.keyDirectory + "/cache.key", 0o600) == 0)
    #expect(place.makeCache() != nil)
    #expect(place.makeCache(keyDirectory: "/proc/nothing") == nil)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    #expect(ModuleCache(directory: place.cacheDirectory, keyDirectory: nil, logger: logger) == nil)
  }

  @Test("A directory in a parent that others may write to is not used, unless the parent is sticky")
  func parents() throws {
    let place = try CachePlace(assemble(module))
    let parent = place.directory.path + "/open"
    #expect(mkdir(parent, 0o700) == 0)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    func isUsed() -> Bool {
      ModuleCache(directory: parent + "/a/cache", keyDirectory: place.keyDirectory, logger: logger)
        != nil
    }
    #expect(isUsed())
    for mode in [0o770, 0o707, 0o777] as [mode_t] {
      #expect(chmod(parent, mode) == 0)
      #expect(!isUsed())
      #expect(chmod(parent, mode | 0o1000) == 0)
      #expect(isUsed())
    }
  }
}
