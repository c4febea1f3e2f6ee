/* Failures on demand, for builds with -Dfault_injection=true: the linker sends
 * every call that our own code makes of the functions below through here (see
 * meson.build), in whatever process or thread; calls within libraries go their
 * own way.
 *
 * TRIPTYCH_TEST_FAULT_LOG names a file that is made and filled with one record
 * a call, in the order of the calls: 8 bytes of count, 8 bytes of flags (1: the
 * failure was made), then records { caller, caller's caller: offsets in the
 * program, u32 each; name, 24 bytes }. TRIPTYCH_TEST_FAULT=K makes the K-th
 * call fail, from 1, and that one only. The log is memory shared with forked
 * children, so calls are counted over all processes. Without the first of the
 * two nothing happens. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 1 << 20, NAME_SIZE = 24 };

struct record {
    uint32_t caller, outer;
    char name[NAME_SIZE];
};

struct log {
    _Atomic uint64_t count;
    _Atomic uint64_t flags;
    struct record records[RECORDS];
};

static struct log *shared; // NULL: count nothing
static uint64_t wanted;

extern const char __executable_start[]; // the linker's: where the program lies

static bool due(const char *name, const void *caller, const void *outer)
{
    if (!shared) {
        return false;
    }
    uint64_t number = atomic_fetch_add(&shared->count, 1) + 1;
    if (number <= RECORDS) {
        struct record *record = &shared->records[number - 1];
        record->caller = (uint32_t)((const char *)caller - __executable_start);
        record->outer = (uint32_t)((const char *)outer - __executable_start);
        strncpy(record->name, name, NAME_SIZE - 1);
    }
    if (number != wanted) {
        return false;
    }
    atomic_store(&shared->flags, 1);
    return true;
}

// The frame of our caller is of our own code, which keeps frame pointers, so
// that the second address can be had.
#define DUE(name) due(name, __builtin_return_address(0), __builtin_return_address(1))

#define WRAP(type, name, parameters, arguments, number, value) \
    type __real_##name parameters;                             \
    type __wrap_##name parameters;                             \
    type __wrap_##name parameters                              \
    {                                                          \
        if (DUE(#name)) {                                      \
            errno = (number);                                  \
            return value;                                      \
        }                                                      \
        return __real_##name arguments;                        \
    }

// ---- memory, and what else runs out ----

WRAP(void *, malloc, (size_t size), (size), ENOMEM, NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), ENOMEM, NULL)
WRAP(void *, realloc, (void *old, size_t size), (old, size), ENOMEM, NULL)
WRAP(void *, aligned_alloc, (size_t at, size_t size), (at, size), ENOMEM, NULL)
WRAP(char *, strdup, (const char *text), (text), ENOMEM, NULL)
WRAP(char *, strndup, (const char *text, size_t most), (text, most), ENOMEM, NULL)
WRAP(FILE *, open_memstream, (char **data, size_t *size), (data, size), ENOMEM, NULL)
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode), ENOMEM, NULL)
WRAP(pid_t, fork, (void), (), EAGAIN, -1)
WRAP(int, pipe2, (int *ends, int flags), (ends, flags), EMFILE, -1)
WRAP(int, socketpair, (int domain, int type, int protocol, int *ends),
     (domain, type, protocol, ends), EMFILE, -1)
WRAP(void *, mmap64, (void *at, size_t size, int protect, int flags, int fd, off_t offset),
     (at, size, protect, flags, fd, offset), ENOMEM, MAP_FAILED)
WRAP(int, madvise, (void *at, size_t size, int advice), (at, size, advice), EAGAIN, -1)
WRAP(int, pthread_create,
     (pthread_t *ret, const pthread_attr_t *how, void *(*run)(void *), void *context),
     (ret, how, run, context), EAGAIN, EAGAIN)

// ---- reading ----

WRAP(int, openat64, (int folder, const char *path, int flags, mode_t mode),
     (folder, path, flags, mode), EMFILE, -1)
WRAP(ssize_t, pread64, (int fd, void *data, size_t size, off_t offset),
     (fd, data, size, offset), EIO, -1)
WRAP(int, fstat64, (int fd, struct stat *ret), (fd, ret), EIO, -1)
WRAP(int, stat64, (const char *path, struct stat *ret), (path, ret), EIO, -1)
WRAP(int, lstat64, (const char *path, struct stat *ret), (path, ret), EIO, -1)
WRAP(int, fstatat64, (int folder, const char *path, struct stat *ret, int flags),
     (folder, path, ret, flags), EIO, -1)
WRAP(DIR *, opendir, (const char *path), (path), EMFILE, NULL)
WRAP(DIR *, fdopendir, (int fd), (fd), ENOMEM, NULL)
WRAP(struct dirent *, readdir64, (DIR *folder), (folder), EIO, NULL)

// ---- writing ----

WRAP(ssize_t, pwrite64, (int fd, const void *data, size_t size, off_t offset),
     (fd, data, size, offset), ENOSPC, -1)
WRAP(int, fsync, (int fd), (fd), EIO, -1)
WRAP(int, syncfs, (int fd), (fd), EIO, -1)
WRAP(int, fdatasync, (int fd), (fd), EIO, -1)
WRAP(int, ftruncate64, (int fd, off_t size), (fd, size), ENOSPC, -1)
WRAP(int, posix_fallocate64, (int fd, off_t offset, off_t size), (fd, offset, size), 0, ENOSPC)
WRAP(int, rename, (const char *from, const char *to), (from, to), ENOSPC, -1)
WRAP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags),
     (a, from, b, to, flags), ENOSPC, -1)
WRAP(int, link, (const char *from, const char *to), (from, to), EIO, -1)
WRAP(int, unlink, (const char *path), (path), EIO, -1)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), ENOSPC, -1)
WRAP(int, flock, (int fd, int operation), (fd, operation), ENOLCK, -1)

// ---- talking to children ----

WRAP(int, poll, (struct pollfd *fds, nfds_t count, int timeout), (fds, count, timeout), ENOMEM, -1)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
     (fd, message, flags), ENOBUFS, -1)
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags),
     (fd, message, flags), ENOMEM, -1)

// ---- those with arguments that may be missing ----

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (DUE("open64")) {
        errno = EMFILE;
        return -1;
    }
    return __real_open64(path, flags, mode);
}

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (DUE("fcntl64")) {
        errno = ENOLCK;
        return -1;
    }
    return __real_fcntl64(fd, command, argument);
}

// What is printed goes out here. A full disk, from now on: that is what it is
// for a stream, which would only try again.
int __wrap_fflush(FILE *stream);
int __real_fflush(FILE *stream);
int __wrap_fflush(FILE *stream)
{
    if (DUE("fflush")) {
        errno = ENOSPC;
        return EOF;
    }
    return __real_fflush(stream);
}

__attribute__((constructor)) static void fault_start(void)
{
    const char *path = getenv("TRIPTYCH_TEST_FAULT_LOG");
    const char *number = getenv("TRIPTYCH_TEST_FAULT");
    if (!path) {
        return;
    }
    int fd = __real_open64(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *shared) < 0) {
        abort();
    }
    void *memory = __real_mmap64(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        abort();
    }
    close(fd);
    wanted = number ? strtoull(number, NULL, 10) : 0;
    shared = memory;
}
