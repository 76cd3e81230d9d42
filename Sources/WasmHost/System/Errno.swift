import Glibc
import GuestABI

extension Errno {
  /// The ABI's number for an error number of the host; `io` for one that the host does not translate.
  init(host number: Int32) {
    self = Errno.fromHost[number] ?? .io
  }

  /// The error of the system call that has just failed on this thread.
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
