// An echo server for many connections at once, on poll_oneoff itself.
//
// usage: echo_poll PORT

#include "guest.h"

enum { CONNECTIONS = 256 };

// What was received and not yet sent back. Nothing more is received until it is.
typedef struct {
  int fd;
  uint32_t start, end;
  char buffer[4096];
} connection;

static connection *connections[CONNECTIONS];
static uint32_t count;

// Set when a connection could not be accepted: the next try is after one has ended, or a second.
static int is_paused;

// The first subscription is a clock: on some hosts a wait without one may never end. The second is
// the listening socket, and the others are the connections, in their order.
static __wasi_subscription_t subscriptions[CONNECTIONS + 2];
static __wasi_event_t events[CONNECTIONS + 2];

static void subscribe(uint32_t place, int fd, __wasi_eventtype_t type) {
  __wasi_subscription_t *subscription = &subscriptions[place];
  memset(subscription, 0, sizeof *subscription);
  subscription->userdata = place;
  subscription->u.tag = type;
  if (type == __WASI_EVENTTYPE_CLOCK) {
    subscription->u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
    subscription->u.u.clock.timeout = 1000000000;
  } else if (type == __WASI_EVENTTYPE_FD_READ) {
    subscription->u.u.fd_read.file_descriptor = fd;
  } else {
    subscription->u.u.fd_write.file_descriptor = fd;
  }
}

static void set_nonblocking(int fd) {
  check(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_NONBLOCK), "fd_fdstat_set_flags");
}

static void accept_all(int listener) {
  while (count < CONNECTIONS) {
    int fd, error = sock_accept(listener, &fd);
    is_paused = error != 0 && error != __WASI_ERRNO_AGAIN;
    if (error != 0) return;
    connection *new = calloc(1, sizeof *new);
    if (new == NULL || __wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_NONBLOCK) != 0) {
      free(new);
      close(fd);
      continue;
    }
    new->fd = fd;
    connections[count++] = new;
  }
}

// Sends what there is, then receives. Returns 0 when the connection has ended.
static int turn(connection *it) {
  while (1) {
    while (it->start < it->end) {
      uint32_t sent;
      int error = transmit(it->fd, it->buffer + it->start, it->end - it->start, &sent);
      if (error != 0) return error == __WASI_ERRNO_AGAIN;
      it->start += sent;
    }
    it->start = it->end = 0;
    int error = receive(it->fd, it->buffer, sizeof it->buffer, &it->end);
    if (error != 0) return error == __WASI_ERRNO_AGAIN;
    if (it->end == 0) return 0;
  }
}

int main(int argc, char **argv) {
  int listener = listen_on(argc > 1 ? atoi(argv[1]) : 1234);
  int is_draining = 0;
  set_nonblocking(listener);
  while (!is_draining || count > 0) {
    subscribe(0, 0, __WASI_EVENTTYPE_CLOCK);
    uint32_t first = 1;
    int is_accepting = !is_draining && !is_paused && count < CONNECTIONS;
    if (is_accepting) subscribe(first++, listener, __WASI_EVENTTYPE_FD_READ);
    for (uint32_t i = 0; i < count; i++) {
      int has_output = connections[i]->start < connections[i]->end;
      subscribe(first + i, connections[i]->fd,
                has_output ? __WASI_EVENTTYPE_FD_WRITE : __WASI_EVENTTYPE_FD_READ);
    }
    __wasi_size_t ready;
    check(__wasi_poll_oneoff(subscriptions, events, first + count, &ready), "poll_oneoff");

    // From the end: an ended connection's place is taken by the last one.
    uint32_t known = count;
    static char is_ready[CONNECTIONS];
    memset(is_ready, 0, sizeof is_ready);
    for (uint32_t i = 0; i < ready; i++) {
      uint32_t place = events[i].userdata;
      if (place >= first) {
        is_ready[place - first] = 1;
      } else if (place == 0) {
        is_paused = 0;
      } else {
        accept_all(listener);
        // A hang-up of the listening socket is the host's word for a drain.
        if (events[i].fd_readwrite.flags & __WASI_EVENTRWFLAGS_FD_READWRITE_HANGUP) is_draining = 1;
      }
    }
    if (is_draining && is_accepting) close(listener);
    for (uint32_t i = known; i-- > 0;) {
      if (!is_ready[i] || turn(connections[i])) continue;
      close(connections[i]->fd);
      free(connections[i]);
      connections[i] = connections[--count];
      is_paused = 0;
    }
  }
  puts("drained");
  return 0;
}
