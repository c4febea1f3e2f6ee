#include "core/base/output.h"

#include "core/base/crash_point.h"
#include "core/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    int fd;
    bool force;
    bool installed; // the name PATH.partial is not ours any more
    char *path;
    char *partial;
};

static void free_output(struct output **output)
{
    struct output *o = *output;
    if (o->fd >= 0) {
        close(o->fd);
    }
    free(o->path);
    free(o->partial);
    free(o);
    *output = NULL;
}

// A device or pipe, or a link to one, such as /dev/stdout: the rename would take it from
// the whole machine, and nobody would get what was meant for it.
static bool is_no_file(const char *path, mode_t mode)
{
    static const char processes[] = "/proc/";
    char link[sizeof processes] = "";
    struct stat behind;
    if (!S_ISLNK(mode)) {
        return !S_ISREG(mode);
    }
    bool own = readlink(path, link, sizeof link - 1) > 0 && strcmp(link, processes) == 0;
    return own || (stat(path, &behind) == 0 && !S_ISREG(behind.st_mode)
                   && !S_ISDIR(behind.st_mode));
}

static int target_is_free(const char *path, bool force, struct error *err)
{
    struct stat status;
    if (lstat(path, &status) < 0) {
        return errno == ENOENT ? 0 : error_errno(err, errno, "%s", path);
    }
    if (S_ISDIR(status.st_mode)) {
        return error_set(err, ERR_EXISTS, "%s: is a folder, not a file to write", path);
    }
    if (is_no_file(path, status.st_mode)) {
        return error_set(err, ERR_EXISTS, "%s: is a device or pipe, not a file to write", path);
    }
    if (!force) {
        return error_set(err, ERR_EXISTS, "%s: exists (--force replaces it)", path);
    }
    return 0;
}

// Open file description locks leave alone the flock() that libhdf5 may take,
// and are not lost when some other descriptor of the file is closed.
static int lock_partial(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &lock);
}

// The lock counts only while the name still leads to the locked file: between
// our open and our lock its former owner may have renamed it into place.
static bool still_named(int fd, const char *path)
{
    struct stat by_fd, by_name;
    return fstat(fd, &by_fd) == 0 && lstat(path, &by_name) == 0
        && by_fd.st_dev == by_name.st_dev && by_fd.st_ino == by_name.st_ino;
}

static int open_locked(struct output *o, struct error *err)
{
    for (int attempt = 0; attempt < 100; attempt++) {
        o->fd = open(o->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (o->fd < 0) {
            return error_errno(err, errno, "%s: cannot write", o->partial);
        }
        if (lock_partial(o->fd) < 0) {
            if (errno == EAGAIN || errno == EACCES) {
                return error_set(err, ERR_EXISTS, "%s: another run is writing it", o->path);
            }
            return error_errno(err, errno, "%s: cannot lock", o->partial);
        }
        if (still_named(o->fd, o->partial)) {
            return 0;
        }
        close(o->fd);
        o->fd = -1;
    }
    return error_set(err, ERR_EXISTS, "%s: other runs keep writing it", o->path);
}

int output_open(struct output **ret, const char *path, bool force, struct error *err)
{
    int code = target_is_free(path, force, err);
    if (code < 0) {
        return code;
    }
    struct output *o = calloc(1, sizeof *o);
    if (!o) {
        return error_nomem(err, path);
    }
    o->fd = -1;
    o->force = force;
    size_t size = strlen(path) + sizeof ".partial";
    o->path = strdup(path);
    o->partial = malloc(size);
    if (!o->path || !o->partial) {
        code = error_nomem(err, path);
        goto fail;
    }
    snprintf(o->partial, size, "%s.partial", path);
    code = open_locked(o, err);
    if (code < 0) {
        goto fail;
    }
    // It may have come into being while we waited.
    code = target_is_free(path, force, err);
    if (code < 0) {
        output_abandon(&o);
        return code;
    }
    *ret = o;
    return 0;

fail:
    free_output(&o);
    return code;
}

int output_fd(const struct output *output)
{
    return output->fd;
}

const char *output_partial_path(const struct output *output)
{
    return output->partial;
}

int output_reserve(struct output *output, uint64_t size, struct error *err)
{
    int failed = 0;
    do {
        // Nothing to reserve for an empty file: the call would say EINVAL.
        failed = size > 0 ? posix_fallocate(output->fd, 0, (off_t)size) : 0;
    } while (failed == EINTR);
    if (failed) {
        return error_errno(err, failed, "%s: cannot reserve %llu bytes", output->partial,
                           (unsigned long long)size);
    }
    if (ftruncate(output->fd, (off_t)size) < 0) {
        return error_errno(err, errno, "%s: cannot reserve", output->partial);
    }
    return 0;
}

static int open_folder_of(int *ret, const char *path, struct error *err)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--; // "run/" is in the folder that "run" is in
    }
    const char *slash = memrchr(path, '/', length);
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!folder) {
        return error_nomem(err, path);
    }
    int code = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        code = error_errno(err, errno, "%s: its folder cannot be opened", path);
    } else {
        *ret = fd;
    }
    free(folder);
    return code;
}

// Some file systems cannot sync a folder and answer EINVAL: no error of ours.
static int sync_folder(int fd)
{
    return fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

static int rename_into_place(const char *partial, const char *path, bool force)
{
    if (force) {
        return rename(partial, path);
    }
    if (renameat2(AT_FDCWD, partial, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    // A file system without that flag: link() refuses an existing name, too.
    if (link(partial, path) == 0) {
        return unlink(partial);
    }
    return errno == EEXIST ? -1 : rename(partial, path);
}

// What is synced gets its name, for good. *ret_renamed as soon as it has it.
static int install(const char *partial, const char *path, bool force, bool *ret_renamed,
                   struct error *err)
{
    // What can fail comes before the rename: behind it only the sync is left.
    int folder = -1;
    int code = open_folder_of(&folder, path, err);
    if (code < 0) {
        return code;
    }
    if (rename_into_place(partial, path, force) < 0) {
        code = errno == EEXIST
            ? error_set(err, ERR_EXISTS, "%s: has come into being meanwhile", path)
            : error_errno(err, errno, "%s: cannot rename to %s", partial, path);
        goto done;
    }
    *ret_renamed = true;
    crash_point("output-renamed");
    if (sync_folder(folder) < 0) {
        code = error_errno(err, errno, "%s: is written, but its folder cannot be synced, so that "
                           "a power cut may undo it", path);
    }

done:
    close(folder);
    return code;
}

int output_install(struct output *o, struct error *err)
{
    if (fsync(o->fd) < 0) {
        return error_errno(err, errno, "%s: cannot sync", o->partial);
    }
    crash_point("output-synced");
    return install(o->partial, o->path, o->force, &o->installed, err);
}

int output_install_folder(const char *partial, const char *path, struct error *err)
{
    int fd = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return error_errno(err, errno, "%s: cannot open the folder", partial);
    }
    int code = syncfs(fd) < 0 ? error_errno(err, errno, "%s: cannot sync", partial) : 0;
    close(fd);
    bool renamed = false;
    return code < 0 ? code : install(partial, path, false, &renamed, err);
}

int output_commit(struct output **output, struct error *err)
{
    int code = output_install(*output, err);
    if (code < 0) {
        output_abandon(output);
        return code;
    }
    free_output(output);
    return 0;
}

void output_abandon(struct output **output)
{
    if (*output) {
        if (!(*output)->installed) {
            unlink((*output)->partial);
        }
        free_output(output);
    }
}

void output_keep(struct output **output)
{
    if (*output) {
        free_output(output);
    }
}

int output_make_folder(bool *ret_made, const char *path, struct error *err)
{
    int holder = -1;
    if (mkdir(path, 0777) < 0) {
        if (errno != EEXIST) {
            return error_errno(err, errno, "%s: cannot make the folder", path);
        }
        *ret_made = false;
        return 0;
    }
    int code = open_folder_of(&holder, path, err);
    if (code == 0 && sync_folder(holder) < 0) {
        code = error_errno(err, errno, "%s: the folder that it is in cannot be synced", path);
    }
    if (holder >= 0) {
        close(holder);
    }
    if (code < 0) {
        rmdir(path);
        return code;
    }
    *ret_made = true;
    return 0;
}

int output_lock_folder(int *ret_fd, const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return error_errno(err, errno, "%s", path);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int code = errno == EWOULDBLOCK
            ? error_set(err, ERR_EXISTS, "%s: another run is writing it", path)
            : error_errno(err, errno, "%s: cannot lock", path);
        close(fd);
        return code;
    }
    *ret_fd = fd;
    return 0;
}

int output_write_file(const char *path, const void *data, size_t size, bool force,
                      struct error *err)
{
    struct output *o;
    int code = output_open(&o, path, force, err);
    if (code < 0) {
        return code;
    }
    code = output_reserve(o, size, err);
    if (code == 0) {
        code = io_write_at(o->fd, data, size, 0, o->partial, err);
    }
    if (code < 0) {
        output_abandon(&o);
        return code;
    }
    return output_commit(&o, err);
}
