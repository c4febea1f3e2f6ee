#include "core/base/child.h"

#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_SANDBOX_REFUSED = 97 };

// The end of a child. It runs none of the parent's exit handlers; coverage
// builds note what it ran, which no handler does for them then.
static void leave(int status)
{
#ifdef TRIPTYCH_COVERAGE
    extern void __gcov_dump(void);
    __gcov_dump();
#endif
    _exit(status);
}

static void silence_standard_streams(void)
{
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
#ifndef TRIPTYCH_NO_FILTER
        dup2(null, STDERR_FILENO);
#endif
    }
}

static void close_between(unsigned first, unsigned last)
{
    if (first > last || close_range(first, last, 0) == 0) {
        return;
    }
    // Kernels before 5.9, and some containers, do not have that call.
    long open_max = sysconf(_SC_OPEN_MAX);
    for (unsigned fd = first; fd <= last && (long)fd < open_max; fd++) {
        close((int)fd);
    }
}

// Close everything above standard error but two descriptors (-1 for none).
static void close_others(int a, int b)
{
    int low = a < b ? a : b;
    int high = a < b ? b : a;
    unsigned from = STDERR_FILENO + 1;
    if (low > STDERR_FILENO) {
        close_between(from, (unsigned)low - 1);
        from = (unsigned)low + 1;
    }
    if (high > STDERR_FILENO) {
        close_between(from, (unsigned)high - 1);
        from = (unsigned)high + 1;
    }
    close_between(from, ~0u);
}

// In the child, right after the fork: nothing of the parent's but two descriptors.
static void become_child(pid_t parent, int keep_a, int keep_b)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1); // it died before the line above
    }
    // Ctrl-C, and the SIGTERM of timeout, systemd and batch systems, reach the whole
    // group: the parent decides, and its children end with it.
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    // A crash must end it: a handler of the parent's could go on as the parent.
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS,
                                  SIGXCPU};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        signal(crashes[i], SIG_DFL);
    }
    silence_standard_streams();
    close_others(keep_a, keep_b);
}

int child_start(struct child *ret, const struct child_job *job, const struct sandbox *sandbox,
                struct error *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        return error_errno(err, errno, "cannot connect to a worker process");
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        int code = error_errno(err, errno, "cannot start a worker process");
        close(ends[0]);
        close(ends[1]);
        return code;
    }
    if (pid == 0) {
        become_child(parent, ends[1], -1);
        struct error own = ERROR_INIT;
        if ((job->prepare && job->prepare(job->context, &own) < 0)
            || sandbox_enter(sandbox, &own) < 0) {
            leave(STATUS_SANDBOX_REFUSED);
        }
        leave(job->run(ends[1], job->context));
    }
    close(ends[1]);
    ret->pid = pid;
    ret->socket = ends[0];
    return 0;
}

// Make sure that it is dead, and how it died. A child that is already on its
// way out does not notice the SIGKILL: its own end is what waitpid() tells.
// (Its socket or pipe closes a moment before it can be waited for, so that
// asking without the kill would sometimes find it still alive.)
static int kill_and_reap(pid_t pid)
{
    int status = 0;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

static void describe_end(int status, char *how, size_t capacity)
{
    if (WIFSIGNALED(status)) {
        int signal = WTERMSIG(status);
        if (signal == SIGKILL) {
            snprintf(how, capacity, "was killed");
        } else if (signal == SIGSYS) {
            snprintf(how, capacity, "tried a forbidden system call");
        } else {
            snprintf(how, capacity, "crashed (%s)", strsignal(signal));
        }
    } else if (WEXITSTATUS(status) == STATUS_SANDBOX_REFUSED) {
        snprintf(how, capacity, "could not enter the sandbox");
    } else {
        snprintf(how, capacity, "ended early (exit status %d)", WEXITSTATUS(status));
    }
}

// Coverage builds let a child that is well end by itself, since one that is
// killed leaves no counts: it ends when it meets the end of its socket.
static void let_it_end(const struct child *child)
{
#ifdef TRIPTYCH_COVERAGE
    shutdown(child->socket, SHUT_RDWR);
    for (int i = 0; i < 200; i++) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0
            && info.si_pid != 0) {
            return;
        }
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
#else
    (void)child;
#endif
}

void child_stop(struct child *child, char *how, size_t capacity)
{
    if (child->pid <= 0) {
        return;
    }
    if (!how) {
        let_it_end(child);
    }
    int status = kill_and_reap(child->pid);
    if (how) {
        describe_end(status, how, capacity);
    }
    close(child->socket);
    child->pid = 0;
    child->socket = -1;
}

int child_buffer_add(struct child_buffer *buffer, const void *data, size_t size,
                     struct error *err)
{
    if (size > buffer->capacity - buffer->size) {
        return error_set(err, ERR_VALUE, "holds more than %zu bytes of description",
                         buffer->capacity);
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return 0;
}

// The head of the shared region; the result stands behind it.
struct verdict {
    int code;
    size_t size;
    struct error error;
};

static void run_call(const struct child_call *call, const struct sandbox *sandbox,
                     struct verdict *verdict)
{
    struct child_buffer out = {(unsigned char *)(verdict + 1), call->capacity, 0};
    struct error err = ERROR_INIT;
    int code = call->prepare ? call->prepare(call->context, &err) : 0;
    if (code == 0) {
        struct sandbox own = *sandbox;
        own.cpu_seconds = call->cpu_seconds;
        code = sandbox_enter(&own, &err);
    }
    if (code == 0) {
        code = call->run(&out, call->context, &err);
    }
    verdict->size = out.size;
    verdict->error = err;
    verdict->code = code;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Wait until the child closes its end of the pipe, that is, until it ends. In slices: a
// time in which we were stopped ourselves (Ctrl-Z), as the child was, counts as one.
static bool wait_end(int pipe_end, int timeout_ms)
{
    enum { SLICE_MS = 200 };
    int64_t last = now_ms();
    for (int64_t left = timeout_ms; left > 0;) {
        int slice = left < SLICE_MS ? (int)left : SLICE_MS;
        struct pollfd wait = {.fd = pipe_end, .events = POLLIN};
        int ready = poll(&wait, 1, slice);
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
        int64_t now = now_ms();
        left -= now - last < slice ? now - last : slice;
        last = now;
    }
    return false;
}

static int judge(void **ret, size_t *ret_size, const struct child_call *call,
                 struct verdict *shared, struct error *err)
{
    // The child is dead: nobody else writes to the region any more.
    if (shared->code != 0) {
        char text[ERROR_TEXT_SIZE];
        shared->error.text[ERROR_TEXT_SIZE - 1] = 0;
        text_clean(text, sizeof text, shared->error.text);
        int code = shared->code >= ERR_NUMERIC && shared->code < 0 ? shared->code : ERR_CHILD;
        if (!text[0]) {
            return error_set(err, ERR_CHILD, "%s: its reader failed without a word", call->name);
        }
        return error_set(err, code, "%s", text);
    }
    if (shared->size > call->capacity) {
        return error_set(err, ERR_CHILD, "%s: its reader's answer makes no sense", call->name);
    }
    void *copy = malloc(shared->size ? shared->size : 1);
    if (!copy) {
        return error_nomem(err, call->name);
    }
    memcpy(copy, shared + 1, shared->size);
    *ret = copy;
    *ret_size = shared->size;
    return 0;
}

int child_call(void **ret, size_t *ret_size, const struct child_call *call,
               const struct sandbox *sandbox, struct error *err)
{
    size_t region = sizeof(struct verdict) + call->capacity;
    struct verdict *shared = mmap(NULL, region, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shared == MAP_FAILED) {
        return error_errno(err, errno, "%s: cannot share memory with a reader", call->name);
    }
    int ends[2];
    int code = 0;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        code = error_errno(err, errno, "%s: cannot start a reader", call->name);
        goto unmap;
    }
    shared->code = ERR_CHILD;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        code = error_errno(err, errno, "%s: cannot start a reader", call->name);
        close(ends[0]);
        close(ends[1]);
        goto unmap;
    }
    if (pid == 0) {
        become_child(parent, ends[1], call->fd);
        run_call(call, sandbox, shared);
        leave(0);
    }
    close(ends[1]);
    bool in_time = wait_end(ends[0], call->timeout_ms);
    close(ends[0]);
    // Also when it closed the pipe: one that merely pretended to end would
    // make us wait for ever.
    int status = kill_and_reap(pid);
    if (!in_time) {
        code = error_set(err, ERR_CHILD, "%s: not read within %g s", call->name,
                         call->timeout_ms / 1000.0);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        code = error_set(err, ERR_CHILD, "%s: not read within %d s of processor time",
                         call->name, call->cpu_seconds);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        char how[96];
        describe_end(status, how, sizeof how);
        code = error_set(err, ERR_CHILD, "%s: its reader %s", call->name, how);
    } else {
        code = judge(ret, ret_size, call, shared, err);
    }
unmap:
    munmap(shared, region);
    return code;
}
