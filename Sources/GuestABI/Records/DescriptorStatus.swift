/// preview1's `fdstat`: what a descriptor is, and may be used for.
///
/// Source: wasi_snapshot_preview1.witx.
public struct DescriptorStatus: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 24, alignment: 8) }

  /// A `FileType`.
  public var fileType: UInt8 = 0
  /// `DescriptorFlags`.
  public var flags: UInt16 = 0
  /// `Rights`.
  public var rights: UInt64 = 0
  /// Those of descriptors that are opened through it.
  public var inheritedRights: UInt64 = 0

  @inlinable public init() {}

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&fileType, at: 0)
    fields.field(&flags, at: 2)
    fields.field(&rights, at: 8)
    fields.field(&inheritedRights, at: 16)
  }
}

/// preview1's `filestat`. The host has no files: all but the type is 0.
///
/// Source: wasi_snapshot_preview1.witx.
public struct FileStatus: GuestRecord {
  @inlinable public static var layout: RecordLayout { RecordLayout(size: 64, alignment: 8) }

  public var device: UInt64 = 0
  public var inode: UInt64 = 0
  /// A `FileType`.
  public var fileType: UInt8 = 0
  public var links: UInt64 = 0
  public var size: UInt64 = 0
  /// In nanoseconds since 1970, as the two below.
  public var accessed: UInt64 = 0
  public var modified: UInt64 = 0
  public var changed: UInt64 = 0

  @inlinable public init() {}

  @inlinable
  public mutating func visit(_ fields: some RecordFields) {
    fields.field(&device, at: 0)
    fields.field(&inode, at: 8)
    fields.field(&fileType, at: 16)
    fields.field(&links, at: 24)
    fields.field(&size, at: 32)
    fields.field(&accessed, at: 40)
    fields.field(&modified, at: 48)
    fields.field(&changed, at: 56)
  }
}

/// preview1's `filetype`.
public enum FileType: UInt8, Sendable {
  case unknown = 0
  case characterDevice = 2
  case regularFile = 4
  case socketDatagram = 5
  case socketStream = 6
}

/// preview1's `fdflags`, as far as sockets and streams have them.
public enum DescriptorFlags {
  @inlinable public static var nonBlock: UInt32 { 1 << 2 }
}

/// preview1's `rights`: advisory, and what wasi-libc's isatty() and fcntl() go by.
public enum Rights {
  public static let read: UInt64 = 1 << 1
  public static let setFlags: UInt64 = 1 << 3
  public static let write: UInt64 = 1 << 6
  public static let poll: UInt64 = 1 << 27
  public static let shutdown: UInt64 = 1 << 28
  public static let accept: UInt64 = 1 << 29
}
