// System calls that a test tries in a process that has confined itself. Where nothing refuses them, their
// arguments make them fail for another reason, or do no harm.

#ifndef CSYSTEMCALLS_ATTEMPTS_H
#define CSYSTEMCALLS_ATTEMPTS_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...);

struct attempt {
  const char *name;
  // 0 when it succeeds.
  int expected;
  long number;
  long arguments[4];
};

static const struct attempt attempts[] = {
    {"execve", EPERM, __NR_execve, {-1, 0, 0}},
    {"execveat", EPERM, __NR_execveat, {-1, -1, 0, 0}},
    {"clone a process", EPERM, __NR_clone, {SIGCHLD}},
    {"clone a user namespace", EPERM, __NR_clone, {SIGCHLD | 0x10000000}},
    // (CLONE_THREAD without CLONE_SIGHAND, which no kernel does.)
    {"clone a thread in a network namespace", EPERM, __NR_clone, {0x40010000}},
    {"clone3", ENOSYS, 435, {0, 0}},
#ifdef __NR_fork
    {"fork", EPERM, __NR_fork, {0}},
#endif
    {"ptrace", EPERM, __NR_ptrace, {16, -1, 0, 0}},
    {"process_vm_readv", EPERM, __NR_process_vm_readv, {-1, 0, 0, 0}},
    {"process_vm_writev", EPERM, __NR_process_vm_writev, {-1, 0, 0, 0}},
    {"pidfd_open", EPERM, 434, {-1, 0}},
    {"pidfd_getfd", EPERM, 438, {-1, 0, 0}},
    {"kill", EPERM, __NR_kill, {0x7ffffff0, 0}},
    {"tgkill of another process", EPERM, __NR_tgkill, {0x7ffffff0, 0x7ffffff0, 0}},
    {"setuid", EPERM, __NR_setuid, {-1}},
    {"setgroups", EPERM, __NR_setgroups, {-1, 0}},
    {"setresuid", EPERM, __NR_setresuid, {-1, -1, -1}},
    {"setresgid", EPERM, __NR_setresgid, {-1, -1, -1}},
    {"capset", EPERM, __NR_capset, {-1, -1}},
    {"personality", EPERM, __NR_personality, {0xffffffff}},
    {"keyctl", EPERM, __NR_keyctl, {-1, 0, 0, 0}},
    {"add_key", EPERM, __NR_add_key, {-1, -1, 0, 0}},
    {"request_key", EPERM, __NR_request_key, {-1, -1, 0, 0}},
    {"unshare", EPERM, __NR_unshare, {0}},
    {"setns", EPERM, __NR_setns, {-1, 0}},
    {"chroot", EPERM, __NR_chroot, {-1}},
    {"pivot_root", EPERM, __NR_pivot_root, {-1, -1}},
    {"mount", EPERM, __NR_mount, {-1, -1, -1, 0}},
    {"umount2", EPERM, __NR_umount2, {-1, 0}},
    {"open_tree", EPERM, 428, {-1, -1, 0}},
    {"move_mount", EPERM, 429, {-1, -1, -1, -1}},
    {"fsopen", EPERM, 430, {-1, 0}},
    {"mount_setattr", EPERM, 442, {-1, -1, 0, 0}},
    {"open_by_handle_at", EPERM, __NR_open_by_handle_at, {-1, -1, 0}},
    {"bpf", EPERM, __NR_bpf, {-1, 0, 0}},
    {"perf_event_open", EPERM, __NR_perf_event_open, {-1, 0, 0, -1}},
    {"init_module", EPERM, __NR_init_module, {-1, 0, -1}},
    {"finit_module", EPERM, __NR_finit_module, {-1, -1, 0}},
    {"delete_module", EPERM, __NR_delete_module, {-1, 0}},
    {"kexec_load", EPERM, __NR_kexec_load, {0, 99, 0, 0}},
    {"reboot", EPERM, __NR_reboot, {0, 0, 0, 0}},
    {"syslog", EPERM, __NR_syslog, {-1, 0, 0}},
    {"settimeofday", EPERM, __NR_settimeofday, {-1, -1}},
    {"clock_settime", EPERM, __NR_clock_settime, {0, -1}},
    {"sethostname", EPERM, __NR_sethostname, {-1, 1}},
    {"userfaultfd", EPERM, __NR_userfaultfd, {-1}},
    {"io_uring_setup", EPERM, 425, {0, 0}},
    {"io_uring_enter", EPERM, 426, {-1, 0, 0, 0}},
    {"io_uring_register", EPERM, 427, {-1, 0, 0, 0}},
    {"io_setup", EPERM, __NR_io_setup, {0, 0}},
    {"splice", EPERM, __NR_splice, {-1, 0, -1, 0}},
    {"vmsplice", EPERM, __NR_vmsplice, {-1, 0, 0, 0}},
    {"shmget", EPERM, __NR_shmget, {0, 0, 0}},
    {"mknodat", EPERM, __NR_mknodat, {-1, -1, 0, 0}},
    {"symlinkat", EPERM, __NR_symlinkat, {-1, -1, -1}},
    {"fchownat", EPERM, __NR_fchownat, {-1, -1, 0, 0}},
    {"fchmodat", EPERM, __NR_fchmodat, {-1, -1, 0}},
    {"socketpair", EPERM, __NR_socketpair, {-1, 0, 0, 0}},
    {"ioctl TIOCSTI", EPERM, __NR_ioctl, {-1, 0x5412, 0}},
    {"ioctl TIOCSTI, with bits that the kernel cuts off", EPERM, __NR_ioctl, {-1, 0x7f00005412, 0}},
    {"a raw socket", EPERM, __NR_socket, {AF_INET, SOCK_RAW, 1}},
    {"a socket of SCTP", EPERM, __NR_socket, {AF_INET, SOCK_STREAM, 132}},
    {"a socket of Multipath TCP", EPERM, __NR_socket, {AF_INET, SOCK_STREAM, 262}},
    {"a socket for pings", EPERM, __NR_socket, {AF_INET, SOCK_DGRAM, 1}},
    {"a packet socket", EAFNOSUPPORT, __NR_socket, {AF_PACKET, SOCK_DGRAM, 0}},
    {"a vsock socket", EAFNOSUPPORT, __NR_socket, {40, SOCK_STREAM, 0}},
    {"a crypto socket", EAFNOSUPPORT, __NR_socket, {38, 5, 0}},
    {"a netfilter socket", EAFNOSUPPORT, __NR_socket, {AF_NETLINK, SOCK_RAW, 12}},

    {"a stream socket", 0, __NR_socket, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0}},
    {"a stream socket that says TCP", 0, __NR_socket, {AF_INET, SOCK_STREAM, 6}},
    {"a datagram socket that says UDP", 0, __NR_socket, {AF_INET, SOCK_DGRAM, 17}},
    {"a datagram socket", 0, __NR_socket, {AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0}},
    {"getpid", 0, __NR_getpid, {0}},
};

static inline int attempt_count(void) { return sizeof attempts / sizeof attempts[0]; }

static inline const char *attempt_name(int place) { return attempts[place].name; }

static inline int attempt_expected(int place) { return attempts[place].expected; }

// Tries one; its errno, or 0.
static inline int attempt_run(int place) {
  const struct attempt *it = &attempts[place];
  const pid_t process = getpid();
  const long result = syscall(it->number, it->arguments[0], it->arguments[1], it->arguments[2],
                              it->arguments[3], 0L, 0L);
  // In a child that should not be: the parent goes on to say so.
  if (result == 0 && getpid() != process) _exit(0);
  return result < 0 ? errno : 0;
}

// Opens a socket; its errno, or 0.
static inline int attempt_socket(int family, int type, int protocol) {
  return syscall(__NR_socket, family, type, protocol) < 0 ? errno : 0;
}

#if defined(__x86_64__)
// getpid(2) as a 32-bit program has it: number 20, which is another call for a 64-bit one.
static inline int attempt_foreign_call(void) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
  return result;
}
#endif

#endif
