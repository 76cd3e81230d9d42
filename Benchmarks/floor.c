// The floor: the least that an HTTP/1.1 server on Linux can cost with one recv and one send.
//
// It answers what the echo service answers, octet for octet: GET with a text, POST with an echo of the content. It
// reads requests for real (method, target, version, every field name and value is checked; Content-Length and
// Connection are obeyed), keeps connections alive and answers pipelined requests with one send. It has no timeouts, no
// limits but its buffer, no configuration and no error responses: it closes the connection instead.
//
// usage: floor PORT

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INPUT = 128 << 10, OUTPUT = 4 * INPUT, EVENTS = 1024 };

// The rest of a connection's input between two reads. Usually it is empty, and takes no memory.
struct leftover {
    char *octets;
    size_t count;
};

struct request {
    bool is_post, closes;
    const char *content;
    size_t content_length;
};

static struct leftover *leftovers;  // by descriptor
static char input[INPUT], output[OUTPUT];
static size_t output_count;

// MARK: Reading requests

static bool is_token[256], is_target[256], is_value[256];

static void fill_tables(void) {
    for (int c = 0x21; c < 0x7f; c++) is_token[c] = strchr("\"(),/:;<=>?@[\\]{}", c) == NULL;
    for (int c = 0x21; c < 0x7f; c++) is_target[c] = strchr("\"#<>\\^`{|}", c) == NULL;
    for (int c = 0x20; c < 0x100; c++) is_value[c] = c != 0x7f;
    is_value['\t'] = true;
}

static const char *skip(const char *at, const char *end, const bool class[256]) {
    while (at < end && class[(unsigned char)*at]) at++;
    return at;
}

static bool is_name(const char *name, size_t length, const char *wanted) {
    return length == strlen(wanted) && strncasecmp(name, wanted, length) == 0;
}

// The length of the request at `start`, 0 when it is incomplete, -1 when it is invalid.
static ssize_t parse(const char *start, const char *end, struct request *request) {
    *request = (struct request){0};
    int hosts = 0;

    const char *at = skip(start, end, is_token);
    if (at == end) return 0;
    if (*at != ' ') return -1;
    if (at - start == 4 && memcmp(start, "POST", 4) == 0)
        request->is_post = true;
    else if (at - start != 3 || memcmp(start, "GET", 3) != 0)
        return -1;
    const char *target = ++at;
    at = skip(at, end, is_target);
    if (at == end) return 0;
    if (*at != ' ' || at == target) return -1;
    if (end - at < 11) return 0;
    if (memcmp(at, " HTTP/1.1\r\n", 11) != 0) return -1;
    at += 11;

    for (;;) {
        if (end - at < 2) return 0;
        if (at[0] == '\r' && at[1] == '\n') break;
        const char *name = at;
        at = skip(at, end, is_token);
        if (at == end) return 0;
        size_t name_length = at - name;
        if (*at++ != ':' || name_length == 0) return -1;
        while (at < end && (*at == ' ' || *at == '\t')) at++;
        const char *value = at;
        at = skip(at, end, is_value);
        if (end - at < 2) return 0;
        if (at[0] != '\r' || at[1] != '\n') return -1;
        size_t length = at - value;
        at += 2;

        if (is_name(name, name_length, "host")) {
            hosts++;
        } else if (is_name(name, name_length, "content-length")) {
            if (length == 0 || length > 6) return -1;
            for (size_t i = 0; i < length; i++) {
                if (value[i] < '0' || value[i] > '9') return -1;
                request->content_length = request->content_length * 10 + (value[i] - '0');
            }
        } else if (is_name(name, name_length, "connection")) {
            request->closes = is_name(value, length, "close");
        } else if (is_name(name, name_length, "transfer-encoding")) {
            return -1;
        }
    }
    at += 2;
    if (hosts != 1) return -1;
    if ((size_t)(end - at) < request->content_length) return 0;
    request->content = at;
    return at + request->content_length - start;
}

// MARK: Writing responses

static char get_response[512], common_fields[256];
static size_t get_length, common_length;

// The Date changes once a second, and with it the prepared responses.
static void keep_time(void) {
    static time_t prepared;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec == prepared) return;
    prepared = now.tv_sec;
    struct tm tm;
    char date[32];
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now.tv_sec, &tm));
    common_length = sprintf(common_fields, "HTTP/1.1 200 OK\r\nDate: %s\r\nAccess-Control-Allow-Origin: *\r\n", date);
    get_length = sprintf(get_response,
                         "%sContent-Type: text/plain; charset=utf-8\r\nContent-Length: 34\r\n\r\n"
                         "GET request processed successfully",
                         common_fields);
}

static void append(const void *octets, size_t count) {
    memcpy(output + output_count, octets, count);
    output_count += count;
}

static void append_response(const struct request *request) {
    if (!request->is_post) return append(get_response, get_length);
    static const char type[] = "Content-Type: text/plain\r\nContent-Length: ";
    append(common_fields, common_length);
    append(type, sizeof type - 1);
    char digits[8];
    size_t first = sizeof digits;
    for (size_t rest = request->content_length + 6; rest > 0; rest /= 10) digits[--first] = '0' + rest % 10;
    append(digits + first, sizeof digits - first);
    append("\r\n\r\necho: ", 10);
    append(request->content, request->content_length);
}

// MARK: Connections

static bool flush(int fd) {
    bool all = send(fd, output, output_count, MSG_NOSIGNAL) == (ssize_t)output_count;
    output_count = 0;
    return all;
}

// Answers all requests in `count` octets of `input`, and keeps the rest; returns false to close.
static bool answer(int fd, size_t count) {
    const char *at = input, *end = input + count;
    struct request request = {0};
    ssize_t length = 0;
    while (at < end && !request.closes && (length = parse(at, end, &request)) > 0) {
        size_t most = sizeof get_response + request.content_length;
        if (OUTPUT - output_count < most && !flush(fd)) return false;
        append_response(&request);
        at += length;
    }
    if (output_count > 0 && !flush(fd)) return false;
    if (length < 0 || request.closes) return false;

    struct leftover *left = &leftovers[fd];
    left->count = end - at;
    if (left->count == 0 && left->octets == NULL) return true;
    left->octets = left->count ? realloc(left->octets, left->count) : (free(left->octets), NULL);
    if (left->count) memcpy(left->octets, at, left->count);
    return true;
}

// Reads until a read does not fill the buffer: edge-triggered epoll reports later input. It does not report a FIN
// that was part of the same event: then reads until that.
static bool serve(int fd, bool has_ended) {
    for (;;) {
        size_t kept = leftovers[fd].count;
        if (kept == INPUT) return false;
        if (kept > 0) memcpy(input, leftovers[fd].octets, kept);
        ssize_t count = recv(fd, input + kept, INPUT - kept, 0);
        if (count < 0 && errno == EAGAIN) return true;
        if (count <= 0 || !answer(fd, kept + count)) return false;
        if (kept + count < INPUT && !has_ended) return true;
    }
}

static void close_connection(int fd) {
    free(leftovers[fd].octets);
    leftovers[fd] = (struct leftover){0};
    close(fd);
}

static void accept_all(int listener, int epoll) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max > 1 << 20) files.rlim_max = 1 << 20;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    leftovers = calloc(files.rlim_max, sizeof *leftovers);
    fill_tables();

    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (leftovers == NULL || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1024) != 0)
        return perror("floor"), 1;

    int epoll = epoll_create1(0);
    struct epoll_event events[EVENTS], event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        keep_time();
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                accept_all(listener, epoll);
            else if (!serve(fd, events[i].events & EPOLLRDHUP))
                close_connection(fd);
        }
    }
}
