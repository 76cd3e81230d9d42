// Measures the time from exec to a server's first response.
//
// The clock starts just before the process is created, and stops when a whole response has arrived. In between,
// connections are tried one after the other, 50 us apart. Then the server gets SIGTERM, and SIGKILL if necessary.
//
// usage: start PORT PROCESSOR COMMAND...     PROCESSOR: the one that the server may run on
// prints microseconds

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const double patience = 10e6;
static struct sockaddr_in address;
static pid_t server;

// Who ends the measurement ends the server with it.
static void end_server(int signal) {
    (void)signal;
    if (server > 0) kill(server, SIGKILL);
    _exit(1);
}

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void pause_for(long microseconds) {
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
}

// A connection, or -1.
static int try_to_connect(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

// Whether a whole response arrived, and is the right one.
static bool get(int fd) {
    static const char request[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    static const char content[] = "GET request processed successfully";
    struct timeval limit = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0) return false;
    char response[4096];
    size_t count = 0;
    for (;;) {
        ssize_t got = recv(fd, response + count, sizeof response - count, 0);
        if (got <= 0) return false;
        count += got;
        if (memmem(response, count, content, sizeof content - 1) != NULL)
            return memcmp(response, "HTTP/1.1 200 OK\r\n", 17) == 0;
    }
}

static pid_t launch(int processor, char **command) {
    cpu_set_t own, servers;
    sched_getaffinity(0, sizeof own, &own);
    CPU_ZERO(&servers);
    CPU_SET(processor, &servers);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    sched_setaffinity(0, sizeof servers, &servers);  // for the child to inherit
    int error = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    sched_setaffinity(0, sizeof own, &own);
    if (error == 0) return pid;
    fprintf(stderr, "start: %s: %s\n", command[0], strerror(error));
    exit(1);
}

static void stop(pid_t pid) {
    kill(pid, SIGTERM);
    for (int i = 0; i < 5000; i++, pause_for(1000))
        if (waitpid(pid, NULL, WNOHANG) != 0) return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: start PORT PROCESSOR COMMAND...\n"), 64;
    address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (try_to_connect() >= 0) return fprintf(stderr, "start: port %s is in use\n", argv[1]), 1;

    signal(SIGTERM, end_server);
    signal(SIGINT, end_server);
    double began = microseconds();
    pid_t pid = server = launch(atoi(argv[2]), argv + 3);
    int fd;
    while ((fd = try_to_connect()) < 0 && microseconds() - began < patience) {
        if (waitpid(pid, NULL, WNOHANG) != 0) return fprintf(stderr, "start: %s ended\n", argv[3]), 1;
        pause_for(50);
    }
    bool answered = fd >= 0 && get(fd);
    double took = microseconds() - began;
    close(fd);
    stop(pid);
    if (!answered) return fprintf(stderr, "start: no response from %s\n", argv[3]), 1;
    printf("%.0f\n", took);
}
