import Glibc

/// The answers of WASI preview1 (`errno` in wasi_snapshot_preview1.witx), as far as this host gives
/// them.
public enum Errno: UInt16, Error {
  case success = 0
  case acces = 2
  case addrinuse = 3
  case addrnotavail = 4
  case afnosupport = 5
  case again = 6
  case already = 7
  case badf = 8
  case connaborted = 13
  case connrefused = 14
  case connreset = 15
  case destaddrreq = 17
  case exist = 20
  case fault = 21
  case hostunreach = 23
  case inprogress = 26
  case intr = 27
  case inval = 28
  case io = 29
  case isconn = 30
  case mfile = 33
  case msgsize = 35
  case netdown = 38
  case netreset = 39
  case netunreach = 40
  case nfile = 41
  case nobufs = 42
  case nomem = 48
  case noprotoopt = 50
  case nospc = 51
  case nosys = 52
  case notconn = 53
  case notsock = 57
  case notsup = 58
  case perm = 63
  case pipe = 64
  case protonosupport = 66
  case spipe = 70
  case timedout = 73
  case notcapable = 76
  // WasmEdge's, for getaddrinfo.
  case aiaddrfamily = 77
  case aiagain = 78
  case aibadflag = 79
  case aifail = 80
  case aifamily = 81
  case aimemory = 82
  case ainodata = 83
  case ainoname = 84
  case aiservice = 85
  case aisocktype = 86
  case aisystem = 87

  /// The WASI word for the host's error number; `io` for one that has none here.
  init(host number: Int32) {
    self = Errno.fromHost[number] ?? .io
  }

  /// What the system call that has just failed on this thread said.
  static var last: Errno { Errno(host: errno) }

  private static let fromHost: [Int32: Errno] = [
    0: .success, EACCES: .acces, EADDRINUSE: .addrinuse, EADDRNOTAVAIL: .addrnotavail,
    EAFNOSUPPORT: .afnosupport, EAGAIN: .again, EALREADY: .already, EBADF: .badf,
    ECONNABORTED: .connaborted, ECONNREFUSED: .connrefused, ECONNRESET: .connreset,
    EDESTADDRREQ: .destaddrreq, EEXIST: .exist, EFAULT: .fault, EHOSTUNREACH: .hostunreach,
    EINPROGRESS: .inprogress, EINTR: .intr, EINVAL: .inval, EIO: .io, EISCONN: .isconn,
    EMFILE: .mfile, EMSGSIZE: .msgsize, ENETDOWN: .netdown, ENETRESET: .netreset,
    ENETUNREACH: .netunreach, ENFILE: .nfile, ENOBUFS: .nobufs, ENOMEM: .nomem,
    ENOPROTOOPT: .noprotoopt, ENOSPC: .nospc, ENOSYS: .nosys, ENOTCONN: .notconn,
    ENOTSOCK: .notsock, EOPNOTSUPP: .notsup, EPERM: .perm, EPIPE: .pipe,
    EPROTONOSUPPORT: .protonosupport, ESPIPE: .spipe, ETIMEDOUT: .timedout,
  ]
}
