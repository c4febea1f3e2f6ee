#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "core/base/error.h"
#include "core/base/sandbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Child processes that parse untrusted bytes. They are forked, not executed;
 * keep no descriptor but those named; have standard input, output and error
 * on /dev/null (sanitizer builds keep standard error); are locked into the
 * sandbox before they see a byte; and are killed when their parent dies.
 *
 * Fork while no other thread of ours runs. */

/* ---- a child that lives for many requests ---- */

struct child {
    pid_t pid;  /* 0 when there is none */
    int socket; /* the parent's end, SOCK_SEQPACKET: a message is one send */
};

enum { CHILD_MESSAGE_MAX = 16384 }; /* bytes in one message */

struct child_job {
    /* Before the sandbox closes: warm up what needs files. May be NULL. */
    int (*prepare)(void *context, struct error *err);
    /* The child's life; its return value ends the process. */
    int (*run)(int socket, void *context);
    void *context;
};

/* Start one. Memory that the parent mapped MAP_SHARED is shared with it, all
 * else is a copy. On success the parent ends it with child_stop(). */
int child_start(struct child *ret, const struct child_job *job, const struct sandbox *sandbox,
                struct error *err) MUST_CHECK;

/* Kill and reap it, and close the socket. Accepts a child that was never
 * started. If how is not NULL, it says how the child had ended if it was dead
 * or dying already ("crashed (Segmentation fault)", ...), else "was killed". */
void child_stop(struct child *child, char *how, size_t capacity);

/* Send one message of 1 .. CHILD_MESSAGE_MAX bytes, with the descriptor fd
 * unless it is negative (the caller keeps its copy). */
int child_send(int socket, const void *data, size_t size, int fd, struct error *err) MUST_CHECK;

/* Receive one message of exactly `size` bytes within timeout_ms (negative:
 * wait for ever). *ret_fd gets the descriptor that came along, or -1; with
 * ret_fd NULL one that comes is closed. ERR_STOPPED when a signal interrupted
 * the wait; ERR_CHILD on time-out, wrong size, or when the other end is gone. */
int child_receive(int socket, void *data, size_t size, int *ret_fd, int timeout_ms,
                  struct error *err) MUST_CHECK;

/* ---- a child for one call ---- */

/* Where the child leaves its result: a region shared with the parent. */
struct child_buffer {
    unsigned char *data;
    size_t capacity;
    size_t size;
};

/* Append; ERR_VALUE when it does not fit. */
int child_buffer_add(struct child_buffer *buffer, const void *data, size_t size,
                     struct error *err) MUST_CHECK;

struct child_call {
    const char *name; /* the file, for messages */
    int fd;           /* the one descriptor the child keeps, or -1 */
    size_t capacity;  /* the largest result accepted */
    int timeout_ms;   /* by the clock: for one that sleeps, or a machine that is loaded */
    int cpu_seconds;  /* of processor time, once it is in the sandbox; 0: any */
    int (*prepare)(void *context, struct error *err); /* may be NULL */
    int (*run)(struct child_buffer *out, void *context, struct error *err);
    void *context;
};

/* Run it in a child. On success *ret is a private copy of the result, which
 * the caller frees. The child's own error arrives cleaned; its death, silence
 * or nonsense is ERR_CHILD. */
int child_call(void **ret, size_t *ret_size, const struct child_call *call,
               const struct sandbox *sandbox, struct error *err) MUST_CHECK;

#endif
