#include "core/base/child.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// What goes between a child and its parent, descriptors included. The other end may be
// taken over: here its sizes and descriptors are checked, what it says by who asked.

int child_send(int socket, const void *data, size_t size, int fd, struct error *err)
{
    struct iovec part = {.iov_base = (void *)data, .iov_len = size};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    ssize_t n;
    do {
        n = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
        return error_set(err, ERR_CHILD, "the worker process is gone");
    }
    if (n != (ssize_t)size) {
        return error_errno(err, n < 0 ? errno : EMSGSIZE, "cannot send to a worker process");
    }
    return 0;
}

static int wait_readable(int socket, int timeout_ms, struct error *err)
{
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    int ready = poll(&wait, 1, timeout_ms);
    if (ready < 0) {
        return errno == EINTR ? error_set(err, ERR_STOPPED, "interrupted")
                              : error_errno(err, errno, "cannot wait for a worker process");
    }
    if (ready == 0) {
        return error_set(err, ERR_CHILD, "no answer within %g s", timeout_ms / 1000.0);
    }
    return 0;
}

// Take the one descriptor of a message; close any others a liar added.
static int take_descriptor(struct msghdr *message)
{
    int taken = -1;
    for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h; h = CMSG_NXTHDR(message, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
            if (taken < 0) {
                taken = fd;
            } else {
                close(fd);
            }
        }
    }
    return taken;
}

int child_receive(int socket, void *data, size_t size, int *ret_fd, int timeout_ms,
                  struct error *err)
{
    int code = wait_readable(socket, timeout_ms, err);
    if (code < 0) {
        return code;
    }
    struct iovec part = {.iov_base = data, .iov_len = size};
    union {
        char bytes[CMSG_SPACE(4 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n;
    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_TRUNC);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno != ECONNRESET) {
        return error_errno(err, errno, "cannot hear a worker process");
    }
    if (n <= 0) {
        return error_set(err, ERR_CHILD, "the worker process is gone");
    }
    int fd = take_descriptor(&message);
    if (n != (ssize_t)size) {
        if (fd >= 0) {
            close(fd);
        }
        return error_set(err, ERR_CHILD, "a message of %zd bytes where %zu are due", n, size);
    }
    if (ret_fd) {
        *ret_fd = fd;
    } else if (fd >= 0) {
        close(fd);
    }
    return 0;
}
