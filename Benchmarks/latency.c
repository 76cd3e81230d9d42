// Measures how long responses take at a fixed rate, and how many requests a server answers in a second.
//
// At a fixed rate, requests are due at regular times, whether or not earlier ones were answered. A request that is due
// while all connections wait for responses is sent later, but its latency counts from the time when it was due: else a
// server that stalls would be asked less, and its stall would be one slow response (coordinated omission). The
// generator does not sleep, so that its own wake-ups are not in the figures. Without a rate each connection sends its
// next request as soon as it has the response.
//
// usage: latency PORT KIND CONNECTIONS RATE SECONDS PID...     RATE: requests per second, 0: as many as possible
// prints a line of JSON: microseconds, requests per second, and the shares of the time in which both had work

#define _GNU_SOURCE
#include "messages.h"

#include <fcntl.h>
#include <sys/epoll.h>

enum { EVENTS = 256, MOST_REQUESTS = 20 << 20 };

struct connection {
    int fd;
    double due;   // of the request that it waits for
    size_t count; // octets of the response so far
    char *octets;
};

static struct connection *connections, **idle;
static int idle_count;
static float *latencies;  // microseconds
static long answered;
static double latest;     // how late the generator itself was, at most

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

// The share of the time in which threads ran or waited for a processor: at 1 there was always something to do.
static double busy(struct times before, struct times after, double elapsed) {
    double share = (after.running + after.waiting - before.running - before.waiting) / 1e3 / elapsed;
    return share < 1 ? share : 1;
}

static void start_request(struct connection *connection, double due) {
    connection->due = due;
    connection->count = 0;
    send_request(connection->fd);
}

// Returns whether the response is complete now.
static bool take(struct connection *connection) {
    for (;;) {
        ssize_t got = recv(connection->fd, connection->octets + connection->count, LARGEST - connection->count, 0);
        if (got < 0 && errno == EAGAIN) return false;
        if (got == 0) errno = 0;
        if (got <= 0) fail("the server closed a connection");
        connection->count += got;
        size_t length = check_response(connection->octets, connection->octets + connection->count);
        if (length == 0) continue;
        if (length != connection->count) fail("more than was asked for");
        return true;
    }
}

// Takes the responses that have arrived; `again` sends the next request on their connections at once.
static void take_responses(int epoll, int timeout, bool again) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(epoll, events, EVENTS, timeout);
    if (count == 0 && timeout > 0) errno = 0, fail("no response");
    for (int i = 0; i < count; i++) {
        struct connection *connection = events[i].data.ptr;
        if (!take(connection)) continue;
        double now = microseconds();
        if (answered < MOST_REQUESTS) latencies[answered++] = now - connection->due;
        if (again)
            start_request(connection, now);
        else
            idle[idle_count++] = connection;
    }
}

// Sends `total` requests, one every `interval` microseconds. Returns how many were answered within two seconds of
// the last one's time.
static void keep_rate(int epoll, int number, long total, double interval, double began) {
    double patience = began + total * interval + 2e6;
    for (long sent = 0; sent < total || idle_count < number;) {
        double now = microseconds();
        if (now > patience) break;
        for (; sent < total && idle_count > 0 && began + sent * interval <= now; sent++) {
            // The most recently used last: all connections take turns.
            struct connection *connection = idle[0];
            memmove(idle, idle + 1, --idle_count * sizeof *idle);
            start_request(connection, began + sent * interval);
        }
        take_responses(epoll, 0, false);
        double pause = microseconds() - now;
        if (pause > latest) latest = pause;
    }
}

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double percentile(double share) {
    return latencies[(long)(share * (answered - 1))];
}

int main(int argc, char **argv) {
    program = "latency";
    if (argc < 7 || !make_messages(argv[2]) || closes || responses_expected > 1)
        return fprintf(stderr, "usage: latency PORT get|fields|post|post-discarded CONNECTIONS RATE SECONDS PID...\n"),
               64;
    port = atoi(argv[1]);
    int number = atoi(argv[3]), epoll = epoll_create1(0);
    double rate = atof(argv[4]), seconds = atof(argv[5]);
    char **pids = argv + 6;
    allow_many_files();

    connections = calloc(number, sizeof *connections);
    idle = calloc(number, sizeof *idle);
    latencies = malloc(MOST_REQUESTS * sizeof *latencies);
    if (connections == NULL || idle == NULL || latencies == NULL) fail("no memory");
    for (int i = 0; i < number; i++) {
        struct connection *connection = &connections[i];
        *connection = (struct connection){.fd = open_connection(), .octets = malloc(LARGEST)};
        fcntl(connection->fd, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = connection};
        epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
        if (connection->octets == NULL) fail("no memory");
        idle[idle_count++] = connection;
    }

    // A request on each connection to warm up; then a fifth of the time, which is not counted either.
    keep_rate(epoll, number, number, 100, microseconds());
    if (idle_count < number) errno = 0, fail("no response");
    long total = rate * seconds;
    if (total > MOST_REQUESTS) total = MOST_REQUESTS;
    if (rate > 0) keep_rate(epoll, number, total / 5, 1e6 / rate, microseconds());
    answered = 0;
    latest = 0;
    char *self[] = {"self", NULL};
    struct times server = processor_times(pids), generator = processor_times(self);
    double began = microseconds(), ended;
    if (rate > 0) {
        keep_rate(epoll, number, total, 1e6 / rate, began);
        ended = microseconds();
    } else {
        for (int i = 0; i < number; i++) start_request(idle[i], began);
        while (microseconds() - began < seconds * 1e6) take_responses(epoll, 10000, true);
        ended = microseconds();
        total = answered;
    }
    double elapsed = ended - began;
    double server_busy = busy(server, processor_times(pids), elapsed);
    double generator_busy = busy(generator, processor_times(self), elapsed);
    if (answered == 0) errno = 0, fail("no response");

    qsort(latencies, answered, sizeof *latencies, ascending);
    printf("{\"due\": %ld, \"answered\": %ld, \"rate\": %.0f, \"p50\": %.1f, \"p99\": %.1f, \"p999\": %.1f, "
           "\"max\": %.1f, \"generator_late\": %.1f, \"server_busy\": %.3f, \"generator_busy\": %.3f}\n",
           total, answered, answered / elapsed * 1e6, percentile(0.5), percentile(0.99), percentile(0.999),
           percentile(1), latest, server_busy, generator_busy);
}
