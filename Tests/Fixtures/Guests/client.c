// Looks up a host, connects to it, sends one line, and prints the line that comes back.
// The exit status is the errno of what fails.
//
// usage: client HOST PORT LINE

#include "guest.h"

enum { ADDRESSES = 8 };

// The addresses that the host knows for a name. Their data is the port (2 bytes, network order) and
// the address: 4 bytes after it, or 16 bytes after the flow's 4.
static uint32_t look_up(const char *host, const char *service, address_info list[ADDRESSES]) {
  static socket_address addresses[ADDRESSES];
  static uint8_t data[ADDRESSES][26];
  static char names[ADDRESSES][256];
  for (int i = 0; i < ADDRESSES; i++) {
    addresses[i] = (socket_address){.data_length = sizeof data[i], .data = data[i]};
    list[i] = (address_info){.address = &addresses[i], .name = names[i],
                             .name_length = sizeof names[i],
                             .next = i + 1 < ADDRESSES ? &list[i + 1] : NULL};
  }
  address_info hints = {.family = FAMILY_ANY, .type = TYPE_STREAM, .protocol = PROTOCOL_TCP};
  uint32_t count;
  check(sock_getaddrinfo(host, strlen(host), service, strlen(service), &hints, &list, ADDRESSES,
                         &count),
        "sock_getaddrinfo");
  return count;
}

// Connects to the first address that answers.
static int connect_to_any(const address_info *list, uint32_t count) {
  int error = __WASI_ERRNO_HOSTUNREACH;
  for (uint32_t i = 0; i < count; i++) {
    int is_inet6 = list[i].family == FAMILY_INET6;
    uint8_t *data = list[i].address->data;
    address to = {data + (is_inet6 ? 6 : 2), is_inet6 ? 16 : 4};
    int fd;
    error = sock_open(list[i].family, TYPE_STREAM, &fd);
    if (error != 0) continue;
    error = sock_connect(fd, &to, data[0] << 8 | data[1]);
    if (error == 0) return fd;
    close(fd);
  }
  check(error, "sock_connect");
  return -1;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs("usage: client HOST PORT LINE\n", stderr);
    return 64;
  }
  address_info list[ADDRESSES];
  int fd = connect_to_any(list, look_up(argv[1], argv[2], list));
  check(transmit_all(fd, argv[3], strlen(argv[3])), "sock_send");
  check(transmit_all(fd, "\n", 1), "sock_send");
  char buffer[4096];
  uint32_t count;
  // An echo server ends only when the client does: one line back is the answer.
  do {
    check(receive(fd, buffer, sizeof buffer, &count), "sock_recv");
    fwrite(buffer, 1, count, stdout);
  } while (count > 0 && memchr(buffer, '\n', count) == NULL);
  close(fd);
  return 0;
}
