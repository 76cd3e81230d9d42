// What the host and the native server use of Linux and Swift's Glibc module leaves out.

#ifndef CLINUX_LINUX_H
#define CLINUX_LINUX_H

#include <elf.h>
#include <linux/filter.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

// Behind _GNU_SOURCE, which Swift's importer does not define.
int accept4(int, struct sockaddr *, socklen_t *, int flags);
int dup3(int, int, int flags);
int sched_getaffinity(int pid, size_t size, void *set);

// Takes the pages that only a start or a compilation has needed out of this process's memory: those of code and
// constants of the program and its libraries, which the kernel has in its cache of files, and free ones at the
// ends of heaps. What is needed again costs a page fault. (Pages that were written to are kept: relocated ones are
// in segments that can be written to.)
struct loaded_object {
  uintptr_t base;
  const char *name;
  const Elf64_Phdr *segments;
  Elf64_Half segment_count;
};
int iterate_loaded_objects(int (*)(struct loaded_object *, size_t, void *), void *) __asm__("dl_iterate_phdr");

static inline int release_object(struct loaded_object *object, size_t size, void *unused) {
  (void)size, (void)unused;
  uintptr_t page = sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->segment_count; i++) {
    const Elf64_Phdr *segment = &object->segments[i];
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = (object->base + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = object->base + segment->p_vaddr + segment->p_memsz;
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

static inline void release_unused_pages(void) {
  malloc_trim(0);
  iterate_loaded_objects(release_object, NULL);
}

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
