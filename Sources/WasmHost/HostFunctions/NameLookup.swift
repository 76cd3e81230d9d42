import CLinux
import Glibc
import GuestABI

// sock_getaddrinfo, in the layout of WasmEdge's extension: the guest passes a list of `addrinfo` records, each
// with room for an address and a name, and the host fills them in.

extension Instance {
  /// - Parameters:
  ///   - node: the address of its text, and the length.
  ///   - service: likewise.
  ///   - hints: where an `AddressInfo` is.
  ///   - list: where the address of the list's first record is.
  ///   - capacity: how many records the list has.
  ///   - count: where the number of filled records goes.
  func sockGetaddrinfo(
    _ call: HostCall, node: (UInt32, UInt32), service: (UInt32, UInt32), hints: UInt32,
    list: UInt32, capacity: UInt32, count: UInt32
  ) throws(Errno) {
    let memory = memory
    let node = try text(node.0, count: node.1)
    let service = try text(service.0, count: service.1)
    let hints = try memory.read(AddressInfo.self, at: hints)
    let list = try memory.read(UInt32.self, at: list)
    let result = try memory.slot(for: UInt32.self, at: count)
    guard node != nil || service != nil else { throw .ainoname }
    guard capacity > 0 else { throw .aimemory }
    var wanted = try hints.forHost(hasNode: node != nil)

    // A name that was not granted may be a numeric address. Only those are accepted then, which asks no name
    // server.
    let isRefused = node.map { !destinations.allowLookup(of: $0) } ?? false
    let isNumeric = hints.flags & AddressInfoFlags.numericHost != 0
    if isRefused { wanted.ai_flags |= AI_NUMERICHOST }
    var found: UnsafeMutablePointer<addrinfo>?
    // (An empty string is passed as null: getaddrinfo(3) would take it for a name.)
    let code = withOptionalCString(node) { node in
      withOptionalCString(service) { service in getaddrinfo(node, service, &wanted, &found) }
    }
    if let node, isRefused, !isNumeric, code == EAI_NONAME {
      reportRefusal(call, node, granted: destinations.grants.map(\.description))
      throw .notcapable
    }
    guard code == 0 else { throw Errno(lookup: code) }
    defer { freeaddrinfo(found) }

    let answers = sequence(first: found) { $0?.pointee.ai_next }.compactMap { answer in
      answer.flatMap { Answer($0.pointee, flags: hints.flags) }
    }
    if let node, !isRefused {
      for host in destinations.didResolve(node, to: answers.map(\.address.host)) {
        reportLocalAddress(SocketAddress(host: host, port: 0), of: node)
      }
    }
    result.record = try write(answers, to: list, capacity: capacity)
  }

  /// Fills the list's records in order. An address is left out when a record has too little room for it: guests
  /// that are made for IPv4 give 14 octets.
  private func write(
    _ answers: [Answer], to list: UInt32, capacity: UInt32
  ) throws(Errno) -> UInt32 {
    let memory = memory
    var count: UInt32 = 0
    var place = list
    for answer in answers where count < capacity {
      let slot = try memory.slot(for: AddressInfo.self, at: place)
      let record = slot.record
      guard let filled = try answer.write(in: record, memory) else { continue }
      slot.record = filled
      count += 1
      place = record.next
    }
    guard count > 0 else { throw .aimemory }
    return count
  }

  /// A text of the guest, with or without a NUL at its end; nil when it is empty.
  private func text(_ address: UInt32, count: UInt32) throws(Errno) -> String? {
    // Host names have at most 253 octets, and addresses with their zone are shorter.
    let longest: UInt32 = 256
    let bytes = try memory.copy(address, count: count, limit: longest)
    guard count <= longest else { throw .ainoname }
    // Names of hosts and services are ASCII. Other texts are refused, and do not get into the log.
    let content = bytes.prefix { 0x21...0x7e ~= $0 }
    guard bytes[content.endIndex...].allSatisfy({ $0 == 0 }) else { throw .ainoname }
    return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
  }
}

extension AddressInfo {
  /// The hints of getaddrinfo(3).
  fileprivate func forHost(hasNode: Bool) throws(Errno) -> addrinfo {
    // By the ABI's bits, from the lowest.
    let hostFlags = [
      AI_PASSIVE, AI_CANONNAME, AI_NUMERICHOST, AI_NUMERICSERV, AI_V4MAPPED, AI_ALL, AI_ADDRCONFIG,
    ]
    guard flags >> UInt16(hostFlags.count) == 0,
      hasNode || flags & AddressInfoFlags.canonicalName == 0
    else { throw .aibadflag }
    guard let family = AddressFamily(rawValue: family), family != .unix else { throw .aifamily }
    guard let transport = TransportProtocol(rawValue: transport),
      let type = SocketType(rawValue: type)
    else { throw .nosys }
    var hints = addrinfo()
    for (bit, flag) in hostFlags.enumerated() where flags >> UInt16(bit) & 1 == 1 {
      hints.ai_flags |= flag
    }
    hints.ai_family =
      switch family {
      case .inet4: AF_INET
      case .inet6: AF_INET6
      case .unspecified, .unix: AF_UNSPEC
      }
    hints.ai_socktype =
      switch type {
      case .any: 0
      case .datagram: Answer.datagram
      case .stream: Answer.stream
      }
    hints.ai_protocol =
      switch transport {
      case .any: 0
      case .tcp: Int32(IPPROTO_TCP)
      case .udp: Int32(IPPROTO_UDP)
      }
    return hints
  }
}

/// One of the host's answers, as far as the ABI can express it.
private struct Answer {
  static let datagram = Int32(SOCK_DGRAM.rawValue)
  static let stream = Int32(SOCK_STREAM.rawValue)

  let address: SocketAddress
  private let flags: UInt16
  private let type: SocketType
  private let transport: TransportProtocol
  private let zone: UInt32
  private let name: [UInt8]?

  init?(_ answer: addrinfo, flags: UInt16) {
    var storage = sockaddr_storage()
    guard let name = answer.ai_addr, answer.ai_addrlen <= MemoryLayout<sockaddr_storage>.size
    else { return nil }
    withUnsafeMutableBytes(of: &storage) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: name, count: Int(answer.ai_addrlen)))
    }
    // (Without a type in the hints, getaddrinfo(3) also answers for raw sockets.)
    guard let address = SocketAddress(storage),
      answer.ai_socktype == Answer.stream || answer.ai_socktype == Answer.datagram
    else { return nil }
    self.address = address
    self.flags = flags
    type = answer.ai_socktype == Answer.stream ? .stream : .datagram
    transport = answer.ai_socktype == Answer.stream ? .tcp : .udp
    zone =
      address.host.count == 4
      ? 0 : withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in6.self).sin6_scope_id }
    self.name = answer.ai_canonname.map { name in
      (0..<strlen(name)).map { UInt8(bitPattern: name[$0]) }
    }
  }

  /// The part of `sockaddr_in` or `sockaddr_in6` that follows the family: the port in network order and the
  /// address. IPv6 has the flow label between the two and the zone after them.
  private var data: [UInt8] {
    let port = [UInt8(address.port >> 8), UInt8(address.port & 0xff)]
    let zone = withUnsafeBytes(of: zone) { Array($0) }
    return address.host.count == 4
      ? port + address.host + [UInt8](repeating: 0, count: 8)
      : port + [0, 0, 0, 0] + address.host + zone
  }

  /// Writes the address and the name to the places that a record names.
  ///
  /// - Returns: the record, filled; nil when there is too little room for the address.
  /// - Throws: `aimemory` when there is too little room for the name.
  func write(in record: AddressInfo, _ memory: GuestMemory) throws(Errno) -> AddressInfo? {
    let slot = try memory.slot(for: SocketAddressBuffer.self, at: record.address)
    var socketAddress = slot.record
    // Both ranges are checked before anything is written.
    try memory.check(socketAddress.buffer, count: socketAddress.count)
    try memory.check(record.name, count: record.nameLength)
    let data = data
    guard data.count <= socketAddress.count else { return nil }
    // The NUL takes an octet.
    guard name.map({ $0.count < record.nameLength }) ?? true else { throw .aimemory }
    let family: AddressFamily = address.host.count == 4 ? .inet4 : .inet6

    try memory.write(data, at: socketAddress.buffer)
    if let name { try memory.write(name + [0], at: record.name) }
    socketAddress.family = family.rawValue
    socketAddress.count = UInt32(data.count)
    slot.record = socketAddress
    var filled = record
    filled.flags = flags
    filled.family = family.rawValue
    filled.type = type.rawValue
    filled.transport = transport.rawValue
    filled.addressLength = UInt32(data.count + 2)
    filled.nameLength = UInt32(name?.count ?? 0)
    return filled
  }
}

extension Errno {
  /// The ABI's number for an error of getaddrinfo(3).
  fileprivate init(lookup code: Int32) {
    let words: [Int32: Errno] = [
      EAI_AGAIN: .aiagain, EAI_BADFLAGS: .aibadflag, EAI_FAIL: .aifail, EAI_FAMILY: .aifamily,
      EAI_MEMORY: .aimemory, EAI_NONAME: .ainoname, EAI_SERVICE: .aiservice,
      EAI_SOCKTYPE: .aisocktype, EAI_SYSTEM: .aisystem,
      // EAI_NODATA and EAI_ADDRFAMILY, which glibc declares for _GNU_SOURCE only.
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
