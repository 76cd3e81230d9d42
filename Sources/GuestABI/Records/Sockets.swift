/// WasmEdge's `address`: where the guest has the octets of an IP address, or room for them.
///
/// Source: WasmEdge, thirdparty/wasi/api.hpp, `__wasi_address_t`. Its first form (V1), which this host offers,
/// takes 4 or 16 octets and nothing else. The record is laid out as an `iovec`.
public typealias AddressBuffer = Vector

/// WasmEdge's `addrinfo`: the hints of `sock_getaddrinfo`, and each of its answers, which a guest chains and
/// gives room for.
///
/// Source: WasmEdge, thirdparty/wasi/api.hpp, `__wasi_addrinfo_t`.
public struct AddressInfo: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 28, alignment: 4) }

  /// `aiflags`.
  public var flags: UInt16 = 0
  /// `AddressFamily`.
  public var family: UInt8 = 0
  /// `SocketType`.
  public var type: UInt8 = 0
  /// `TransportProtocol`.
  public var transport: UInt8 = 0
  /// Of the family and the address together.
  public var addressLength: UInt32 = 0
  /// Where a `SocketAddressBuffer` is.
  public var address: UInt32 = 0
  /// Where the canonical name goes.
  public var name: UInt32 = 0
  /// How much room is there, and then how long the name is.
  public var nameLength: UInt32 = 0
  /// Where the next record is.
  public var next: UInt32 = 0

  @inlinable public init() {}

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&flags, at: 0)
    fields.field(&family, at: 2)
    fields.field(&type, at: 3)
    fields.field(&transport, at: 4)
    fields.field(&addressLength, at: 8)
    fields.field(&address, at: 12)
    fields.field(&name, at: 16)
    fields.field(&nameLength, at: 20)
    fields.field(&next, at: 24)
  }
}

/// WasmEdge's `sockaddr`: a family, and where the guest has room for the rest of a socket's address.
///
/// Source: WasmEdge, thirdparty/wasi/api.hpp, `__wasi_sockaddr_t`.
public struct SocketAddressBuffer: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 12, alignment: 4) }

  /// `AddressFamily`.
  public var family: UInt8 = 0
  /// How much room there is, and then how much is used.
  public var count: UInt32 = 0
  public var buffer: UInt32 = 0

  @inlinable public init() {}

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&family, at: 0)
    fields.field(&count, at: 4)
    fields.field(&buffer, at: 8)
  }
}

/// WasmEdge's `address_family`.
public enum AddressFamily: UInt8, Sendable {
  case unspecified, inet4, inet6, unix
}

/// WasmEdge's `sock_type`.
public enum SocketType: UInt8, Sendable {
  case any, datagram, stream
}

/// WasmEdge's `ai_protocol`.
public enum TransportProtocol: UInt8, Sendable {
  case any, tcp, udp
}

/// WasmEdge's `aiflags`.
public enum AddressInfoFlags {
  public static let canonicalName: UInt16 = 1 << 1
  public static let numericHost: UInt16 = 1 << 2
}

/// preview1's `riflags`: how `sock_recv` receives.
public enum ReceiveFlags {
  public static let peek: UInt32 = 1 << 0
  public static let waitAll: UInt32 = 1 << 1
}

/// preview1's `roflags`: what `sock_recv` says of what it has received.
public enum ReceivedFlags {
  public static let dataTruncated: UInt16 = 1 << 0
}

/// preview1's `sdflags`: which directions `sock_shutdown` closes.
public enum ShutdownFlags {
  public static let read: UInt32 = 1 << 0
  public static let write: UInt32 = 1 << 1
}
