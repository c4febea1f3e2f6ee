#include "tools/train/run_folder.h"

#include "core/base/output.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What train writes. Each may stand with ".partial" behind it after a kill.
static const char *const own_files[] = {"options.txt", "history.csv", "model.h5", "test.csv"};

enum { OWN_COUNT = sizeof own_files / sizeof own_files[0], NAME_ROOM = 32 };

struct run_folder {
    char *path;
    char *file; // room for path, '/' and a name
    size_t file_size;
    int lock; // descriptor of the folder, or -1
    bool made;
};

const char *run_folder_file(struct run_folder *folder, const char *name)
{
    snprintf(folder->file, folder->file_size, "%s/%s", folder->path, name);
    return folder->file;
}

static bool is_own(const char *name)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        size_t length = strlen(own_files[i]);
        if (strncmp(name, own_files[i], length) == 0
            && (name[length] == 0 || strcmp(name + length, ".partial") == 0)) {
            return true;
        }
    }
    return false;
}

// What kinds of entries are in the folder.
struct contents {
    bool own;
    bool others;
};

static int look(struct contents *ret, const char *path, struct error *err)
{
    DIR *folder = opendir(path);
    if (!folder) {
        return error_errno(err, errno, "%s: cannot list", path);
    }
    struct contents seen = {false, false};
    errno = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL; errno = 0) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        if (is_own(name)) {
            seen.own = true;
        } else {
            seen.others = true;
        }
    }
    int failed = errno;
    closedir(folder);
    if (failed) {
        return error_errno(err, failed, "%s: cannot list", path);
    }
    *ret = seen;
    return 0;
}

static int make_folder(struct run_folder *folder, struct error *err)
{
    if (mkdir(folder->path, 0777) == 0) {
        folder->made = true;
        return 0;
    }
    if (errno != EEXIST) {
        return error_errno(err, errno, "%s: cannot make the folder", folder->path);
    }
    struct stat status;
    if (stat(folder->path, &status) < 0) {
        return error_errno(err, errno, "%s", folder->path);
    }
    return S_ISDIR(status.st_mode) ? 0
                                   : error_set(err, ERR_EXISTS, "%s: is a file; train writes a "
                                               "folder", folder->path);
}

// Another run that failed may have removed the folder between our look at it
// and the lock.
static int check_still_there(const struct run_folder *folder, struct error *err)
{
    struct stat by_lock, by_name;
    if (fstat(folder->lock, &by_lock) < 0 || stat(folder->path, &by_name) < 0
        || by_lock.st_dev != by_name.st_dev || by_lock.st_ino != by_name.st_ino) {
        return error_set(err, ERR_EXISTS, "%s: another run has just removed it; try again",
                         folder->path);
    }
    return 0;
}

static int check_contents(const struct run_folder *folder, bool force, struct error *err)
{
    struct contents contents = {false, false};
    int code = look(&contents, folder->path, err);
    if (code < 0) {
        return code;
    }
    if (contents.others && !contents.own) {
        return error_set(err, ERR_EXISTS, "%s: holds other files and no run; give a new or an "
                         "empty folder", folder->path);
    }
    if (contents.own && !force) {
        return error_set(err, ERR_EXISTS, "%s: holds a run (--force replaces it)", folder->path);
    }
    return 0;
}

int run_folder_open(struct run_folder **ret, const char *path, bool force, struct error *err)
{
    struct run_folder *folder = calloc(1, sizeof *folder);
    if (!folder) {
        return error_nomem(err, path);
    }
    folder->lock = -1;
    folder->file_size = strlen(path) + 1 + NAME_ROOM;
    folder->path = strdup(path);
    folder->file = malloc(folder->file_size);
    int code = folder->path && folder->file ? make_folder(folder, err) : error_nomem(err, path);
    code = code < 0 ? code : output_lock_folder(&folder->lock, path, err);
    code = code < 0 ? code : check_still_there(folder, err);
    code = code < 0 ? code : check_contents(folder, force, err);
    if (code < 0) {
        run_folder_close(&folder);
        return code;
    }
    *ret = folder;
    return 0;
}

int run_folder_clear(struct run_folder *folder, struct error *err)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        char partial[NAME_ROOM];
        snprintf(partial, sizeof partial, "%s.partial", own_files[i]);
        const char *const names[] = {own_files[i], partial};
        for (size_t k = 0; k < 2; k++) {
            const char *file = run_folder_file(folder, names[k]);
            if (unlink(file) < 0 && errno != ENOENT) {
                return error_errno(err, errno, "%s: cannot remove", file);
            }
        }
    }
    return 0;
}

void run_folder_close(struct run_folder **folder)
{
    struct run_folder *f = *folder;
    if (!f) {
        return;
    }
    if (f->lock >= 0) {
        if (f->made && access(run_folder_file(f, "history.csv"), F_OK) < 0) {
            unlink(run_folder_file(f, "options.txt"));
            rmdir(f->path); // refused where there is anything else in it
        }
        close(f->lock);
    }
    free(f->path);
    free(f->file);
    free(f);
    *folder = NULL;
}
