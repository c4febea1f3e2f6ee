#include "core/base/io.h"

#include "core/base/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// The kernel answers EFAULT where a page of what is written cannot be had: of a
// mapped file that became shorter.
static int write_failed(int number, const char *p, size_t size, const char *name,
                        struct error *err)
{
    const char *source = number == EFAULT ? mapping_name_at(p) : NULL;
    source = number == EFAULT && !source ? mapping_name_at(p + size - 1) : source;
    if (source) {
        return error_set(err, ERR_IO, "%s: became shorter, or unreadable, while it was in use",
                         source);
    }
    return error_errno(err, number, "%s: cannot write", name);
}

int io_write_at(int fd, const void *data, size_t size, uint64_t offset, const char *name,
                struct error *err)
{
    const char *p = data;
    while (size > 0) {
        ssize_t n = pwrite(fd, p, size, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return write_failed(n < 0 ? errno : EIO, p, size, name, err);
        }
        p += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

int io_read_at(int fd, void *data, size_t size, uint64_t offset, const char *name,
               struct error *err)
{
    char *p = data;
    while (size > 0) {
        ssize_t n = pread(fd, p, size, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return error_errno(err, errno, "%s: cannot read", name);
        }
        if (n == 0) {
            return error_set(err, ERR_FORMAT, "%s: ends %zu bytes early", name, size);
        }
        p += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

void io_drop_cached(int fd)
{
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

int io_open_regular(int *ret_fd, uint64_t *ret_size, const char *path, struct error *err)
{
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return error_errno(err, errno, "%s", path);
    }
    struct stat status;
    if (fstat(fd, &status) < 0) {
        int code = error_errno(err, errno, "%s", path);
        close(fd);
        return code;
    }
    if (!S_ISREG(status.st_mode)) {
        close(fd);
        return error_set(err, ERR_IO, "%s: %s, not a regular file", path,
                         S_ISDIR(status.st_mode) ? "a directory" : "a device or pipe");
    }
    *ret_fd = fd;
    if (ret_size) {
        *ret_size = (uint64_t)status.st_size;
    }
    return 0;
}

int io_read_file(char **ret, size_t *ret_size, const char *path, size_t limit, struct error *err)
{
    int fd;
    uint64_t size;
    int code = io_open_regular(&fd, &size, path, err);
    if (code < 0) {
        return code;
    }
    char *data = NULL;
    if (size > limit) {
        code = error_set(err, ERR_FORMAT, "%s: %llu bytes; at most %zu are read", path,
                         (unsigned long long)size, limit);
    } else if (!(data = malloc(size + 1))) {
        code = error_nomem(err, path);
    } else {
        code = io_read_at(fd, data, size, 0, path, err);
    }
    close(fd);
    if (code < 0) {
        free(data);
        return code;
    }
    data[size] = 0;
    *ret = data;
    *ret_size = size;
    return 0;
}
