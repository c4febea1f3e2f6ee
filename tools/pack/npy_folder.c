#include "tools/pack/npy_folder.h"

#include "core/base/output.h"
#include "core/base/text.h"
#include "formats/npy_file.h"
#include "tools/pack/export_folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPLIT_NAME_MAX = 200 };

static int check_split_names(const struct pack *pack, struct error *err)
{
    for (int i = 0; i < pack->split_count; i++) {
        const char *name = pack->splits[i].name;
        size_t length = strlen(name);
        if (length == 0 || length > SPLIT_NAME_MAX || strchr(name, '/') || !text_is_clean(name)) {
            char shown[2 * SPLIT_NAME_MAX];
            return error_set(err, ERR_VALUE, "%s: a split is called '%s'; a file's name is "
                             "wanted: 1 to %d bytes of UTF-8 without '/' and control characters",
                             pack->path, text_escape(shown, sizeof shown, name), SPLIT_NAME_MAX);
        }
    }
    return 0;
}

static int write_array(const char *folder, const char *name, const struct npy_array *array,
                       struct error *err)
{
    char path[PATH_MAX];
    int code = export_folder_path(path, folder, name, ".npy", err);
    return code < 0 ? code : npy_file_write(path, false, array, err);
}

static int write_frames(const char *folder, const struct pack *pack, struct error *err)
{
    const struct dataset *data = &pack->data;
    struct npy_array frames = {
        .type = NPY_U8, .rank = 5, .data = data->frames,
        .shape = {data->samples, (size_t)data->frames_per_sample, (size_t)data->height,
                  (size_t)data->width, 3}};
    return write_array(folder, "frames", &frames, err);
}

static int write_labels(const char *folder, const struct pack *pack, struct error *err)
{
    size_t samples = pack->data.samples;
    int64_t *labels = calloc(samples, sizeof *labels);
    if (!labels) {
        return error_nomem(err, folder);
    }
    for (size_t i = 0; i < samples; i++) {
        uint16_t label = pack->data.labels[i];
        labels[i] = label == DATASET_UNLABELLED ? -1 : label;
    }
    struct npy_array array = {.type = NPY_I64, .rank = 1, .shape = {samples}, .data = labels};
    int code = write_array(folder, "labels", &array, err);
    free(labels);
    return code;
}

static int write_splits(const char *folder, const struct pack *pack, struct error *err)
{
    int code = 0;
    for (int i = 0; code == 0 && i < pack->split_count; i++) {
        struct npy_array parts = {.type = NPY_U8, .rank = 1, .shape = {pack->data.samples},
                                  .data = pack->splits[i].parts};
        code = write_array(folder, pack->splits[i].name, &parts, err);
    }
    return code;
}

static const char *class_line(const struct pack *pack, size_t i)
{
    return pack->classes[i];
}

// A file of `count` lines.
static int write_lines(const char *folder, const char *name, const struct pack *pack,
                       const char *(*line)(const struct pack *pack, size_t i), size_t count,
                       struct error *err)
{
    char path[PATH_MAX], shown[PATH_MAX], *text = NULL;
    int code = export_folder_path(path, folder, name, ".txt", err);
    if (code < 0) {
        return code;
    }
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream) {
        return error_nomem(err, path);
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "%s\n", text_clean(shown, sizeof shown, line(pack, i)));
    }
    bool whole = !ferror(stream);
    code = fclose(stream) == 0 && whole ? output_write_file(path, text, size, false, err)
                                        : error_nomem(err, path);
    free(text);
    return code;
}

static void remove_file(const char *folder, const char *name, const char *ending)
{
    // A file that could not be locked stays behind as NAME.partial.
    const char *const suffixes[] = {"", ".partial"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        int length = snprintf(path, sizeof path, "%s/%s%s%s", folder, name, ending, suffixes[i]);
        if (length < PATH_MAX) {
            unlink(path);
        }
    }
}

// Everything that the functions above may have made, finished or not.
static void remove_all(const char *folder, const char *splits, const struct pack *pack)
{
    remove_file(folder, "frames", ".npy");
    remove_file(folder, "labels", ".npy");
    remove_file(folder, "classes", ".txt");
    remove_file(folder, "paths", ".txt");
    for (int i = 0; i < pack->split_count; i++) {
        remove_file(splits, pack->splits[i].name, ".npy");
    }
    rmdir(splits);
    rmdir(folder);
}

static int fill(const char *folder, const char *splits, const struct pack *pack,
                struct error *err)
{
    if (mkdir(splits, 0777) < 0) {
        return error_errno(err, errno, "%s: cannot make the folder", splits);
    }
    int code = write_frames(folder, pack, err);
    code = code < 0 ? code : write_labels(folder, pack, err);
    code = code < 0 ? code : write_splits(splits, pack, err);
    code = code < 0 ? code : write_lines(folder, "classes", pack, class_line,
                                         (size_t)pack->class_count, err);
    return code < 0 ? code : write_lines(folder, "paths", pack, pack_path, pack->data.samples,
                                         err);
}

int npy_folder_write(const char *name, const struct pack *pack, struct error *err)
{
    struct export_folder folder;
    char splits[PATH_MAX];
    int code = check_split_names(pack, err);
    code = code < 0 ? code : export_folder_begin(&folder, name, err);
    if (code < 0) {
        return code;
    }
    code = export_folder_path(splits, folder.partial, "splits", "", err);
    if (code < 0) {
        rmdir(folder.partial);
        return code;
    }
    code = fill(folder.partial, splits, pack, err);
    code = code < 0 ? code : export_folder_end(&folder, pack, err);
    if (code < 0) {
        remove_all(folder.partial, splits, pack);
    }
    return code;
}
