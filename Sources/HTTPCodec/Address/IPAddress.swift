import Memory

/// An IPv4 or IPv6 address.
///
/// ```swift
/// let home = IPAddress([UInt8]("::1".utf8).span)
/// if let client = context.client, client == home { response.write("from here\n") }
/// ```
public struct IPAddress: BitwiseCopyable, Equatable, Sendable {
  package private(set) var octets = AddressOctets()
  /// Whether it is an IPv6 address. A client's address of the form ::ffff:192.0.2.1 is told as the IPv4 address that
  /// it maps.
  public private(set) var isIPv6 = false

  /// 0.0.0.0
  package static var anyIPv4: IPAddress { IPAddress() }

  /// ::
  package static var anyIPv6: IPAddress {
    var address = IPAddress()
    address.isIPv6 = true
    return address
  }

  /// 127.0.0.1
  package static var loopbackIPv4: IPAddress {
    var address = IPAddress()
    address.octets.high = 0x7F00_0001 &<< 32
    return address
  }

  private init() {}

  /// An IPv4 address as a dual-stack socket has it, ::ffff:192.0.2.1, is that IPv4 address
  /// (RFC 4291 2.5.5.2).
  @inline(never)
  @_optimize(size)
  package init(octets: AddressOctets, isIPv6: Bool) {
    self.octets = octets
    self.isIPv6 = isIPv6
    guard isIPv6, octets.high == 0, octets.low &>> 32 == 0xFFFF else { return }
    (self.octets.high, self.octets.low) = (octets.low &<< 32, 0)
    self.isIPv6 = false
  }

  /// Reads an address of either family: `192.0.2.1`, or `2001:db8::1` in any form of RFC 4291 2.2, without brackets
  /// and zone. nil for other text.
  @inline(never)
  @_optimize(size)
  public init?(_ text: Span<UInt8>) {
    guard let address = IPAddress(v4: text) ?? IPAddress(v6: text) else { return nil }
    self = address
  }

  /// IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet (RFC 3986 3.2.2).
  @_optimize(size)
  init?(v4 text: Span<UInt8>) {
    var rest: Span<UInt8>? = text
    var count = 0
    while let part = rest {
      let split = part.split(at: UInt8(ascii: "."))
      let digits = split.before
      rest = split.after
      // No leading zero: to some readers "010" is eight.
      guard digits.count == 1 || digits.first != UInt8(ascii: "0"), count < 4,
        let value = digits.decimal(upTo: 255)
      else { return nil }
      octets.high = octets.high &<< 8 | UInt64(truncatingIfNeeded: value)
      count &+= 1
    }
    guard count == 4 else { return nil }
    octets.high = octets.high &<< 32
  }

  /// IPv6address (RFC 3986 3.2.2): eight groups of up to four HEXDIG; one run of groups that are
  /// zero written as "::"; the last two groups perhaps as an IPv4 address.
  @_optimize(size)
  init?(v6 text: Span<UInt8>) {
    isIPv6 = true
    var count = 0
    // What stands before "::", with zeros behind it.
    var start: AddressOctets?
    var position = 0
    if text.count >= 2, text[0] == .colon {
      guard text[1] == .colon else { return nil }
      start = AddressOctets()
      position = 2
    }
    while position < text.count {
      guard count < 8 else { return nil }
      var end = position
      while end < text.count, text[end] != .colon { end &+= 1 }
      let group = text.extracting(position..<end)
      if end == text.count, let v4 = IPAddress(v4: group) {
        guard count <= 6 else { return nil }
        octets.append(group: v4.octets.group(0))
        octets.append(group: v4.octets.group(1))
        count &+= 2
        break
      }
      guard (1...4).contains(group.count) else { return nil }
      var value = 0
      for i in group.indices {
        guard let digit = group[i].hexadecimalValue else { return nil }
        value = value << 4 | digit
      }
      octets.append(group: UInt16(truncatingIfNeeded: value))
      count &+= 1
      position = end &+ 1
      if position == text.count { return nil }  // a single colon at the end
      if position < text.count, text[position] == .colon {
        guard start == nil else { return nil }
        for _ in count..<8 { octets.append(group: 0) }
        start = octets
        octets = AddressOctets()
        position &+= 1
      }
    }
    guard let start else {
      if count == 8 { return } else { return nil }
    }
    // "::" stands for one group of zeros at least.
    guard count < 8 else { return nil }
    octets.high |= start.high
    octets.low |= start.low
  }
}

extension IPAddress {
  /// What stands for an address where clients are counted: an IPv6 client has a /64 at the least (RFC 6177 2), of
  /// which any address is its own. IPv4 addresses are put where no IPv6 network is, in multicast. Never 0.
  package var networkKey: UInt64 {
    (isIPv6 ? octets.high : octets.high >> 32 | 0xFFFF_FFFF_0000_0000) &+ 1
  }
}
