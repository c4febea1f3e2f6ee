#include "tools/train/folds.h"

#include "core/base/output.h"
#include "core/base/text.h"
#include "tools/common/parts.h"
#include "tools/train/fold_table.h"
#include "tools/train/folds_record.h"
#include "tools/train/run_folder.h"
#include "tools/train/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_ROOM = 40 };

struct folds {
    const struct train_settings *settings;
    char *names;             // the splits' names, each ended by a NUL; or NULL
    const char **splits;     // [count]; NULL: one split, `count` folds of it
    int count;
    char *path;              // room for RUN, '/' and a name
    size_t path_size;
    int lock;                // descriptor of RUN, or -1
    char *pack_digest;
    struct fold_result *results; // [count]
};

static void close_folds(struct folds *f)
{
    if (f->lock >= 0) {
        close(f->lock);
    }
    free(f->names);
    free(f->splits);
    free(f->path);
    free(f->pack_digest);
    free(f->results);
}

// "a,b,c" into its names.
static int read_splits(struct folds *f, struct error *err)
{
    const char *text = f->settings->folds;
    f->count = 1;
    for (const char *at = text; *at; at++) {
        f->count += *at == ',';
    }
    f->names = strdup(text);
    f->splits = calloc((size_t)f->count, sizeof *f->splits);
    if (!f->names || !f->splits) {
        return error_nomem(err, "folds");
    }
    char *at = f->names;
    for (int i = 0; i < f->count; i++) {
        f->splits[i] = strsep(&at, ",");
        bool again = false;
        for (int k = 0; k < i; k++) {
            again = again || strcmp(f->splits[k], f->splits[i]) == 0;
        }
        if (!f->splits[i][0] || again) {
            return error_set(err, ERR_USAGE, "--folds %s: names of splits are needed, between "
                             "commas, none twice", text);
        }
    }
    return f->count > 1 ? 0 : error_set(err, ERR_USAGE, "--folds %s: two splits or more are "
                                        "needed; --split takes one", text);
}

static const char *file(struct folds *f, const char *name)
{
    snprintf(f->path, f->path_size, "%s/%s", f->settings->output, name);
    return f->path;
}

static int remove_file(struct folds *f, const char *name, struct error *err)
{
    return unlink(file(f, name)) < 0 && errno != ENOENT
        ? error_errno(err, errno, "%s: cannot remove", f->path) : 0;
}

// The folds of an earlier experiment, all of them before the first new one: a
// later --resume takes what is finished for its own.
static int clear_earlier(struct folds *f, struct error *err)
{
    int code = remove_file(f, "folds.csv", err);
    code = code < 0 ? code : remove_file(f, "folds.txt", err);
    for (int number = 1; code == 0; number++) {
        char name[NAME_ROOM];
        struct run_folder *folder = NULL;
        snprintf(name, sizeof name, "fold-%d", number);
        if (access(file(f, name), F_OK) < 0) {
            break;
        }
        code = run_folder_open(&folder, f->path, true, err);
        code = code < 0 ? code : run_folder_clear(folder, err);
        run_folder_close(&folder);
        rmdir(f->path); // refused where there is anything else in it
    }
    return code;
}

// An empty folder, or with --force one that becomes it.
static int begin(struct folds *f, struct error *err)
{
    const char *run = f->settings->output;
    bool complete = access(file(f, "folds.csv"), F_OK) == 0;
    if (access(file(f, "options.txt"), F_OK) == 0) {
        return error_set(err, ERR_EXISTS, "%s: holds a run; folds need a folder of their own",
                         run);
    }
    if (!f->settings->force && (complete || access(file(f, "folds.txt"), F_OK) == 0)) {
        return error_set(err, ERR_EXISTS, "%s: holds folds (%s--force replaces them)", run,
                         complete ? "" : "--resume goes on with them, ");
    }
    int code = f->settings->force ? clear_earlier(f, err) : 0;
    return code < 0 ? code : folds_record_write(file(f, "folds.txt"), f->settings,
                                                f->pack_digest, err);
}

static int open_folder(struct folds *f, struct error *err)
{
    const char *run = f->settings->output;
    f->path_size = strlen(run) + 1 + NAME_ROOM;
    f->path = malloc(f->path_size);
    f->results = calloc((size_t)f->count, sizeof *f->results);
    if (!f->path || !f->results) {
        return error_nomem(err, run);
    }
    bool made;
    int code = f->settings->resume ? 0 : output_make_folder(&made, run, err);
    code = code < 0 ? code : output_lock_folder(&f->lock, run, err);
    if (code < 0) {
        return code;
    }
    return f->settings->resume ? folds_record_check(file(f, "folds.txt"), f->settings,
                                                    f->pack_digest, err)
                               : begin(f, err);
}

static bool fold_has(struct folds *f, int index, const char *name)
{
    char path[NAME_ROOM];
    snprintf(path, sizeof path, "fold-%d/%s", index + 1, name);
    return access(file(f, path), F_OK) == 0;
}

static int run_fold(struct folds *f, int index, const char *pack_path, struct error *err)
{
    char folder[NAME_ROOM];
    struct train_settings settings = *f->settings;
    struct fold_result *result = &f->results[index];
    // The report is the last file of a run, the options are the first.
    bool complete = settings.resume && fold_has(f, index, "report.html");
    bool begun = settings.resume && fold_has(f, index, "options.txt");
    snprintf(folder, sizeof folder, "fold-%d", index + 1);
    settings.folds_folder = f->settings->output;
    settings.output = file(f, folder);
    settings.resume = begun ? settings.output : NULL;
    settings.folds = NULL;
    if (f->splits) {
        settings.split = f->splits[index];
    } else {
        settings.data.fold = index + 1;
    }
    if (!settings.quiet) {
        printf("%s-- fold %d of %d%s --\n", index ? "\n" : "", index + 1, f->count,
               complete ? ", finished before" : "");
        fflush(stdout);
    }
    int code = complete ? 0 : session_run(&settings, pack_path, err);
    result->number = index + 1;
    result->split = settings.split;
    return code < 0 ? code : fold_result_read(result, settings.output, err);
}

// Are all the splits there? Better said now than after a night of runs.
static int check_pack(struct folds *f, const char *pack_path, struct error *err)
{
    struct sandbox sandbox = train_settings_sandbox(f->settings);
    struct pack *pack = NULL;
    int code = pack_open(&pack, pack_path, &sandbox, err);
    for (int i = 0; f->splits && i < f->count && code == 0; i++) {
        const struct pack_column *split;
        code = parts_find_split(&split, pack, f->splits[i], err);
    }
    f->pack_digest = code < 0 ? NULL : strdup(pack->digest);
    if (code == 0 && !f->pack_digest) {
        code = error_nomem(err, pack_path);
    }
    pack_close(&pack);
    return code;
}

int folds_run(const struct train_settings *settings, const char *pack_path, struct error *err)
{
    struct folds f = {.settings = settings, .lock = -1, .count = settings->data.cross_validate};
    int code = settings->folds ? read_splits(&f, err) : 0;
    code = code < 0 ? code : check_pack(&f, pack_path, err);
    code = code < 0 ? code : open_folder(&f, err);
    for (int i = 0; i < f.count && code == 0; i++) {
        code = run_fold(&f, i, pack_path, err);
    }
    code = code < 0 ? code : fold_table_write(f.results, f.count, file(&f, "folds.csv"), err);
    if (code == 0 && !settings->quiet) {
        fold_table_print(stdout, f.results, f.count);
        char shown[1024];
        printf("written: %s\n", text_escape(shown, sizeof shown, file(&f, "folds.csv")));
    }
    close_folds(&f);
    return code;
}
