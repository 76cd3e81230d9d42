// Takes all it can get: linear memory, sockets, and the kernel's memory for each of them. It sends
// to every client as much as its socket takes, and never reads.
#include "guest.h"

enum { OPTION_SNDBUF = 5, OPTION_RCVBUF = 6, NONBLOCK = 4, MOST = 4096 };

static int connections[MOST];

int main(void) {
  const int large = 64 << 20;
  int listener = listen_on(0), count = 0;
  check(__wasi_fd_fdstat_set_flags(listener, NONBLOCK), "fd_fdstat_set_flags");
  // All pages there are, each of them written to.
  for (size_t page; (page = __builtin_wasm_memory_grow(0, 1)) != (size_t)-1;)
    memset((void *)(page << 16), 1, 1 << 16);
  for (int fd; sock_open(FAMILY_INET4, TYPE_STREAM, &fd) == 0 && count < 64; count++) {
    // (Its limit of connections is not one of sockets.)
  }
  count = 0;
  while (1) {
    int fd;
    while (count < MOST && sock_accept(listener, &fd) == 0) {
      sock_setsockopt(fd, LEVEL_SOCKET, OPTION_SNDBUF, &large, sizeof large);
      sock_setsockopt(fd, LEVEL_SOCKET, OPTION_RCVBUF, &large, sizeof large);
      check(__wasi_fd_fdstat_set_flags(fd, NONBLOCK), "fd_fdstat_set_flags");
      connections[count++] = fd;
    }
    for (int place = 0; place < count; place++) {
      uint32_t sent;
      transmit(connections[place], (void *)0, 1 << 20, &sent);
    }
    __wasi_subscription_t pause = {.u = {.tag = __WASI_EVENTTYPE_CLOCK,
                                         .u.clock = {.id = __WASI_CLOCKID_MONOTONIC,
                                                     .timeout = 1000000}}};
    __wasi_event_t event;
    size_t events;
    check(__wasi_poll_oneoff(&pause, &event, 1, &events), "poll_oneoff");
  }
}
