/* child_start() and its messages: children that live for many requests. */
#include "core/base/child.h"
#include "tests/unit/child_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct child start(int (*run)(int, void *), void *context)
{
    struct sandbox sandbox = sandbox_defaults();
    struct child_job job = {.run = run, .context = context};
    struct child child = {0};
    struct error err = ERROR_INIT;
    assert_int_equal(child_start(&child, &job, &sandbox, &err), 0);
    assert_true(child.pid > 0 && child.socket >= 0);
    return child;
}

struct request {
    uint32_t number;
    char padding[1000];
};

struct reply {
    uint32_t number;
    char text[8];
};

// Answer with the request's number plus one and the first bytes of its file.
static int serve(int socket, void *context)
{
    (void)context;
    for (;;) {
        struct request request;
        struct reply reply = {0};
        struct error err = ERROR_INIT;
        int fd;
        if (child_receive(socket, &request, sizeof request, &fd, -1, &err) < 0) {
            return 0;
        }
        reply.number = request.number + 1;
        if (fd >= 0 && pread(fd, reply.text, sizeof reply.text - 1, 0) < 0) {
            return 1;
        }
        if (fd >= 0) {
            close(fd);
        }
        if (child_send(socket, &reply, sizeof reply, -1, &err) < 0) {
            return 2;
        }
    }
}

static void serves_many_requests(void **state)
{
    (void)state;
    int fd = nameless_file("file");
    struct child child = start(serve, NULL);
    for (uint32_t i = 0; i < 2000; i++) { // far more than its descriptor limit
        struct request request = {.number = i};
        struct reply reply;
        struct error err = ERROR_INIT;
        int got;
        assert_int_equal(child_send(child.socket, &request, sizeof request, i % 3 ? fd : -1, &err),
                         0);
        assert_int_equal(child_receive(child.socket, &reply, sizeof reply, &got, 20000, &err), 0);
        assert_int_equal(reply.number, i + 1);
        assert_string_equal(reply.text, i % 3 ? "file" : "");
        assert_int_equal(got, -1);
    }
    close(fd);
    char how[64];
    child_stop(&child, how, sizeof how);
    assert_string_equal(how, "was killed");
    assert_int_equal(child.pid, 0);
    assert_int_equal(child.socket, -1);
    child_stop(&child, how, sizeof how); // and once more does nothing
}

// timeout, systemd and batch systems end a whole group at once: what the parent
// still waits for must not be taken for a crash.
static void the_groups_end_is_the_parents_business(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    struct child child = start(serve, NULL);
    for (uint32_t i = 0; i < 20; i++) {
        struct request request = {.number = i};
        struct reply reply;
        struct error err = ERROR_INIT;
        assert_int_equal(child_send(child.socket, &request, sizeof request, -1, &err), 0);
        assert_int_equal(child_receive(child.socket, &reply, sizeof reply, NULL, 20000, &err), 0);
        assert_int_equal(reply.number, i + 1);
        assert_int_equal(kill(child.pid, signals[i % 2]), 0);
    }
    child_stop(&child, NULL, 0);
}

static int end_as_told(int socket, void *context)
{
    (void)socket;
    const char *how = context;
    if (how[0] == 's') {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    } else if (how[0] == 'f') {
        kill(getpid(), 0);
    }
    return 5;
}

// The story of a child's end goes into packs: it may not depend on how soon
// the parent looks. A socket closes before the process can be waited for, so
// some of many ends would show a parent that asks too early.
static void end_is_told_the_same_every_time(void **state)
{
    (void)state;
    static const struct {
        const char *order, *how;
    } ends[] = {
        {"segv", "crashed (Segmentation fault)"},
        {"forbidden", "tried a forbidden system call"},
        {"return", "ended early (exit status 5)"},
    };
    for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
        if (ends[e].order[0] == 'f' && !sandbox_has_filter()) {
            continue;
        }
        for (int i = 0; i < 100; i++) {
            struct child child = start(end_as_told, (void *)ends[e].order);
            struct error err = ERROR_INIT;
            char byte, how[64] = "";
            assert_int_equal(child_receive(child.socket, &byte, 1, NULL, 20000, &err), ERR_CHILD);
            child_stop(&child, how, sizeof how);
            assert_string_equal(how, ends[e].how);
        }
    }
}

static void sending_to_the_dead(void **state)
{
    (void)state;
    char order[] = "return";
    struct child child = start(end_as_told, order);
    struct error err = ERROR_INIT;
    char byte = 1;
    assert_int_equal(child_receive(child.socket, &byte, 1, NULL, 20000, &err), ERR_CHILD);
    struct error second = ERROR_INIT;
    assert_int_equal(child_send(child.socket, &byte, 1, -1, &second), ERR_CHILD);
    assert_string_equal(second.text, "the worker process is gone");
    child_stop(&child, NULL, 0);
}

static int open_count(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

// Send one byte with `count` descriptors, as child_send never would.
static void send_many(int socket, int count)
{
    int fds[16];
    for (int i = 0; i < count; i++) {
        fds[i] = STDERR_FILENO;
    }
    union {
        char bytes[CMSG_SPACE(sizeof fds)];
        struct cmsghdr align;
    } control = {{0}};
    char byte = 1;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE((size_t)count * sizeof(int))};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(header), fds, (size_t)count * sizeof(int));
    assert_int_equal(sendmsg(socket, &message, 0), 1);
}

static void liars_leak_no_descriptors(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    int before = open_count();
    for (int count = 1; count <= 16; count++) {
        struct error err = ERROR_INIT;
        char byte;
        int fd = -1;
        send_many(ends[0], count);
        assert_int_equal(child_receive(ends[1], &byte, 1, &fd, 1000, &err), 0);
        assert_true(fd >= 0);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
        send_many(ends[0], count); // not asked for
        assert_int_equal(child_receive(ends[1], &byte, 1, NULL, 1000, &err), 0);
        char two[2];
        fd = -7;
        send_many(ends[0], count); // with a message of the wrong size
        assert_int_equal(child_receive(ends[1], two, 2, &fd, 1000, &err), ERR_CHILD);
        assert_int_equal(fd, -7);
    }
    assert_int_equal(open_count(), before);
    close(ends[0]);
    close(ends[1]);
}

static void wrong_sizes_and_silence(void **state)
{
    (void)state;
    int ends[2];
    char data[64] = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    struct error quiet = ERROR_INIT;
    assert_int_equal(child_receive(ends[1], data, 8, NULL, 50, &quiet), ERR_CHILD);
    assert_string_equal(quiet.text, "no answer within 0.05 s");
    static const size_t sizes[] = {1, 7, 9, 64};
    for (size_t i = 0; i < 4; i++) {
        struct error err = ERROR_INIT;
        assert_int_equal(child_send(ends[0], data, sizes[i], -1, &err), 0);
        assert_int_equal(child_receive(ends[1], data, 8, NULL, 1000, &err), ERR_CHILD);
        char expected[64];
        snprintf(expected, sizeof expected, "a message of %zu bytes where 8 are due", sizes[i]);
        assert_string_equal(err.text, expected);
    }
    struct error err = ERROR_INIT;
    char *large = calloc(1, CHILD_MESSAGE_MAX);
    assert_non_null(large);
    assert_int_equal(child_send(ends[0], large, CHILD_MESSAGE_MAX, -1, &err), 0);
    assert_int_equal(child_receive(ends[1], large, CHILD_MESSAGE_MAX, NULL, 1000, &err), 0);
    free(large);
    close(ends[0]);
    assert_int_equal(child_receive(ends[1], data, 8, NULL, 1000, &err), ERR_CHILD);
    close(ends[1]);
}

static void on_alarm(int signal)
{
    (void)signal;
}

static void a_signal_interrupts_the_wait(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm}, old;
    assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    struct itimerval soon = {.it_value = {.tv_usec = 50000}};
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    struct error err = ERROR_INIT;
    char byte;
    assert_int_equal(child_receive(ends[1], &byte, 1, NULL, 20000, &err), ERR_STOPPED);
    sigaction(SIGALRM, &old, NULL);
    close(ends[0]);
    close(ends[1]);
}

static int live_on(int socket, void *context)
{
    (void)socket, (void)context;
    while (nanosleep(&(struct timespec){.tv_sec = 1}, NULL) == 0) {
    }
    return 0;
}

// Start a worker and die without a word; the worker's number goes to `report`.
static void die_as_a_parent(int report)
{
    struct sandbox sandbox = sandbox_defaults();
    struct child_job job = {.run = live_on};
    struct child child;
    if (child_start(&child, &job, &sandbox, NULL) == 0
        && write(report, &child.pid, sizeof child.pid) == sizeof child.pid) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); // let it get on
        raise(SIGKILL);
    }
    _exit(1);
}

static void a_parents_death_ends_its_children(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0); // orphans come to us
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        die_as_a_parent(report[1]);
    }
    pid_t worker;
    assert_int_equal(read(report[0], &worker, sizeof worker), sizeof worker);
    int status;
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    pid_t reaped = 0;
    for (int i = 0; i < 1000 && reaped == 0; i++) {
        reaped = waitpid(worker, &status, WNOHANG);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    if (reaped == 0) {
        kill(worker, SIGKILL);
        fail_msg("the worker outlived its parent");
    }
    assert_int_equal(reaped, worker);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(report[0]);
    close(report[1]);
}

static int fail_to_prepare(void *context, struct error *err)
{
    (void)context;
    return error_set(err, ERR_IO, "no");
}

static void a_worker_that_cannot_prepare(void **state)
{
    (void)state;
    struct sandbox sandbox = sandbox_defaults();
    struct child_job job = {.prepare = fail_to_prepare, .run = serve};
    struct child child = {0};
    struct error err = ERROR_INIT;
    assert_int_equal(child_start(&child, &job, &sandbox, &err), 0);
    char byte, how[64];
    assert_int_equal(child_receive(child.socket, &byte, 1, NULL, 20000, &err), ERR_CHILD);
    child_stop(&child, how, sizeof how);
    assert_string_equal(how, "could not enter the sandbox");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_many_requests),
        cmocka_unit_test(the_groups_end_is_the_parents_business),
        cmocka_unit_test(end_is_told_the_same_every_time),
        cmocka_unit_test(sending_to_the_dead),
        cmocka_unit_test(liars_leak_no_descriptors),
        cmocka_unit_test(wrong_sizes_and_silence),
        cmocka_unit_test(a_signal_interrupts_the_wait),
        cmocka_unit_test(a_parents_death_ends_its_children),
        cmocka_unit_test(a_worker_that_cannot_prepare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
