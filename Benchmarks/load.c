// Generates load, and measures its cost for the server: processor time of all the server's threads, per request.
//
// The load comes in rounds: a request on each connection, then the responses, the last one first. So the generator
// sleeps while the server works through a queue, is woken once a round, and its own speed hardly matters. Every
// response is read to its end and checked. Besides these connections others may be open, which made one request each.
//
// usage: load PORT get|post|pipeline CONNECTIONS IDLE ROUNDS PID...
// prints nanoseconds per request

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONTENT = 1024, PIPELINED = 16, WARM_UP = 30, LARGEST = 64 << 10 };

static int port;
static char **pids;

static void fail(const char *what) {
    fprintf(stderr, "load: port %d: %s%s%s\n", port, what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

// MARK: The server's processor time

// Nanoseconds: the first number in the schedstat of each thread.
static long long processor_time(void) {
    long long total = 0;
    for (char **pid = pids; *pid; pid++) {
        char path[300];
        snprintf(path, sizeof path, "/proc/%s/task", *pid);
        DIR *tasks = opendir(path);
        if (tasks == NULL) fail("the server is gone");
        struct dirent *task;
        while ((task = readdir(tasks)) != NULL) {
            if (task->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "/proc/%s/task/%s/schedstat", *pid, task->d_name);
            FILE *file = fopen(path, "r");
            long long time = 0;
            if (file != NULL && fscanf(file, "%lld", &time) == 1) total += time;
            if (file != NULL) fclose(file);
        }
        closedir(tasks);
    }
    return total;
}

// The same, once the server is idle; after ten seconds in any case.
static long long settled_time(void) {
    long long before, now = processor_time();
    for (int i = 0; i < 500; i++) {
        before = now;
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
        now = processor_time();
        if (now - before < 200 * 1000) break;  // 1 %: some threads look up now and then
    }
    return now;
}

// MARK: Requests and responses

static char request[LARGEST], response[LARGEST];
static size_t request_length;
static int responses_expected = 1;
static const char *content_expected;  // NULL for any

static void make_request(const char *kind) {
    static char content[CONTENT + 1], echo[CONTENT + 7];
    const char *fields = "Host: 127.0.0.1\r\nUser-Agent: load/1.0\r\nAccept: */*\r\n";
    content_expected = "GET request processed successfully";
    if (strcmp(kind, "post") == 0) {
        memset(content, 'x', CONTENT);
        request_length =
            sprintf(request, "POST / HTTP/1.1\r\n%sContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", fields,
                    CONTENT, content);
        sprintf(echo, "echo: %s", content);
        content_expected = echo;
    } else {
        responses_expected = strcmp(kind, "pipeline") == 0 ? PIPELINED : 1;
        for (int i = 0; i < responses_expected; i++)
            request_length += sprintf(request + request_length, "GET / HTTP/1.1\r\n%s\r\n", fields);
    }
}

static void send_request(int fd) {
    if (send(fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) fail("cannot send");
}

// The length of the response at `start`, 0 when it is incomplete.
static size_t check_response(const char *start, const char *end) {
    const char *content = memmem(start, end - start, "\r\n\r\n", 4);
    if (content == NULL) return 0;
    content += 4;
    if (memcmp(start, "HTTP/1.1 200 OK\r\n", 17) != 0) fail("a response that is not 200 OK");
    const char *length = memmem(start, content - start, "Content-Length: ", 16);
    size_t wanted = strlen(content_expected);
    if (length == NULL || strtoul(length + 16, NULL, 10) != wanted) fail("a response of the wrong length");
    if ((size_t)(end - content) < wanted) return 0;
    if (memcmp(content, content_expected, wanted) != 0) fail("a response with the wrong content");
    return content + wanted - start;
}

static void take_responses(int fd) {
    size_t count = 0, start = 0;
    for (int missing = responses_expected; missing > 0;) {
        ssize_t got = recv(fd, response + count, LARGEST - count, 0);
        if (got == 0) errno = 0;
        if (got <= 0) fail(got == 0 ? "the server closed a connection" : "no response");
        count += got;
        size_t length;
        while (missing > 0 && (length = check_response(response + start, response + count)) > 0) {
            start += length;
            missing--;
        }
    }
    if (start != count) errno = 0, fail("more than was asked for");
}

static void play(int *connections, int count, int rounds) {
    while (rounds-- > 0) {
        for (int i = 0; i < count; i++) send_request(connections[i]);
        for (int i = count; i-- > 0;) take_responses(connections[i]);
    }
}

// MARK: Connections

static int open_connection(void) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 10};
    // A reset at the end leaves no port in TIME_WAIT: the next run would lack some ten thousand ports.
    struct linger reset = {.l_onoff = 1};
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return fd;
}

int main(int argc, char **argv) {
    if (argc < 7) return fprintf(stderr, "usage: load PORT get|post|pipeline CONNECTIONS IDLE ROUNDS PID...\n"), 64;
    port = atoi(argv[1]);
    int active = atoi(argv[3]), idle = atoi(argv[4]), rounds = atoi(argv[5]);
    pids = argv + 6;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    // A hundred at a time, which fits into any server's accept queue. The active ones are spread among all.
    int total = active + idle, opened = 0;
    int *all = calloc(total, sizeof *all), *connections = calloc(active, sizeof *connections);
    if (all == NULL || connections == NULL) fail("no memory");
    make_request(argv[2]);
    while (opened < total) {
        int first = opened;
        while (opened < total && opened < first + 100) all[opened++] = open_connection();
        play(all + first, opened - first, 1);
    }
    for (int i = 0; i < active; i++) connections[i] = all[(long long)i * total / active];
    play(connections, active, WARM_UP);

    long long before = settled_time();
    play(connections, active, rounds);
    long long used = settled_time() - before;
    printf("%.1f\n", (double)used / ((double)rounds * active * responses_expected));

    // Every idle connection must still be open.
    play(all, total, 1);
    for (int i = 0; i < total; i++) close(all[i]);
    settled_time();
}
