// WASI preview1 and WasmEdge's socket extension of it: what the server imports, and no more.
//
// Sources: the preview1 witx (wasi_snapshot_preview1), and for the sockets WasmEdge's
// lib/host/wasi/wasimodule.cpp. The bare sock_* names have WasmEdge's first form (V1), which
// every runtime with the extension knows. Each function returns an errno of the enum below.
#pragma once

typedef __UINT8_TYPE__ wasi_u8;
typedef __UINT16_TYPE__ wasi_u16;
typedef __UINT32_TYPE__ wasi_u32;
typedef __UINT64_TYPE__ wasi_u64;
typedef __INT32_TYPE__ wasi_fd;
typedef __INT32_TYPE__ wasi_errno;

enum {
  WASI_SUCCESS = 0,
  WASI_EACCES = 2,
  WASI_EADDRINUSE = 3,
  WASI_EADDRNOTAVAIL = 4,
  WASI_EAFNOSUPPORT = 5,
  WASI_EAGAIN = 6,
  WASI_EBADF = 8,
  WASI_ECONNABORTED = 13,
  WASI_ECONNRESET = 15,
  WASI_EEXIST = 20,
  WASI_EINTR = 27,
  WASI_EINVAL = 28,
  WASI_EMFILE = 33,
  WASI_ENFILE = 41,
  WASI_ENOBUFS = 42,
  WASI_ENOMEM = 48,
  WASI_ENOTCONN = 53,
  WASI_EPERM = 63,
  WASI_ENOTCAPABLE = 76,
};

enum { WASI_AF_INET4 = 1, WASI_AF_INET6 = 2 };
enum { WASI_SOCK_STREAM = 2 };
enum { WASI_SOL_SOCKET = 0 };
enum { WASI_SO_REUSEADDR = 0, WASI_SO_SNDBUF = 5, WASI_SO_RCVBUF = 6, WASI_SO_ACCEPTCONN = 13 };
enum { WASI_FDFLAG_NONBLOCK = 4 };
enum { WASI_FILETYPE_REGULAR_FILE = 4 };
enum { WASI_SHUT_RD = 1, WASI_SHUT_WR = 2 };
enum { WASI_CLOCK_REALTIME = 0, WASI_CLOCK_MONOTONIC = 1, WASI_CLOCK_PROCESS_CPUTIME = 2 };
enum { WASI_EVENTTYPE_CLOCK = 0, WASI_EVENTTYPE_FD_READ = 1, WASI_EVENTTYPE_FD_WRITE = 2 };
enum { WASI_EVENT_FD_READWRITE_HANGUP = 1 };

// An address, of 4 or 16 octets; and memory to read from or write to.
typedef struct {
  const wasi_u8 *_Nullable buf;
  wasi_u32 buf_len;
} wasi_address;

typedef struct {
  void *_Nullable buf;
  wasi_u32 buf_len;
} wasi_iovec;

typedef struct {
  wasi_u8 filetype;
  wasi_u16 flags;
  wasi_u64 rights[2];
} wasi_fdstat;

typedef struct {
  wasi_u64 userdata;
  wasi_u8 tag;
  // The witx has a union: of a clock's id with the fields behind it, and of a descriptor.
  _Alignas(8) wasi_u32 clock_or_fd;
  wasi_u64 clock_timeout;
  wasi_u64 clock_precision;
  wasi_u16 clock_flags;
} wasi_subscription;

typedef struct {
  wasi_u64 userdata;
  wasi_u16 error;
  wasi_u8 type;
  struct {
    wasi_u64 nbytes;
    wasi_u16 flags;
  } fd_readwrite;
} wasi_event;

#ifdef __wasm__
_Static_assert(sizeof(wasi_address) == 8, "address");
_Static_assert(sizeof(wasi_fdstat) == 24, "fdstat");
_Static_assert(sizeof(wasi_subscription) == 48, "subscription");
_Static_assert(__builtin_offsetof(wasi_subscription, clock_timeout) == 24, "clock timeout");
_Static_assert(__builtin_offsetof(wasi_subscription, clock_or_fd) == 16, "fd");
_Static_assert(sizeof(wasi_event) == 32, "event");
_Static_assert(__builtin_offsetof(wasi_event, fd_readwrite.flags) == 24, "event flags");

#define WASI_IMPORT(name) \
  __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) name

_Noreturn void WASI_IMPORT(proc_exit)(wasi_u32 status);
wasi_errno WASI_IMPORT(environ_sizes_get)(wasi_u32 *_Nonnull count, wasi_u32 *_Nonnull size);
wasi_errno WASI_IMPORT(environ_get)(wasi_u8 *_Nullable *_Nonnull environ, wasi_u8 *_Nonnull buf);
wasi_errno WASI_IMPORT(clock_time_get)(wasi_u32 id, wasi_u64 precision, wasi_u64 *_Nonnull time);
wasi_errno WASI_IMPORT(poll_oneoff)(const wasi_subscription *_Nonnull in, wasi_event *_Nonnull out,
                                    wasi_u32 nsubscriptions, wasi_u32 *_Nonnull nevents);
wasi_errno WASI_IMPORT(random_get)(void *_Nonnull buf, wasi_u32 buf_len);
wasi_errno WASI_IMPORT(fd_write)(wasi_fd fd, const wasi_iovec *_Nonnull iovs, wasi_u32 iovs_len,
                                 wasi_u32 *_Nonnull nwritten);
wasi_errno WASI_IMPORT(fd_pread)(wasi_fd fd, const wasi_iovec *_Nonnull iovs, wasi_u32 iovs_len,
                                 wasi_u64 offset, wasi_u32 *_Nonnull nread);
wasi_errno WASI_IMPORT(fd_pwrite)(wasi_fd fd, const wasi_iovec *_Nonnull iovs, wasi_u32 iovs_len,
                                  wasi_u64 offset, wasi_u32 *_Nonnull nwritten);
wasi_errno WASI_IMPORT(fd_close)(wasi_fd fd);
wasi_errno WASI_IMPORT(fd_fdstat_get)(wasi_fd fd, wasi_fdstat *_Nonnull stat);
wasi_errno WASI_IMPORT(fd_fdstat_set_flags)(wasi_fd fd, wasi_u32 flags);

wasi_errno WASI_IMPORT(sock_open)(wasi_u32 family, wasi_u32 type, wasi_fd *_Nonnull fd);
wasi_errno WASI_IMPORT(sock_setsockopt)(wasi_fd fd, wasi_u32 level, wasi_u32 name,
                                        const void *_Nonnull value, wasi_u32 size);
wasi_errno WASI_IMPORT(sock_bind)(wasi_fd fd, const wasi_address *_Nonnull address, wasi_u32 port);
wasi_errno WASI_IMPORT(sock_listen)(wasi_fd fd, wasi_u32 backlog);
wasi_errno WASI_IMPORT(sock_accept)(wasi_fd fd, wasi_fd *_Nonnull connection);
wasi_errno WASI_IMPORT(sock_recv)(wasi_fd fd, const wasi_iovec *_Nonnull iovs, wasi_u32 iovs_len,
                                  wasi_u32 flags, wasi_u32 *_Nonnull nread,
                                  wasi_u16 *_Nonnull roflags);
wasi_errno WASI_IMPORT(sock_send)(wasi_fd fd, const wasi_iovec *_Nonnull iovs, wasi_u32 iovs_len,
                                  wasi_u32 flags, wasi_u32 *_Nonnull nwritten);
wasi_errno WASI_IMPORT(sock_shutdown)(wasi_fd fd, wasi_u32 how);
wasi_errno WASI_IMPORT(sock_getlocaladdr)(wasi_fd fd, const wasi_address *_Nonnull address,
                                          wasi_u32 *_Nonnull type, wasi_u32 *_Nonnull port);
wasi_errno WASI_IMPORT(sock_getpeeraddr)(wasi_fd fd, const wasi_address *_Nonnull address,
                                         wasi_u32 *_Nonnull type, wasi_u32 *_Nonnull port);
#endif
