#include "tools/extract/clip_files.h"

#include "core/base/io.h"
#include "core/base/random.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t add_stamp(uint64_t stamp, const struct stat *status)
{
    char text[96] = "absent";
    if (status) {
        snprintf(text, sizeof text, "%lld %lld.%09ld", (long long)status->st_size,
                 (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
    }
    return random_hash_text(stamp, text);
}

static uint64_t stamp_of_open(const struct clip_files *files)
{
    uint64_t stamp = 0;
    for (int i = 0; i < files->count; i++) {
        struct stat status;
        stamp = add_stamp(stamp, fstat(files->fds[i], &status) == 0 ? &status : NULL);
    }
    return stamp;
}

uint64_t clip_files_stamp(const struct source *source, const struct source_clip *clip)
{
    int count = source->images ? source->images : 1;
    uint64_t stamp = 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct stat status;
        bool there = source_file_name(source, clip, i + 1, path, sizeof path, NULL) == 0
                  && stat(path, &status) == 0;
        stamp = add_stamp(stamp, there ? &status : NULL);
    }
    return stamp;
}

// What the worker may know of a name: "x" and the extension.
static void bare_name(char *ret, size_t capacity, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    if (!dot || snprintf(ret, capacity, "x%s", dot) >= (int)capacity) {
        snprintf(ret, capacity, "x");
    }
}

// The error's text without the file's name in front, which the reader of a
// message has beside it.
static const char *reason_of(const struct error *err, const char *path)
{
    size_t length = strlen(path);
    bool named = strncmp(err->text, path, length) == 0
              && strncmp(err->text + length, ": ", 2) == 0;
    return named ? err->text + length + 2 : err->text;
}

int clip_files_open(struct clip_files *ret, const struct source *source,
                    const struct source_clip *clip, char *why, size_t capacity)
{
    int count = source->images ? source->images : 1;
    assert(count <= CLIP_FILES_MAX);
    ret->count = 0;
    ret->bytes = 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        uint64_t size;
        struct error err = ERROR_INIT;
        int code = source_file_name(source, clip, i + 1, path, sizeof path, &err);
        if (code == 0) {
            code = io_open_regular(&ret->fds[i], &size, path, &err);
        }
        if (code < 0) {
            const char *reason = reason_of(&err, path);
            if (source->images) {
                snprintf(why, capacity, "%d.jpg: %.900s", i + 1, reason);
            } else {
                snprintf(why, capacity, "%s", reason);
            }
            clip_files_close(ret);
            return code;
        }
        if (source->images) {
            snprintf(ret->names[i], sizeof ret->names[i], "%d.jpg", i + 1);
        } else {
            bare_name(ret->names[i], sizeof ret->names[i], path);
        }
        ret->count++;
        ret->bytes += size;
    }
    ret->stamp = stamp_of_open(ret);
    return 0;
}

bool clip_files_changed(const struct clip_files *files)
{
    return stamp_of_open(files) != files->stamp;
}

void clip_files_close(struct clip_files *files)
{
    for (int i = 0; i < files->count; i++) {
        close(files->fds[i]);
    }
    files->count = 0;
}
