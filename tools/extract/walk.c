#include "tools/extract/walk.h"

#include "core/base/text.h"
#include "tools/common/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 64 };

struct identity {
    dev_t device;
    ino_t inode;
};

static int compare_identities(const void *a, const void *b)
{
    const struct identity *left = a, *right = b;
    if (left->device != right->device) {
        return left->device < right->device ? -1 : 1;
    }
    return left->inode < right->inode ? -1 : left->inode > right->inode;
}

struct walk_entry {
    char *name;
    bool is_link;
    bool is_folder;
};

struct listing {
    struct walk_entry *entries;
    size_t count;
};

static int compare_entries(const void *a, const void *b)
{
    const struct walk_entry *left = a, *right = b;
    if (left->is_link != right->is_link) {
        return left->is_link ? 1 : -1;
    }
    return strcmp(left->name, right->name);
}

static void free_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->entries[i].name);
    }
    free(listing->entries);
}

// "ROOT/PATH: reason", for what the operating system refused.
static int refused(const struct walk *walk, int number, struct error *err)
{
    char shown[512];
    text_escape(shown, sizeof shown, walk->path);
    return error_errno(err, number, "%s%s%s", walk->root, shown[0] ? "/" : "", shown);
}

static void examine(int folder, struct walk_entry *entry, unsigned char type)
{
    struct stat status;
    entry->is_link = type == DT_LNK;
    entry->is_folder = type == DT_DIR;
    if (type == DT_UNKNOWN && fstatat(folder, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        entry->is_link = S_ISLNK(status.st_mode);
        entry->is_folder = S_ISDIR(status.st_mode);
    }
    // A link that leads nowhere is left to whoever opens it.
    if (entry->is_link && fstatat(folder, entry->name, &status, 0) == 0) {
        entry->is_folder = S_ISDIR(status.st_mode);
    }
}

static int read_listing(struct listing *ret, const struct walk *walk, DIR *dir,
                        struct error *err)
{
    size_t capacity = 0;
    for (;;) {
        errno = 0;
        const struct dirent *found = readdir(dir);
        if (!found) {
            if (errno) {
                return refused(walk, errno, err);
            }
            break;
        }
        if (found->d_name[0] == '.') {
            continue;
        }
        if (ret->count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            struct walk_entry *entries = realloc(ret->entries, capacity * sizeof *entries);
            if (!entries) {
                return error_nomem(err, walk->root);
            }
            ret->entries = entries;
        }
        struct walk_entry *entry = &ret->entries[ret->count];
        entry->name = strdup(found->d_name);
        if (!entry->name) {
            return error_nomem(err, walk->root);
        }
        ret->count++;
        examine(dirfd(dir), entry, found->d_type);
    }
    if (ret->count > 0) {
        qsort(ret->entries, ret->count, sizeof *ret->entries, compare_entries);
    }
    return 0;
}

// 1 if the folder is new, 0 if it was entered before.
static int enter_once(struct walk *walk, int folder, struct error *err)
{
    struct stat status;
    if (fstat(folder, &status) < 0) {
        return refused(walk, errno, err);
    }
    struct identity *identity = malloc(sizeof *identity);
    if (!identity) {
        return error_nomem(err, walk->root);
    }
    *identity = (struct identity){status.st_dev, status.st_ino};
    struct identity **kept = tsearch(identity, &walk->seen, compare_identities);
    bool is_new = kept && *kept == identity;
    if (!is_new) {
        free(identity);
    }
    return kept ? is_new : error_nomem(err, walk->root);
}

static int visit(struct walk *walk, int folder, int depth, struct error *err);

static int visit_entry(struct walk *walk, int folder, const struct walk_entry *entry, int depth,
                       struct error *err)
{
    if (!entry->is_folder) {
        return walk->file(walk->context, walk->path, err);
    }
    int inner = openat(folder, entry->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    if (inner < 0) {
        return refused(walk, errno, err);
    }
    int is_new = enter_once(walk, inner, err);
    int code = is_new < 0 ? is_new : walk->folder(walk->context, walk->path, !is_new, err);
    if (code == 0 && is_new) {
        return visit(walk, inner, depth + 1, err);
    }
    close(inner);
    return code;
}

// Visit all that is in `folder`, which is closed.
static int visit(struct walk *walk, int folder, int depth, struct error *err)
{
    struct listing listing = {0};
    int code = 0;
    DIR *dir = fdopendir(folder);
    if (!dir) {
        code = refused(walk, errno, err);
        close(folder);
        return code;
    }
    if (depth > DEPTH_MAX) {
        code = refused(walk, ELOOP, err);
    } else {
        code = read_listing(&listing, walk, dir, err);
    }
    size_t length = strlen(walk->path);
    for (size_t i = 0; code == 0 && i < listing.count; i++) {
        const char *name = listing.entries[i].name;
        if (stop_requested()) {
            code = error_set(err, ERR_STOPPED, "stopped; nothing was written");
        } else if (length + strlen(name) + 2 > sizeof walk->path) {
            code = refused(walk, ENAMETOOLONG, err);
        } else {
            char *end = walk->path + length;
            if (length > 0) {
                *end++ = '/';
            }
            memcpy(end, name, strlen(name) + 1);
            code = visit_entry(walk, dirfd(dir), &listing.entries[i], depth, err);
        }
        walk->path[length] = 0;
    }
    free_listing(&listing);
    closedir(dir);
    return code;
}

int walk_folder(struct walk *walk, const char *root, struct error *err)
{
    walk->root = root;
    walk->path[0] = 0;
    int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return refused(walk, errno, err);
    }
    int is_new = enter_once(walk, folder, err);
    if (is_new > 0) {
        return visit(walk, folder, 0, err);
    }
    close(folder);
    return is_new < 0 ? is_new : walk->folder(walk->context, walk->path, 1, err);
}

void walk_close(struct walk *walk)
{
    tdestroy(walk->seen, free);
    walk->seen = NULL;
}
