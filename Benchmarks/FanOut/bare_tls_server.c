// The limit over TLS: a server that does nothing but SSL_write() one prepared buffer per viewer and frame.
//
// One thread, epoll, OpenSSL as it comes, no HTTP beyond reading to the end of a request's head, no WebSocket beyond the frame header, and a Sec-WebSocket-Accept
// that is the same for everybody. Frames are stamped as `brokerctl bench` wants them: publish time at byte 30, sequence at 38 and at the end.
//
// Usage: bare_tls_server PORT FRAME_BYTES FRAMES_PER_SECOND CERTIFICATE KEY

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct frame {
    int references;
    size_t length;
    uint8_t bytes[];
};

struct viewer {
    int fd;
    SSL *tls;
    int is_open;
    int is_viewer;
    int index;
    size_t head_length;
    struct frame *writing;
    size_t written;
    char head[2048];
};

static struct viewer **viewers;
static int viewer_count, viewer_capacity;
static int epoll_fd;
static SSL_CTX *context;

static void release(struct frame *frame) {
    if (--frame->references == 0) free(frame);
}

static void drop(struct viewer *viewer) {
    if (viewer->is_viewer) {
        viewers[viewer->index] = viewers[--viewer_count];
        viewers[viewer->index]->index = viewer->index;
    }
    if (viewer->writing) release(viewer->writing);
    SSL_free(viewer->tls);
    close(viewer->fd);
    free(viewer);
}

static void put_big_endian(uint8_t *target, uint64_t value) {
    for (int i = 0; i < 8; i++) target[i] = (uint8_t)(value >> (56 - 8 * i));
}

static struct frame *make_frame(size_t size, uint64_t sequence) {
    size_t header = size < 126 ? 2 : size < 65536 ? 4 : 10;
    struct frame *frame = malloc(sizeof *frame + header + size);
    uint8_t *bytes = frame->bytes;
    bytes[0] = 0x82;
    if (header == 2) {
        bytes[1] = (uint8_t)size;
    } else if (header == 4) {
        bytes[1] = 126;
        bytes[2] = (uint8_t)(size >> 8);
        bytes[3] = (uint8_t)size;
    } else {
        bytes[1] = 127;
        put_big_endian(bytes + 2, size);
    }
    uint8_t *payload = bytes + header;
    memset(payload, 0xA5, size);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    put_big_endian(payload + 30, (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    put_big_endian(payload + 38, sequence);
    put_big_endian(payload + size - 8, sequence);
    frame->length = header + size;
    frame->references = 1;
    return frame;
}

// Whether a call that did not do everything only waits for the socket.
static int waits(struct viewer *viewer, int result) {
    int error = SSL_get_error(viewer->tls, result);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

// Sends what is left of the viewer's frame. Answers 0 when the viewer is gone.
static int pump(struct viewer *viewer) {
    struct frame *frame = viewer->writing;
    // One record after the other, until the socket takes no more.
    while (viewer->written < frame->length) {
        int sent = SSL_write(viewer->tls, frame->bytes + viewer->written, (int)(frame->length - viewer->written));
        if (sent <= 0) return waits(viewer, sent);
        viewer->written += (size_t)sent;
    }
    release(frame);
    viewer->writing = NULL;
    return 1;
}

static void watch(struct viewer *viewer, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = viewer};
    epoll_ctl(epoll_fd, operation, viewer->fd, &event);
}

static void publish(size_t size, uint64_t sequence) {
    struct frame *frame = make_frame(size, sequence);
    for (int i = viewer_count - 1; i >= 0; i--) {
        struct viewer *viewer = viewers[i];
        if (viewer->writing) continue;
        viewer->writing = frame;
        viewer->written = 0;
        frame->references++;
        if (!pump(viewer)) {
            drop(viewer);
        } else if (viewer->writing) {
            watch(viewer, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
        }
    }
    release(frame);
}

static void become_viewer(struct viewer *viewer) {
    static const char answer[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    SSL_write(viewer->tls, answer, sizeof answer - 1);
    viewer->is_viewer = 1;
    if (viewer_count == viewer_capacity) {
        viewer_capacity = viewer_capacity ? viewer_capacity * 2 : 1024;
        viewers = realloc(viewers, (size_t)viewer_capacity * sizeof *viewers);
    }
    viewer->index = viewer_count;
    viewers[viewer_count++] = viewer;
}

static void read_from(struct viewer *viewer) {
    if (!viewer->is_open) {
        int result = SSL_accept(viewer->tls);
        if (result <= 0) {
            if (!waits(viewer, result)) drop(viewer);
            return;
        }
        viewer->is_open = 1;
    }
    // A record may be there whole already, of which epoll knows nothing.
    for (;;) {
        char scratch[4096];
        char *target = viewer->is_viewer ? scratch : viewer->head + viewer->head_length;
        size_t room = viewer->is_viewer ? sizeof scratch : sizeof viewer->head - 1 - viewer->head_length;
        int count = SSL_read(viewer->tls, target, (int)room);
        if (count <= 0) {
            if (!waits(viewer, count)) drop(viewer);
            return;
        }
        if (viewer->is_viewer) continue;
        viewer->head_length += (size_t)count;
        viewer->head[viewer->head_length] = 0;
        if (strstr(viewer->head, "\r\n\r\n")) become_viewer(viewer);
    }
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct viewer *viewer = calloc(1, sizeof *viewer);
        viewer->fd = fd;
        viewer->tls = SSL_new(context);
        SSL_set_fd(viewer->tls, fd);
        SSL_set_accept_state(viewer->tls);
        watch(viewer, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: %s PORT FRAME_BYTES FRAMES_PER_SECOND CERTIFICATE KEY\n", arguments[0]);
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    size_t size = (size_t)atol(arguments[2]);
    double rate = atof(arguments[3]);
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(context, arguments[4]) != 1 || SSL_CTX_use_PrivateKey_file(context, arguments[5], SSL_FILETYPE_PEM) != 1) {
        ERR_print_errors_fp(stderr);
        return 1;
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) {
        perror("listen");
        return 1;
    }
    epoll_fd = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    long interval = (long)(1e9 / rate);
    struct itimerspec spec = {.it_interval = {interval / 1000000000, interval % 1000000000}, .it_value = {0, 1}};
    timerfd_settime(timer, 0, &spec, NULL);
    static char timer_mark;
    event.data.ptr = &timer_mark;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer, &event);

    uint64_t sequence = 0;
    struct epoll_event events[256];
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr == NULL) {
                accept_all(listener);
            } else if (events[i].data.ptr != &timer_mark) {
                struct viewer *viewer = events[i].data.ptr;
                if (events[i].events & EPOLLOUT && viewer->writing) {
                    if (!pump(viewer)) {
                        drop(viewer);
                        continue;
                    }
                    if (!viewer->writing) watch(viewer, EPOLLIN, EPOLL_CTL_MOD);
                }
                if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(viewer);
            }
        }
        // After the events: publishing may drop viewers that an event would still point to.
        uint64_t expirations;
        if (read(timer, &expirations, sizeof expirations) == sizeof expirations) publish(size, ++sequence);
    }
}
