// WasmEdge's socket extension of WASI preview1, as these guests use it: the V1 names, which every
// runtime with the extension has. Each function returns an errno (docs/socket-abi.md).
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

#define SOCKET_IMPORT(name) \
  __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) name

enum { FAMILY_ANY = 0, FAMILY_INET4 = 1, FAMILY_INET6 = 2 };
enum { TYPE_STREAM = 2 };
enum { PROTOCOL_TCP = 1 };
enum { LEVEL_SOCKET = 0, OPTION_REUSEADDR = 0 };

// An address of 4 or 16 bytes, in network order.
typedef struct {
  uint8_t *bytes;
  uint32_t length;
} address;

// What getaddrinfo fills in: the guest brings the records and all the room in them.
typedef struct {
  uint8_t family;
  uint32_t data_length;
  uint8_t *data;
} socket_address;

typedef struct address_info {
  uint16_t flags;
  uint8_t family, type, protocol;
  uint32_t address_length;
  socket_address *address;
  char *name;
  uint32_t name_length;
  struct address_info *next;
} address_info;

_Static_assert(sizeof(address) == 8, "address");
_Static_assert(sizeof(socket_address) == 12, "socket_address");
_Static_assert(sizeof(address_info) == 28, "address_info");

int SOCKET_IMPORT(sock_open)(int family, int type, int *fd);
int SOCKET_IMPORT(sock_setsockopt)(int fd, int level, int name, const void *value, uint32_t size);
int SOCKET_IMPORT(sock_bind)(int fd, const address *address, uint32_t port);
int SOCKET_IMPORT(sock_listen)(int fd, uint32_t backlog);
int SOCKET_IMPORT(sock_accept)(int fd, int *connection);
int SOCKET_IMPORT(sock_connect)(int fd, const address *address, uint32_t port);
int SOCKET_IMPORT(sock_recv)(int fd, const __wasi_iovec_t *vectors, uint32_t count, uint32_t flags,
                             uint32_t *received, uint16_t *flags_out);
int SOCKET_IMPORT(sock_send)(int fd, const __wasi_ciovec_t *vectors, uint32_t count, uint32_t flags,
                             uint32_t *sent);
int SOCKET_IMPORT(sock_getlocaladdr)(int fd, const address *address, uint32_t *type,
                                     uint32_t *port);
int SOCKET_IMPORT(sock_getaddrinfo)(const char *node, uint32_t node_length, const char *service,
                                    uint32_t service_length, const address_info *hints,
                                    address_info **list, uint32_t list_length, uint32_t *count);

// Ends the guest with the errno as its status, unless the call has succeeded.
static inline void check(int error, const char *call) {
  if (error == 0) return;
  fprintf(stderr, "%s: errno %d\n", call, error);
  exit(error);
}

static inline int receive(int fd, void *buffer, uint32_t size, uint32_t *received) {
  __wasi_iovec_t vector = {.buf = buffer, .buf_len = size};
  uint16_t flags;
  return sock_recv(fd, &vector, 1, 0, received, &flags);
}

static inline int transmit(int fd, const void *bytes, uint32_t size, uint32_t *sent) {
  __wasi_ciovec_t vector = {.buf = bytes, .buf_len = size};
  return sock_send(fd, &vector, 1, 0, sent);
}

// Sends all of it. (A blocking socket may take a part only, on other hosts.)
static inline int transmit_all(int fd, const char *bytes, uint32_t size) {
  while (size > 0) {
    uint32_t sent;
    int error = transmit(fd, bytes, size, &sent);
    if (error != 0) return error;
    bytes += sent;
    size -= sent;
  }
  return 0;
}

// Listens on a port of 127.0.0.1, 0 for one of the system's choice, and prints which.
static inline int listen_on(uint32_t port) {
  uint8_t bytes[16] = {127, 0, 0, 1};
  address loopback = {bytes, 4}, local = {bytes, sizeof bytes};
  int listener, on = 1;
  uint32_t type;
  check(sock_open(FAMILY_INET4, TYPE_STREAM, &listener), "sock_open");
  check(sock_setsockopt(listener, LEVEL_SOCKET, OPTION_REUSEADDR, &on, sizeof on),
        "sock_setsockopt");
  check(sock_bind(listener, &loopback, port), "sock_bind");
  check(sock_listen(listener, 128), "sock_listen");
  check(sock_getlocaladdr(listener, &local, &type, &port), "sock_getlocaladdr");
  printf("listening on port %u\n", port);
  fflush(stdout);
  return listener;
}
