#ifndef CSYSTEMCALLS_LOOPBACK_H
#define CSYSTEMCALLS_LOOPBACK_H

#include <arpa/inet.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

long syscall(long number, ...);

// Waits until all has arrived that threads of this process have sent over loopback, or asked for (a connection, an
// end, a reset). It waits in a queue of the processor that its sender ran on: what is sent on each processor now comes
// behind it.
static inline void loopback_settle(void) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof(name);
  struct timeval limit = {.tv_sec = 10};
  int self = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  unsigned long all[128], one[128];
  const unsigned bits = sizeof(all[0]) * CHAR_BIT;
  long octets = syscall(__NR_sched_getaffinity, 0, sizeof(all), all);
  if (self < 0 || octets < 0 || bind(self, (struct sockaddr *)&name, size) != 0 ||
      getsockname(self, (struct sockaddr *)&name, &size) != 0 || connect(self, (struct sockaddr *)&name, size) != 0 ||
      setsockopt(self, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0) {
    close(self);
    return;
  }
  for (unsigned place = 0; place < octets * CHAR_BIT; place++) {
    if (!(all[place / bits] >> place % bits & 1)) continue;
    for (unsigned word = 0; word < sizeof(one) / sizeof(one[0]); word++) one[word] = 0;
    one[place / bits] = 1UL << place % bits;
    if (syscall(__NR_sched_setaffinity, 0, octets, one) != 0) continue;
    char octet = 0;
    if (send(self, &octet, 1, 0) == 1) (void)!recv(self, &octet, 1, 0);
  }
  syscall(__NR_sched_setaffinity, 0, octets, all);
  close(self);
}

#endif
