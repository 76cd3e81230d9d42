// System calls that the host uses and that Swift's Glibc module leaves out.

#ifndef CWASMTIME_LINUX_H
#define CWASMTIME_LINUX_H

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

#endif
