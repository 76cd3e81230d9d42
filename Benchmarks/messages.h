// What load.c and latency.c send, what they expect, and the server's processor time.

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define KINDS "get|fields|pipeline|connect|post|post-discarded|post64k|post64k-discarded"

enum { PIPELINED = 16, LARGEST = 128 << 10 };

static const char *program;
static int port;

static void fail(const char *what) {
    fprintf(stderr, "%s: port %d: %s%s%s\n", program, port, what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

// MARK: The server's processor time

struct times {
    long long running, waiting;  // nanoseconds; waiting for a processor
};

// The first two numbers in the schedstat of each thread of these processes.
static struct times processor_times(char **pids) {
    struct times total = {0};
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
            struct times times;
            if (file != NULL && fscanf(file, "%lld %lld", &times.running, &times.waiting) == 2)
                total.running += times.running, total.waiting += times.waiting;
            if (file != NULL) fclose(file);
        }
        closedir(tasks);
    }
    return total;
}

// MARK: Requests and responses

static char request[LARGEST], content_expected[LARGEST];
static size_t request_length, expected_length;
static int responses_expected = 1;
// Whether each request has a connection of its own, which the server closes after the response.
static bool closes;

#define FEW_FIELDS "Host: 127.0.0.1\r\nUser-Agent: load/1.0\r\nAccept: */*\r\n"
// What a browser sends when a user follows a link: 12 fields.
static const char browser_fields[] =
    "Host: 127.0.0.1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.8,ja;q=0.6,de;q=0.4\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=2f1c9c0e5d7a4b6f8e3d; theme=dark; consent=1\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-User: ?1\r\n";

static void make_post(size_t length, bool is_discarded) {
    request_length = sprintf(request, "POST / HTTP/1.1\r\n%sContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                             FEW_FIELDS, length);
    char *content = request + request_length;
    // Lines of all printable characters, so that a lost or moved octet is noticed.
    for (size_t i = 0; i < length; i++) content[i] = '!' + (i + i / 94) % 94;
    request_length += length;
    if (is_discarded) return;
    expected_length = sprintf(content_expected, "echo: ") + length;
    memcpy(content_expected + 6, content, length);
}

static void make_gets(const char *fields, int count) {
    responses_expected = count;
    while (count-- > 0) request_length += sprintf(request + request_length, "GET / HTTP/1.1\r\n%s\r\n", fields);
}

static bool make_messages(const char *kind) {
    expected_length = sprintf(content_expected, "GET request processed successfully");
    bool is_discarded = strstr(kind, "-discarded") != NULL;
    if (strcmp(kind, "get") == 0) return make_gets(FEW_FIELDS, 1), true;
    if (strcmp(kind, "fields") == 0) return make_gets(browser_fields, 1), true;
    if (strcmp(kind, "pipeline") == 0) return make_gets(FEW_FIELDS, PIPELINED), true;
    if (strcmp(kind, "post") == 0 || strcmp(kind, "post-discarded") == 0)
        return make_post(1 << 10, is_discarded), true;
    if (strcmp(kind, "post64k") == 0 || strcmp(kind, "post64k-discarded") == 0)
        return make_post(64 << 10, is_discarded), true;
    closes = strcmp(kind, "connect") == 0;
    if (closes) make_gets(FEW_FIELDS "Connection: close\r\n", 1);
    return closes;
}

// The value of a header field, or NULL. `start` is that of the status line, `content` that of the content.
static const char *field(const char *start, const char *content, const char *name) {
    size_t length = strlen(name);
    for (const char *line = start; line < content; line++) {
        line = memchr(line, '\n', content - line);
        if ((size_t)(content - line) > length && line[length + 1] == ':' && strncasecmp(line + 1, name, length) == 0)
            return line + length + 2 + (line[length + 2] == ' ');
    }
    return NULL;
}

// The end of chunked content, or NULL when it is incomplete.
static const char *check_chunks(const char *at, const char *end) {
    for (size_t checked = 0;;) {
        const char *line = memmem(at, end - at, "\r\n", 2);
        if (line == NULL) return NULL;
        size_t length = strtoul(at, NULL, 16);
        at = line + 2;
        if ((size_t)(end - at) < length + 2) return NULL;
        errno = 0;
        if (length > expected_length - checked || memcmp(at, content_expected + checked, length) != 0)
            fail("a response with the wrong content");
        checked += length;
        at += length + 2;
        if (length == 0 && checked != expected_length) fail("a response of the wrong length");
        if (length == 0) return at;
    }
}

// The length of the response at `start`, 0 when it is incomplete.
static size_t check_response(const char *start, const char *end) {
    const char *content = memmem(start, end - start, "\r\n\r\n", 4);
    if (content == NULL) return 0;
    content += 4;
    errno = 0;
    if (memcmp(start, "HTTP/1.1 200 OK\r\n", 17) != 0) fail("a response that is not 200 OK");
    const char *length = field(start, content, "Content-Length");
    if (length == NULL) {
        if (field(start, content, "Transfer-Encoding") == NULL) fail("a response without a length");
        const char *after = check_chunks(content, end);
        return after == NULL ? 0 : after - start;
    }
    if (strtoul(length, NULL, 10) != expected_length) fail("a response of the wrong length");
    if ((size_t)(end - content) < expected_length) return 0;
    if (memcmp(content, content_expected, expected_length) != 0) fail("a response with the wrong content");
    return content + expected_length - start;
}

// MARK: Connections

static void allow_many_files(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

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

static void send_request(int fd) {
    if (send(fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) fail("cannot send");
}
