// What a process can no longer do once it serves: a filter of system calls (seccomp(2)) and access to
// files (landlock(7)). WasmHost/Service/Confinement.swift says what stays.
//
// The headers of the machine that builds may be older than the kernel that runs it: what is newer than
// Linux 5.13 is written here as numbers, which are the same on every architecture.

#ifndef CLINUX_CONFINE_H
#define CLINUX_CONFINE_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Behind _GNU_SOURCE, which Swift's importer does not define.
long syscall(long number, ...);
#ifndef O_PATH
#define O_PATH 010000000
#endif

// MARK: System calls

// Which address families sockets may still have, besides IPv4 and IPv6.
enum {
  CONFINE_ALLOWS_UNIX = 1,
  // The kernel's addresses and routes, which getaddrinfo(3) asks for.
  CONFINE_ALLOWS_ROUTES = 2,
};

// Calls with numbers from here on are newer than this list, and not there as far as this process can
// tell. The numbers of x32, bit 30 of which is set, are beyond it too.
#define CONFINE_FIRST_UNKNOWN 470

#if defined(__x86_64__)
#define CONFINE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define CONFINE_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// What a server never needs once it runs.
static const uint16_t confine_denied_calls[] = {
    // Other programs and processes. (Threads: see the filter.)
    __NR_execve, __NR_execveat,
#ifdef __NR_fork
    __NR_fork, __NR_vfork,
#endif
    __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_kcmp, __NR_kill, __NR_tkill,
    __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_setpgid, __NR_setsid, __NR_setpriority,
    424 /* pidfd_send_signal */, 434 /* pidfd_open */, 438 /* pidfd_getfd */,
    440 /* process_madvise */, 448 /* process_mrelease */,
    // Users and privileges.
    __NR_setuid, __NR_setgid, __NR_setreuid, __NR_setregid, __NR_setresuid, __NR_setresgid,
    __NR_setfsuid, __NR_setfsgid, __NR_setgroups, __NR_capset, __NR_personality, __NR_add_key,
    __NR_request_key, __NR_keyctl, 459 /* lsm_get_self_attr */, 460 /* lsm_set_self_attr */,
    461 /* lsm_list_modules */,
    // Namespaces, mounts, quotas.
    __NR_unshare, __NR_setns, __NR_chroot, __NR_pivot_root, __NR_mount, __NR_umount2,
    428 /* open_tree */, 429 /* move_mount */, 430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */,
    433 /* fspick */, 442 /* mount_setattr */, 457 /* statmount */, 458 /* listmount */,
    467 /* open_tree_attr */, __NR_swapon, __NR_swapoff, __NR_quotactl, 443 /* quotactl_fd */,
    __NR_acct, __NR_name_to_handle_at, __NR_open_by_handle_at, __NR_fanotify_init, __NR_fanotify_mark,
    __NR_inotify_init1, __NR_inotify_add_watch,
    // The machine: its kernel, clock, name, ports.
    __NR_bpf, __NR_perf_event_open, __NR_init_module, __NR_finit_module, __NR_delete_module,
    __NR_kexec_load,
#ifdef __NR_kexec_file_load
    __NR_kexec_file_load,
#endif
    __NR_reboot, __NR_syslog, __NR_vhangup, __NR_settimeofday, __NR_clock_settime, __NR_adjtimex,
    __NR_clock_adjtime, __NR_sethostname, __NR_setdomainname,
#ifdef __x86_64__
    __NR_iopl, __NR_ioperm, __NR_modify_ldt, __NR_uselib, __NR_ustat, __NR_sysfs, __NR__sysctl,
#endif
    __NR_nfsservctl, __NR_lookup_dcookie,
    // Large parts of the kernel that attacks on it go through.
    __NR_userfaultfd, 425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */,
    __NR_io_setup, __NR_io_destroy, __NR_io_submit, __NR_io_cancel, __NR_io_getevents, __NR_vmsplice,
    __NR_splice, __NR_tee, __NR_remap_file_pages, __NR_move_pages, __NR_migrate_pages, __NR_mbind,
    __NR_set_mempolicy, 450 /* set_mempolicy_home_node */, __NR_timer_create, 447 /* memfd_secret */,
    // Memory and queues that are shared with other processes.
    __NR_shmget, __NR_shmat, __NR_shmctl, __NR_semget, __NR_semctl, __NR_msgget, __NR_msgctl,
    __NR_mq_open, __NR_mq_unlink, __NR_socketpair,
    // Files: what the cache of compiled code does not do.
    __NR_mknodat, __NR_symlinkat, __NR_linkat, __NR_fchownat, __NR_fchown, __NR_fchmodat,
    452 /* fchmodat2 */, __NR_setxattr, __NR_lsetxattr, __NR_fsetxattr, __NR_removexattr,
    __NR_lremovexattr, __NR_fremovexattr, 463 /* setxattrat */, 466 /* removexattrat */, __NR_truncate,
    469 /* file_setattr */,
#ifdef __x86_64__
    __NR_mknod, __NR_symlink, __NR_link, __NR_chown, __NR_lchown, __NR_chmod, __NR_inotify_init,
#endif
};

// A program for the filter, as it grows.
struct confine_program {
  unsigned short length;
  // Each denied call makes at most two changes of verdict, each of which takes three steps.
  struct sock_filter code[6 * sizeof confine_denied_calls / sizeof confine_denied_calls[0] + 128];
};

static inline void confine_add(struct confine_program *program, struct sock_filter step) {
  program->code[program->length++] = step;
}

static inline void confine_load(struct confine_program *program, size_t offset) {
  confine_add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static inline void confine_answer(struct confine_program *program, uint32_t answer) {
  confine_add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer));
}

// The next `count` steps are for this value only.
static inline void confine_unless(struct confine_program *program, uint32_t value, uint8_t count) {
  confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
}

static inline void confine_answer_if(struct confine_program *program, uint32_t value, uint32_t answer) {
  confine_unless(program, value, 1);
  confine_answer(program, answer);
}

// The low half of an argument: all that the kernel takes of an int (both architectures are
// little-endian).
static inline size_t confine_argument(int place) {
  return offsetof(struct seccomp_data, args) + (size_t)place * sizeof(uint64_t);
}

// What the filter says to a call.
enum confine_verdict {
  CONFINE_ALLOW,
  CONFINE_DENY,
  CONFINE_NOT_THERE,
  CONFINE_CLONE,
  CONFINE_TGKILL,
  CONFINE_IOCTL,
  CONFINE_SOCKET,
};

// Threads, and no processes or namespaces.
static inline void confine_clone(struct confine_program *program) {
  const uint32_t namespaces = 0x7e020080;  // every CLONE_NEW flag
  confine_load(program, confine_argument(0));
  confine_add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CLONE_THREAD | namespaces));
  confine_answer_if(program, CLONE_THREAD, SECCOMP_RET_ALLOW);
  confine_answer(program, SECCOMP_RET_ERRNO | EPERM);
}

// Signals to this process only, as abort(3) and raise(3) send them.
static inline void confine_tgkill(struct confine_program *program, pid_t process) {
  confine_load(program, confine_argument(0));
  confine_answer_if(program, (uint32_t)process, SECCOMP_RET_ALLOW);
  confine_answer(program, SECCOMP_RET_ERRNO | EPERM);
}

// No typing into the terminal that the log goes to.
static inline void confine_ioctl(struct confine_program *program) {
  confine_load(program, confine_argument(1));
  confine_answer_if(program, 0x5412 /* TIOCSTI */, SECCOMP_RET_ERRNO | EPERM);
  confine_answer_if(program, 0x541c /* TIOCLINUX */, SECCOMP_RET_ERRNO | EPERM);
  confine_answer(program, SECCOMP_RET_ALLOW);
}

// The families of which a server has no use have had many of the kernel's faults.
static inline void confine_socket(struct confine_program *program, int allowed) {
  const uint32_t family = SECCOMP_RET_ERRNO | EAFNOSUPPORT;
  confine_load(program, confine_argument(0));
  if (allowed & CONFINE_ALLOWS_UNIX) confine_answer_if(program, AF_UNIX, SECCOMP_RET_ALLOW);
  if (allowed & CONFINE_ALLOWS_ROUTES) {
    confine_unless(program, AF_NETLINK, 4);
    confine_load(program, confine_argument(2));
    confine_answer_if(program, 0 /* NETLINK_ROUTE */, SECCOMP_RET_ALLOW);
    confine_answer(program, family);
  }
  confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0));
  confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0));
  confine_answer(program, family);
  // Streams and datagrams, no raw sockets. (The other bits are flags: 0xf is SOCK_TYPE_MASK.)
  confine_load(program, confine_argument(1));
  confine_add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf));
  confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 2, 0));
  confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 1, 0));
  confine_answer(program, SECCOMP_RET_ERRNO | EPERM);
  // TCP and UDP: no SCTP, no Multipath TCP (which Landlock's rules for TCP may not be about), no pings.
  confine_load(program, confine_argument(2));
  confine_answer_if(program, 0, SECCOMP_RET_ALLOW);
  confine_answer_if(program, 6 /* TCP */, SECCOMP_RET_ALLOW);
  confine_answer_if(program, 17 /* UDP */, SECCOMP_RET_ALLOW);
  confine_answer(program, SECCOMP_RET_ERRNO | EPERM);
}

// What is the same for all calls of these numbers, or else a step of a search by halves. The kernel runs
// the filter once for each number when it takes it, to keep the answers that do not depend on arguments
// (since 5.11): with a list, that would take twice as long.
//
// - verdicts: for each number.
static inline void confine_search(
    struct confine_program *program, const uint8_t *verdicts, int first, int end, int allowed,
    pid_t process) {
  // The change of verdict that is nearest to the middle.
  const int middle = first + (end - first) / 2;
  int split = 0;
  for (int distance = 0; distance < end - first && !split; distance++) {
    const int below = middle - distance, above = middle + distance;
    if (below > first && verdicts[below] != verdicts[below - 1])
      split = below;
    else if (above > first && above < end && verdicts[above] != verdicts[above - 1])
      split = above;
  }
  if (split) {
    confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)split, 0, 1));
    // (A jump that may be longer than the 255 steps of a condition.)
    struct sock_filter *jump = &program->code[program->length];
    confine_add(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
    confine_search(program, verdicts, first, split, allowed, process);
    jump->k = (uint32_t)(&program->code[program->length] - jump - 1);
    confine_search(program, verdicts, split, end, allowed, process);
    return;
  }
  switch (verdicts[first]) {
    case CONFINE_ALLOW: confine_answer(program, SECCOMP_RET_ALLOW); return;
    case CONFINE_DENY: confine_answer(program, SECCOMP_RET_ERRNO | EPERM); return;
    case CONFINE_CLONE: confine_clone(program); return;
    case CONFINE_TGKILL: confine_tgkill(program, process); return;
    case CONFINE_IOCTL: confine_ioctl(program); return;
    case CONFINE_SOCKET: confine_socket(program, allowed); return;
    default: confine_answer(program, SECCOMP_RET_ERRNO | ENOSYS); return;
  }
}

// Writes the filter. A call that is denied fails and the process goes on: a fault of ours is an error of
// an operation, and not the end of a service.
//
// - process: the process's own number, which is all that it may send signals to.
static inline void confine_write(struct confine_program *program, int allowed, pid_t process) {
  // The last verdict is that of all numbers from there on.
  uint8_t verdicts[CONFINE_FIRST_UNKNOWN + 1] = {CONFINE_ALLOW};
  for (size_t place = 0; place < sizeof confine_denied_calls / sizeof confine_denied_calls[0]; place++)
    verdicts[confine_denied_calls[place]] = CONFINE_DENY;
  verdicts[CONFINE_FIRST_UNKNOWN] = CONFINE_NOT_THERE;
  // It has its flags in memory, which no filter can read: without it the C library uses clone(2).
  verdicts[435 /* clone3 */] = CONFINE_NOT_THERE;
  verdicts[__NR_clone] = CONFINE_CLONE;
  verdicts[__NR_tgkill] = CONFINE_TGKILL;
  verdicts[__NR_ioctl] = CONFINE_IOCTL;
  verdicts[__NR_socket] = CONFINE_SOCKET;

  program->length = 0;
#ifdef CONFINE_ARCHITECTURE
  // Numbers mean other calls elsewhere: those of a 32-bit program, that a 64-bit one can make.
  confine_load(program, offsetof(struct seccomp_data, arch));
  confine_add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONFINE_ARCHITECTURE, 1, 0));
  confine_answer(program, SECCOMP_RET_KILL_PROCESS);
#endif
  confine_load(program, offsetof(struct seccomp_data, nr));
  confine_search(program, verdicts, 0, CONFINE_FIRST_UNKNOWN + 1, allowed, process);
}

// Forbids programs with more privileges than this one (prctl(2)): what the others need.
// 0, or -1 and errno.
static inline int confine_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

// Filters the system calls of all threads, for good. 0, or -1 and errno.
static inline int confine_system_calls(int allowed) {
#ifdef CONFINE_ARCHITECTURE
  struct confine_program program;
  confine_write(&program, allowed, getpid());
  struct sock_fprog filter = {program.length, program.code};
  // Without SPEC_ALLOW, kernels before 5.16 also switch off speculation, which costs more than all the
  // rest.
  long result = syscall(
      __NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW,
      &filter);
  // (A positive one is a thread that cannot be made to follow.)
  if (result > 0) errno = ESRCH;
  return result == 0 ? 0 : -1;
#else
  errno = ENOSYS;
  return -1;
#endif
}

// MARK: Files

// Rights to files, as the ABI has numbered them.
#define CONFINE_WRITE_FILE (1ULL << 1)
#define CONFINE_READ_FILE (1ULL << 2)
#define CONFINE_READ_DIR (1ULL << 3)
#define CONFINE_REMOVE_FILE (1ULL << 5)
#define CONFINE_MAKE_REG (1ULL << 8)
#define CONFINE_TRUNCATE (1ULL << 14)
// What a file that is no directory can be used for, besides being run.
static const uint64_t confine_file_rights = CONFINE_WRITE_FILE | CONFINE_READ_FILE | CONFINE_TRUNCATE;

// The ABI of the kernel's Landlock; 0 or less where there is none.
static inline int confine_landlock_version(void) { return (int)syscall(444, NULL, 0, 1); }

// All rights to files that this version knows.
static inline uint64_t confine_known_rights(int version) {
  // Of versions 1, 2 (moving between directories), 3 (truncating), 4 (nothing), 5 (ioctls of devices).
  const int count = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
  return (1ULL << count) - 1;
}

// Everything that a set of rules is about: what no rule allows is denied.
struct confine_handled {
  uint64_t files;
  // 1: bind a TCP socket, 2: connect one (version 4).
  uint64_t network;
  // 1: abstract UNIX sockets of other processes, 2: signals to them (version 6).
  uint64_t scopes;
};

// A set of rules: its descriptor, or -1 and errno.
static inline int confine_rules(struct confine_handled handled) {
  // (A kernel takes a longer structure than it knows, when the rest is zero.)
  return (int)syscall(444, &handled, sizeof handled, 0);
}

// Adds a rule: these rights to a file, or to what is in a directory. 0, or -1 and errno.
static inline int confine_allow(int rules, uint64_t rights, int file) {
  struct {
    uint64_t rights;
    int32_t file;
  } __attribute__((packed)) rule = {rights, file};
  return (int)syscall(445, rules, 1, &rule, 0);
}

// From now on the rules hold for this thread, and for those that it starts. 0, or -1 and errno.
static inline int confine_files(int rules) { return (int)syscall(446, rules, 0); }

#endif
