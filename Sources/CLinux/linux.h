// What the host and the native server use of Linux and Swift's Glibc module leaves out.

#ifndef CLINUX_LINUX_H
#define CLINUX_LINUX_H

#include <linux/filter.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

// Behind _GNU_SOURCE, which Swift's importer does not define.
int accept4(int, struct sockaddr *, socklen_t *, int flags);
int dup3(int, int, int flags);
int sched_getaffinity(int pid, size_t size, void *set);

// Has the kernel drop the SYNs that come to a listening socket from now on, as if lost on the way.
// What is in its accept queue, or half made, is not touched: closing the socket when those are
// accepted resets no client. (Closing it without this resets those that came in between.)
//
// A socket filter sees a segment from its TCP header on, whose flags are octet 13 (RFC 9293 3.1):
// 0x02 is SYN, 0x10 is ACK. Answers as setsockopt(2).
static inline int refuse_new_connections(int listener) {
  struct sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  };
  struct sock_fprog filter = {sizeof program / sizeof program[0], program};
  return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

#endif
