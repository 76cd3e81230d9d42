// Generates load, and measures its cost for the server: processor time of all the server's threads, per request.
//
// The load comes in rounds: a request on each connection, then the responses, the last one first. So the generator
// sleeps while the server works through a queue, is woken once a round, and its own speed hardly matters. Every
// response is read to its end and checked. Besides these connections others may be open, which made one request each.
// With the kind "connect" each request of a round has a connection of its own, which the server closes.
//
// usage: load PORT KIND CONNECTIONS IDLE ROUNDS PID...     KIND: see messages.h
// prints nanoseconds per request, the seconds that all rounds took, and the share of its time that the server waited
// for the processor, because other programs ran there

#define _GNU_SOURCE
#include "messages.h"

enum { WARM_UP = 30 };

static char **pids;
static char response[LARGEST];

// The server's times once it is idle; after ten seconds in any case.
static struct times settled_times(void) {
    struct times before, now = processor_times(pids);
    for (int i = 0; i < 500; i++) {
        before = now;
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
        now = processor_times(pids);
        if (now.running - before.running < 200 * 1000) break;  // 1 %: some threads look up now and then
    }
    return now;
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

// The server closes first: the reset afterwards leaves neither side a port in TIME_WAIT.
static void take_end(int fd) {
    errno = 0;
    if (recv(fd, response, 1, 0) != 0) fail("the server does not close the connection");
    close(fd);
}

static void play(int *connections, int count, int rounds) {
    while (rounds-- > 0) {
        for (int i = 0; i < count; i++) {
            if (closes) connections[i] = open_connection();
            send_request(connections[i]);
        }
        for (int i = count; i-- > 0;) {
            take_responses(connections[i]);
            if (closes) take_end(connections[i]);
        }
    }
}

int main(int argc, char **argv) {
    program = "load";
    if (argc < 7 || !make_messages(argv[2]))
        return fprintf(stderr, "usage: load PORT " KINDS " CONNECTIONS IDLE ROUNDS PID...\n"), 64;
    port = atoi(argv[1]);
    int active = atoi(argv[3]), idle = closes ? 0 : atoi(argv[4]), rounds = atoi(argv[5]);
    pids = argv + 6;
    allow_many_files();

    // A hundred at a time, which fits into any server's accept queue. The active ones are spread among all.
    int total = active + idle, opened = closes ? total : 0;
    int *all = calloc(total, sizeof *all), *connections = calloc(active, sizeof *connections);
    if (all == NULL || connections == NULL) fail("no memory");
    while (opened < total) {
        int first = opened;
        while (opened < total && opened < first + 100) all[opened++] = open_connection();
        play(all + first, opened - first, 1);
    }
    for (int i = 0; i < active; i++) connections[i] = all[(long long)i * total / active];
    play(connections, active, rounds < WARM_UP ? rounds : WARM_UP);

    struct times before = settled_times(), after;
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    play(connections, active, rounds);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    after = settled_times();
    double running = after.running - before.running, waiting = after.waiting - before.waiting;
    printf("%.1f %.4f %.4f\n", running / ((double)rounds * active * responses_expected),
           ended.tv_sec - began.tv_sec + (ended.tv_nsec - began.tv_nsec) / 1e9, waiting / (running + waiting));
    if (closes) return 0;

    // Every idle connection must still be open.
    play(all, total, 1);
    for (int i = 0; i < total; i++) close(all[i]);
    settled_times();
}
