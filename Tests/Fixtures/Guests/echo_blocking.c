// An echo server that blocks: one connection after the other, until accept fails.
//
// usage: echo_blocking PORT

#include "guest.h"

static void serve(int connection) {
  char buffer[4096];
  uint32_t count;
  while (receive(connection, buffer, sizeof buffer, &count) == 0 && count > 0) {
    if (transmit_all(connection, buffer, count) != 0) break;
  }
}

int main(int argc, char **argv) {
  int listener = listen_on(argc > 1 ? atoi(argv[1]) : 1234);
  while (1) {
    int connection;
    int error = sock_accept(listener, &connection);
    // The listening socket takes no more: that is how a drain looks to a guest that blocks.
    if (error == __WASI_ERRNO_INVAL) break;
    // One lost connection: the client was gone before it was taken.
    if (error == __WASI_ERRNO_CONNABORTED) continue;
    check(error, "sock_accept");
    serve(connection);
    close(connection);
  }
  puts("drained");
  return 0;
}
