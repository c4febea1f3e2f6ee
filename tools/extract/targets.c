#include "tools/extract/targets.h"

#include "core/base/output.h"
#include "tools/common/same_file.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int check_pack(const struct extract_settings *settings, struct error *err)
{
    struct stat status, journal;
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s.journal", settings->output);
    if (lstat(settings->output, &status) == 0 && !settings->force && lstat(name, &journal) < 0) {
        return error_set(err, ERR_EXISTS, "%s: exists (--force replaces it)", settings->output);
    }
    return 0;
}

// The table of failures comes last: better said now that it cannot be written.
static int check_failures(const struct extract_settings *settings, struct error *err)
{
    static const struct {
        const char *end, *what;
    } own[] = {{"", "the pack"}, {".partial", "the unfinished pack"}, {".journal", "its journal"}};
    int code = 0;
    for (size_t i = 0; code == 0 && i < sizeof own / sizeof *own; i++) {
        char name[PATH_MAX];
        snprintf(name, sizeof name, "%s%s", settings->output, own[i].end);
        code = same_file_refuse("--failures", settings->failures, name, own[i].what, err);
    }
    struct output *trial = NULL;
    code = code < 0 ? code : output_open(&trial, settings->failures, true, err);
    output_abandon(&trial);
    return code;
}

int targets_check(const struct extract_settings *settings, struct error *err)
{
    int code = check_pack(settings, err);
    return code == 0 && settings->failures ? check_failures(settings, err) : code;
}

int targets_check_sources(const struct extract_settings *settings, const struct source *source,
                          struct error *err)
{
    const struct {
        const char *option, *path;
    } targets[] = {{"-o", settings->output}, {"--failures", settings->failures}};
    int images = source->images ? source->images : 1;
    for (size_t t = 0; t < sizeof targets / sizeof *targets; t++) {
        if (!targets[t].path || access(targets[t].path, F_OK) < 0) {
            continue; // what is not there is not read
        }
        for (size_t i = 0; i < source->count * (size_t)images; i++) {
            char path[PATH_MAX];
            int code = source_file_name(source, &source->clips[i / (size_t)images],
                                        (int)(i % (size_t)images) + 1, path, sizeof path, err);
            code = code < 0 ? code : same_file_refuse(targets[t].option, targets[t].path, path,
                                                      "a clip to read", err);
            if (code < 0) {
                return code;
            }
        }
    }
    return 0;
}
