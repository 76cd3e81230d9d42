// Makes what a server does countable, and the same in every run.
//
// Preloaded (LD_PRELOAD) into a server by Benchmarks/counts. What it counts is in a page of memory, the file that the
// variable PROBE names, which the counting program reads while the server waits.
//
// - Allocations are counted: calls of malloc and its kin.
// - Time stands still but for a microsecond with each look at a clock, and no wait for sockets times out: what is
//   done once a second or once a millisecond is done after as many requests on a slow machine as on a fast one.
// - When the page asks for a mark, the server makes one just before it waits for sockets next: callgrind begins to
//   count anew at `probe_mark`, and strace shows a close(-1). Between two marks there are whole turns.
// - When the page closes the gate, the server waits for an octet in a pipe before it waits for sockets: what arrives
//   until then is found in one turn.
//
// (A bare number of the C library's allocator, __libc_malloc, needs no dlsym, which itself allocates.)

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// As Benchmarks/counts/server.py reads it.
struct page {
    uint64_t allocations;
    uint64_t mark_wanted;  // set by the counting program, cleared with the mark
    uint64_t gate_closed;  // set by the counting program
    uint64_t passages;     // through the closed gate
};

static struct page before_start;
static struct page *page = &before_start;
static int gate = -1;

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))
static __typeof__(epoll_wait) *real_epoll_wait;
static __typeof__(poll) *real_poll;

__attribute__((constructor)) static void start(void) {
    real_epoll_wait = REAL(epoll_wait);
    real_poll = REAL(poll);
    const char *name = getenv("PROBE");
    int file = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *mapped = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED) abort();
    close(file);
    page = mapped;
    const char *pipe = getenv("PROBE_GATE");
    // (With both sides in one descriptor, opening does not wait for the other side.)
    if (pipe != NULL) gate = open(pipe, O_RDWR | O_CLOEXEC);
}

// MARK: Marks and the gate

__attribute__((noinline)) void probe_mark(void) { syscall(SYS_close, -1); }

static void wait_at_gate(void) {
    char octet;
    while (read(gate, &octet, 1) < 0 && errno == EINTR) {
    }
    page->passages++;
}

// (A call that only asks, without waiting, is a part of the turn.)
static bool has_work(int timeout) {
    return __builtin_expect(timeout != 0 && (page->mark_wanted | page->gate_closed) != 0, 0);
}

__attribute__((noinline)) static void before_wait(void) {
    if (page->mark_wanted) {
        page->mark_wanted = 0;
        probe_mark();
    }
    if (page->gate_closed) wait_at_gate();
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout) {
    if (has_work(timeout)) before_wait();
    return real_epoll_wait(epoll, events, count, timeout > 0 ? -1 : timeout);
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout) {
    if (has_work(timeout)) before_wait();
    return real_poll(descriptors, count, timeout > 0 ? -1 : timeout);
}

// MARK: Time

static int64_t steady(int64_t *began, clockid_t clock) {
    static int64_t looks;
    if (*began == 0) {
        struct timespec now;
        syscall(SYS_clock_gettime, clock, &now);
        // A tenth after the full second: the next one is 900,000 looks away.
        *began = now.tv_sec * 1000000000 + 100000000;
    }
    return *began + 1000 * __atomic_add_fetch(&looks, 1, __ATOMIC_RELAXED);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int64_t began[CLOCK_TAI + 1];
    if (clock < 0 || clock > CLOCK_TAI) return syscall(SYS_clock_gettime, clock, time);
    int64_t now = steady(&began[clock], clock);
    *time = (struct timespec){.tv_sec = now / 1000000000, .tv_nsec = now % 1000000000};
    return 0;
}

// MARK: Allocations

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void note_allocation(void) { __atomic_add_fetch(&page->allocations, 1, __ATOMIC_RELAXED); }

void *malloc(size_t size) {
    note_allocation();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note_allocation();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note_allocation();
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note_allocation();
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    note_allocation();
    void *allocated = __libc_memalign(alignment, size);
    if (allocated == NULL) return ENOMEM;
    *memory = allocated;
    return 0;
}
