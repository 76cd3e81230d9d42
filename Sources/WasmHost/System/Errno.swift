import Glibc
import GuestABI

extension Errno {
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
