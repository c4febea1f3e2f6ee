#include "tools/train/run_folder.h"

#include "core/base/crash_point.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "tools/train/tensorboard.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What train writes. Each may stand with ".partial" behind it after a kill.
static const char *const own_files[] = {"checkpoint.h5", "best.h5", "model.h5", "history.csv",
                                         "val.csv", "val-per-class.csv", "val-confusion.csv",
                                         "val-confusion-frame.csv", "test.csv",
                                         "test-per-class.csv", "test-confusion.csv",
                                         "test-confusion-frame.csv", "report.html",
                                         "options.txt"};

enum { OWN_COUNT = sizeof own_files / sizeof own_files[0], NAME_ROOM = 48 };

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

// The epoch of a kept checkpoint, "checkpoint-12.h5" or that with ".partial"
// behind it; 0 for other names.
static int checkpoint_epoch(const char *name)
{
    static const char prefix[] = "checkpoint-";
    char number[16];
    int epoch;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return 0;
    }
    name += sizeof prefix - 1;
    size_t digits = strspn(name, "0123456789");
    if (digits == 0 || digits >= sizeof number
        || (strcmp(name + digits, ".h5") != 0 && strcmp(name + digits, ".h5.partial") != 0)) {
        return 0;
    }
    memcpy(number, name, digits);
    number[digits] = 0;
    return text_to_int(number, 1, INT_MAX, &epoch) ? epoch : 0;
}

static bool is_own(const char *name)
{
    if (checkpoint_epoch(name) > 0) {
        return true;
    }
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
        if (strcmp(name, "tb") == 0) {
            continue; // alone it is what a clearing has left
        }
        size_t length = strlen(name);
        size_t end = sizeof ".partial" - 1;
        bool partial = length > end && strcmp(name + length - end, ".partial") == 0;
        if (is_own(name)) {
            // What a kill has left unfinished is no run.
            seen.own = seen.own || !partial;
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
    int code = output_make_folder(&folder->made, folder->path, err);
    if (code < 0 || folder->made) {
        return code;
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

static int new_folder(struct run_folder **ret, const char *path, struct error *err)
{
    struct run_folder *folder = calloc(1, sizeof *folder);
    if (!folder) {
        return error_nomem(err, path);
    }
    folder->lock = -1;
    folder->file_size = strlen(path) + 1 + NAME_ROOM;
    folder->path = strdup(path);
    folder->file = malloc(folder->file_size);
    if (!folder->path || !folder->file) {
        run_folder_close(&folder);
        return error_nomem(err, path);
    }
    *ret = folder;
    return 0;
}

int run_folder_open_again(struct run_folder **ret, const char *path, struct error *err)
{
    struct run_folder *folder = NULL;
    int code = new_folder(&folder, path, err);
    code = code < 0 ? code : output_lock_folder(&folder->lock, path, err);
    if (code < 0) {
        run_folder_close(&folder);
        return code;
    }
    *ret = folder;
    return 0;
}

int run_folder_open(struct run_folder **ret, const char *path, bool force, struct error *err)
{
    struct run_folder *folder = NULL;
    int code = new_folder(&folder, path, err);
    code = code < 0 ? code : make_folder(folder, err);
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

bool run_folder_has(struct run_folder *folder, const char *name)
{
    return access(run_folder_file(folder, name), F_OK) == 0;
}

static int remove_file(struct run_folder *folder, const char *name, struct error *err)
{
    const char *file = run_folder_file(folder, name);
    return unlink(file) < 0 && errno != ENOENT ? error_errno(err, errno, "%s: cannot remove", file)
                                               : 0;
}

int run_folder_drop_checkpoints(struct run_folder *folder, int epoch, struct error *err)
{
    DIR *listed = opendir(folder->path);
    if (!listed) {
        return error_errno(err, errno, "%s: cannot list", folder->path);
    }
    int code = 0;
    for (struct dirent *entry; code == 0 && (entry = readdir(listed)) != NULL;) {
        int own = checkpoint_epoch(entry->d_name);
        code = own > 0 && own <= epoch ? remove_file(folder, entry->d_name, err) : 0;
    }
    closedir(listed);
    return code;
}

// The checkpoint goes first and the options last: what is left of a clearing
// that was killed cannot be taken for a run that goes on.
int run_folder_clear(struct run_folder *folder, struct error *err)
{
    int code = 0;
    for (size_t i = 0; i < OWN_COUNT && code == 0; i++) {
        char partial[NAME_ROOM];
        snprintf(partial, sizeof partial, "%s.partial", own_files[i]);
        code = remove_file(folder, own_files[i], err);
        code = code < 0 ? code : remove_file(folder, partial, err);
        crash_point("run-clearing");
    }
    code = code < 0 ? code : tensorboard_remove(folder->path, err);
    return code < 0 ? code : run_folder_drop_checkpoints(folder, INT_MAX, err);
}

void run_folder_close(struct run_folder **folder)
{
    struct run_folder *f = *folder;
    if (!f) {
        return;
    }
    if (f->lock >= 0) {
        if (f->made && !run_folder_has(f, "checkpoint.h5")) {
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
