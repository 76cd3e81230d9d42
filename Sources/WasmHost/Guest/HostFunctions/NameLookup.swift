import Glibc

// sock_getaddrinfo, in the layout of WasmEdge's extension: the guest brings a list of `addrinfo`
// records with room for an address and a name at each, and the host fills them in.

extension Instance {
  /// Arguments: node, its length, service, its length, hints, a pointer to the list's first record,
  /// the list's length, and where to put the number of records that were filled.
  func sockGetAddrInfo(_ arguments: Arguments) throws(Errno) {
    let node = try text(arguments[0], count: arguments[1])
    let service = try text(arguments[2], count: arguments[3])
    let hints = try AddressInfo(at: arguments[4], in: memory)
    let list = try memory.load(arguments[5], as: UInt32.self)
    let capacity = arguments[6]
    _ = try memory.pointer(arguments[7], count: 4, align: 4)
    guard node != nil || service != nil else { throw .ainoname }
    guard capacity > 0 else { throw .aimemory }
    var wanted = try hints.forHost(hasNode: node != nil)

    // What is not granted may be an address in numbers still: that asks nobody.
    let isRefused = node.map { !destinations.allowLookup(of: $0) } ?? false
    let isNumeric = hints.flags & AddressInfo.numericHost != 0
    if isRefused { wanted.ai_flags |= AI_NUMERICHOST }
    var found: UnsafeMutablePointer<addrinfo>?
    // (With empty strings where the guest has none, there would be no way to say so.)
    let result = withOptionalCString(node) { node in
      withOptionalCString(service) { service in getaddrinfo(node, service, &wanted, &found) }
    }
    if let node, isRefused, !isNumeric, result == EAI_NONAME {
      reportRefusal("getaddrinfo", node, granted: destinations.grants.map(\.description))
      throw .notcapable
    }
    guard result == 0 else { throw Errno(lookup: result) }
    defer { freeaddrinfo(found) }

    let answers = sequence(first: found) { $0?.pointee.ai_next }.compactMap { answer in
      answer.flatMap { Answer($0.pointee, flags: hints.flags) }
    }
    if let node, !isRefused {
      for host in destinations.didResolve(node, to: answers.map(\.address.host)) {
        reportLocalAddress(SocketAddress(host: host, port: 0), of: node)
      }
    }
    let count = try store(answers, in: list, capacity: capacity)
    try memory.store(count, at: arguments[7])
  }

  /// Fills the list's records in order. An address for which a record has too little room is left
  /// out: a guest that is made for IPv4 gives 14 bytes.
  private func store(
    _ answers: [Answer], in list: UInt32, capacity: UInt32
  ) throws(Errno) -> UInt32 {
    var count: UInt32 = 0
    var place = list
    for answer in answers where count < capacity {
      let record = try AddressInfo(at: place, in: memory)
      guard try answer.store(in: record, at: place, memory) else { continue }
      count += 1
      place = record.next
    }
    guard count > 0 else { throw .aimemory }
    return count
  }

  /// A guest's text, with or without NUL at its end; nil when it is empty.
  private func text(_ address: UInt32, count: UInt32) throws(Errno) -> String? {
    let bytes = try memory.bytes(address, count: count)
    // The longest name of a host has 253 octets, and an address with its zone is shorter.
    guard count <= 256 else { throw .ainoname }
    // The names of hosts and services are ASCII; what is not need not get into the log either.
    let content = bytes.prefix { 0x21...0x7e ~= $0 }
    guard bytes[content.endIndex...].allSatisfy({ $0 == 0 }) else { throw .ainoname }
    return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
  }
}

/// An `addrinfo` record of 28 bytes: flags u16 @0, family u8 @2, type u8 @3, protocol u8 @4, length
/// of the address u32 @8, `sockaddr` @12, name @16 and room for it @20, next record @24.
private struct AddressInfo {
  static let numericHost: UInt16 = 1 << 2
  private static let canonicalName: UInt16 = 1 << 1

  let flags: UInt16
  let family: UInt8
  let type: UInt8
  let transport: UInt8
  let socketAddress: UInt32
  let name: UInt32
  let nameCapacity: UInt32
  let next: UInt32

  init(at address: UInt32, in memory: GuestMemory) throws(Errno) {
    let record = try memory.pointer(address, count: 28, align: 4)
    flags = record.load(as: UInt16.self)
    family = record.load(fromByteOffset: 2, as: UInt8.self)
    type = record.load(fromByteOffset: 3, as: UInt8.self)
    transport = record.load(fromByteOffset: 4, as: UInt8.self)
    socketAddress = record.load(fromByteOffset: 12, as: UInt32.self)
    name = record.load(fromByteOffset: 16, as: UInt32.self)
    nameCapacity = record.load(fromByteOffset: 20, as: UInt32.self)
    next = record.load(fromByteOffset: 24, as: UInt32.self)
  }

  /// The hints of getaddrinfo(3).
  func forHost(hasNode: Bool) throws(Errno) -> addrinfo {
    let hostFlags = [
      AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_V4MAPPED, AI_ALL, AI_ADDRCONFIG,
    ]
    guard flags >> UInt16(hostFlags.count) == 0, hasNode || flags & AddressInfo.canonicalName == 0
    else { throw .aibadflag }
    guard family <= 2 else { throw .aifamily }
    guard transport <= 2, type <= 2 else { throw .nosys }
    var hints = addrinfo()
    for (bit, flag) in hostFlags.enumerated() where flags >> UInt16(bit) & 1 == 1 {
      hints.ai_flags |= flag
    }
    hints.ai_family = [AF_UNSPEC, AF_INET, AF_INET6][Int(family)]
    hints.ai_socktype = [0, Answer.datagram, Answer.stream][Int(type)]
    hints.ai_protocol = [0, Int32(IPPROTO_TCP), Int32(IPPROTO_UDP)][Int(transport)]
    return hints
  }
}

/// One of the host's answers, as far as the ABI has words for it.
private struct Answer {
  static let datagram = Int32(SOCK_DGRAM.rawValue)
  static let stream = Int32(SOCK_STREAM.rawValue)

  let address: SocketAddress
  private let flags: UInt16
  private let type: UInt8
  private let transport: UInt8
  private let zone: UInt32
  private let name: [UInt8]?

  init?(_ answer: addrinfo, flags: UInt16) {
    var storage = sockaddr_storage()
    guard let name = answer.ai_addr, answer.ai_addrlen <= MemoryLayout<sockaddr_storage>.size
    else { return nil }
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: name, count: Int(answer.ai_addrlen)))
    }
    // (Without a type in the hints there are answers for raw sockets as well.)
    guard let address = SocketAddress(storage),
      answer.ai_socktype == Answer.stream || answer.ai_socktype == Answer.datagram
    else { return nil }
    self.address = address
    self.flags = flags
    type = answer.ai_socktype == Answer.stream ? 2 : 1
    transport = answer.ai_socktype == Answer.stream ? 1 : 2
    zone =
      address.host.count == 4
      ? 0 : withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in6.self).sin6_scope_id }
    self.name = answer.ai_canonname.map { name in
      (0..<strlen(name)).map { UInt8(bitPattern: name[$0]) }
    }
  }

  /// What follows the family in the system's `sockaddr_in` and `sockaddr_in6`: port (network order)
  /// and address; with IPv6 the flow between them and the zone after them.
  private var data: [UInt8] {
    let port = [UInt8(address.port >> 8), UInt8(address.port & 0xff)]
    let zone = withUnsafeBytes(of: zone) { Array($0) }
    return address.host.count == 4
      ? port + address.host + [UInt8](repeating: 0, count: 8)
      : port + [0, 0, 0, 0] + address.host + zone
  }

  /// The record's `sockaddr` of 12 bytes: family u8 @0, room for the data u32 @4, data @8.
  ///
  /// - Returns: false when there is too little room for the address.
  /// - Throws: `aimemory` when there is too little room for the name.
  func store(
    in record: AddressInfo, at place: UInt32, _ memory: GuestMemory
  ) throws(Errno) -> Bool {
    let socketAddress = try memory.pointer(record.socketAddress, count: 12, align: 4)
    let room = socketAddress.load(fromByteOffset: 4, as: UInt32.self)
    let target = try memory.bytes(
      socketAddress.load(fromByteOffset: 8, as: UInt32.self), count: room)
    let nameTarget = try memory.bytes(record.name, count: record.nameCapacity)
    let data = data
    guard data.count <= target.count else { return false }
    // With its NUL.
    guard name.map({ $0.count < nameTarget.count }) ?? true else { throw .aimemory }
    let family: UInt8 = address.host.count == 4 ? 1 : 2

    target.copyBytes(from: data)
    if let name { nameTarget.copyBytes(from: name + [0]) }
    socketAddress.storeBytes(of: family, as: UInt8.self)
    socketAddress.storeBytes(of: UInt32(data.count), toByteOffset: 4, as: UInt32.self)
    let result = try memory.pointer(place, count: 28, align: 4)
    result.storeBytes(of: flags, as: UInt16.self)
    result.storeBytes(of: family, toByteOffset: 2, as: UInt8.self)
    result.storeBytes(of: type, toByteOffset: 3, as: UInt8.self)
    result.storeBytes(of: transport, toByteOffset: 4, as: UInt8.self)
    result.storeBytes(of: UInt32(data.count + 2), toByteOffset: 8, as: UInt32.self)
    result.storeBytes(of: UInt32(name?.count ?? 0), toByteOffset: 20, as: UInt32.self)
    return true
  }
}

extension Errno {
  /// What getaddrinfo(3) said.
  fileprivate init(lookup code: Int32) {
    let words: [Int32: Errno] = [
      EAI_AGAIN: .aiagain, EAI_BADFLAGS: .aibadflag, EAI_FAIL: .aifail, EAI_FAMILY: .aifamily,
      EAI_MEMORY: .aimemory, EAI_NONAME: .ainoname, EAI_SERVICE: .aiservice,
      EAI_SOCKTYPE: .aisocktype, EAI_SYSTEM: .aisystem,
      // EAI_NODATA and EAI_ADDRFAMILY, which are behind _GNU_SOURCE.
      -5: .ainodata, -9: .aiaddrfamily,
    ]
    self = words[code] ?? .aifail
  }
}

private func withOptionalCString<R>(
  _ text: String?, _ body: (UnsafePointer<CChar>?) -> R
) -> R {
  guard let text else { return body(nil) }
  return text.withCString(body)
}
