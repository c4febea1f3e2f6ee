#include "tools/pack/jpeg_folder.h"

#include "core/base/io.h"
#include "core/base/output.h"
#include "core/base/text.h"
#include "formats/csv_field.h"
#include "formats/group_name.h"
#include "formats/jpeg_encode.h"
#include "formats/mat_write.h"
#include "tools/pack/export_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    enum pack_part part;
    const char *clips;
    const char *labels;
    const char *vector; // in the MATLAB file; NULL: not in it
} kinds[] = {
    {PART_TRAIN, "trainClips", "train_labels", "trLb"},
    {PART_VAL, "valClips", "val_labels", "valLb"},
    {PART_TEST, "testClips", "test_labels", NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds, VECTORS = 2, SOURCE_SIZE = 8192 };

static const char mat_name[] = "q3_2_data";

struct job {
    const struct pack *pack;
    const uint8_t *parts;
    struct jpeg_encoder *encoder;
    const char *folder;
    size_t made[KINDS];      // folders of clips, the last maybe not whole
    double *labels[VECTORS]; // [made]
    struct jpeg_folder_counts counts;
};

// ---- what is in the csv files ----

// The text that says where a clip is from, and lets its group be read.
static const char *source_of(char source[SOURCE_SIZE], const struct pack *pack, size_t row)
{
    char read[GROUP_NAME_SIZE];
    const char *path = pack_path(pack, row), *group = pack_group(pack, row);
    uint16_t label = pack->data.labels[row];
    if (!group[0] || label == DATASET_UNLABELLED || strcmp(group_name_of(path, read), group) == 0) {
        return path;
    }
    int length = snprintf(source, SOURCE_SIZE, "v_%s_%s_%s", pack->classes[label], group, path);
    for (char *c = source; *c; c++) {
        if (*c == '/') {
            *c = '-';
        }
    }
    return length < SOURCE_SIZE && strcmp(group_name_of(source, read), group) == 0 ? source : path;
}

static int write_row(FILE *out, const struct pack *pack, size_t row, size_t number,
                     struct error *err)
{
    char source[SOURCE_SIZE];
    int label = pack->data.labels[row];
    const char *name = pack->classes[label], *from = source_of(source, pack, row);
    char *quoted = malloc(csv_field_bound(strlen(name)) + csv_field_bound(strlen(from)));
    if (!quoted) {
        return error_nomem(err, pack->path);
    }
    fprintf(out, "%05zu,%d,%s,", number, label + 1, csv_field(quoted, name));
    fprintf(out, "%s\n", csv_field(quoted, from));
    free(quoted);
    return 0;
}

// ---- the clips ----

// A picture need not be on the disk before the whole folder is.
static int write_picture(const char *path, const unsigned char *data, size_t size,
                         struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return error_errno(err, errno, "%s: cannot create", path);
    }
    int code = io_write_at(fd, data, size, 0, path, err);
    if (close(fd) < 0 && code == 0) {
        code = error_errno(err, errno, "%s: cannot write", path);
    }
    return code;
}

static int write_clip(struct job *job, int kind, size_t row, struct error *err)
{
    const struct dataset *data = &job->pack->data;
    size_t frame = 3 * (size_t)data->height * (size_t)data->width;
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "%s/%05zu", kinds[kind].clips, job->made[kind] + 1);
    int code = export_folder_path(path, job->folder, name, "", err);
    if (code == 0 && mkdir(path, 0777) < 0) {
        code = error_errno(err, errno, "%s: cannot make the folder", path);
    }
    job->made[kind] += code == 0;
    for (size_t i = 0; i < JPEG_FOLDER_FRAMES && code == 0; i++) {
        const unsigned char *file;
        size_t size;
        char picture[16];
        snprintf(picture, sizeof picture, "/%zu.jpg", i + 1);
        code = export_folder_path(path, job->folder, name, picture, err);
        code = code < 0 ? code : jpeg_encode(&file, &size, job->encoder, data->frames
                                             + (row * JPEG_FOLDER_FRAMES + i) * frame, path, err);
        code = code < 0 ? code : write_picture(path, file, size, err);
    }
    return code;
}

// The clips of a part, and the lines of its csv file into `out`.
static int write_rows(struct job *job, int kind, FILE *out, struct error *err)
{
    const struct pack *pack = job->pack;
    int code = 0;
    fputs("clip,label,class,source\n", out);
    for (size_t row = 0; row < pack->data.samples && code == 0; row++) {
        bool unlabelled = pack->data.labels[row] == DATASET_UNLABELLED;
        if (job->parts[row] != kinds[kind].part) {
            continue;
        }
        if (unlabelled && kind < VECTORS) {
            job->counts.unlabelled++; // the exercise cannot say that it has none
            continue;
        }
        if (kind < VECTORS) {
            job->labels[kind][job->made[kind]] = pack->data.labels[row] + 1;
        }
        code = write_clip(job, kind, row, err);
        if (code == 0 && !unlabelled) {
            code = write_row(out, pack, row, job->made[kind], err);
        }
    }
    return code;
}

static int write_part(struct job *job, int kind, struct error *err)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    int code = export_folder_path(path, job->folder, kinds[kind].clips, "", err);
    if (code == 0 && mkdir(path, 0777) < 0) {
        code = error_errno(err, errno, "%s: cannot make the folder", path);
    }
    code = code < 0 ? code : export_folder_path(path, job->folder, kinds[kind].labels, ".csv",
                                                err);
    FILE *out = code < 0 ? NULL : open_memstream(&text, &size);
    if (!out) {
        return code < 0 ? code : error_nomem(err, path);
    }
    code = write_rows(job, kind, out, err);
    bool whole = !ferror(out);
    whole = fclose(out) == 0 && whole;
    if (code == 0) {
        code = whole ? output_write_file(path, text, size, false, err) : error_nomem(err, path);
    }
    free(text);
    job->counts.clips[kinds[kind].part] = job->made[kind];
    return code;
}

static int write_mat(const struct job *job, struct error *err)
{
    struct mat_vector vectors[VECTORS];
    char path[PATH_MAX];
    unsigned char *file;
    size_t size;
    int count = 0;
    for (int kind = 0; kind < VECTORS; kind++) {
        if (job->made[kind] > 0) {
            vectors[count++] = (struct mat_vector){kinds[kind].vector, job->labels[kind],
                                                   job->made[kind]};
        }
    }
    int code = export_folder_path(path, job->folder, mat_name, ".mat", err);
    code = code < 0 ? code : mat_encode(&file, &size, path, vectors, count, err);
    if (code == 0) {
        code = output_write_file(path, file, size, false, err);
        free(file);
    }
    return code;
}

static int write_all(struct job *job, struct error *err)
{
    int code = 0;
    for (int kind = 0; kind < KINDS && code == 0; kind++) {
        code = write_part(job, kind, err);
    }
    if (code == 0 && job->made[0] + job->made[1] == 0) {
        code = error_set(err, ERR_VALUE, "%s: no sample of train and val that has a class; the "
                         "exercise's folders need some", job->pack->path);
    }
    code = code < 0 ? code : write_mat(job, err);
    if (code < 0) {
        return code;
    }
    // One call for all of the pictures.
    int fd = open(job->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || syncfs(fd) < 0) {
        code = error_errno(err, errno, "%s: cannot sync", job->folder);
    }
    if (fd >= 0) {
        close(fd);
    }
    return code;
}

// ---- after a failure ----

static void remove_at(const char *folder, const char *name, const char *suffix)
{
    char path[PATH_MAX];
    struct error ignored = ERROR_INIT;
    if (export_folder_path(path, folder, name, suffix, &ignored) == 0) {
        remove(path); // a file, or an empty folder
    }
}

static void remove_all(const struct job *job)
{
    for (int kind = 0; kind < KINDS; kind++) {
        for (size_t i = 1; i <= job->made[kind]; i++) {
            char name[64], picture[16];
            snprintf(name, sizeof name, "%s/%05zu", kinds[kind].clips, i);
            for (int k = 1; k <= JPEG_FOLDER_FRAMES; k++) {
                snprintf(picture, sizeof picture, "/%d.jpg", k);
                remove_at(job->folder, name, picture);
            }
            remove_at(job->folder, name, "");
        }
        remove_at(job->folder, kinds[kind].clips, "");
        remove_at(job->folder, kinds[kind].labels, ".csv");
        remove_at(job->folder, kinds[kind].labels, ".csv.partial");
    }
    remove_at(job->folder, mat_name, ".mat");
    remove_at(job->folder, mat_name, ".mat.partial");
    rmdir(job->folder);
}

int jpeg_folder_write(struct jpeg_folder_counts *ret, const char *name, const struct pack *pack,
                      const struct pack_column *split, int quality, struct error *err)
{
    const struct dataset *data = &pack->data;
    struct export_folder folder;
    struct job job = {.pack = pack, .parts = split->parts, .folder = folder.partial};
    if (data->frames_per_sample != JPEG_FOLDER_FRAMES) {
        return error_set(err, ERR_VALUE, "%s: samples of %d frames; the exercise's folders have "
                         "%d each", pack->path, data->frames_per_sample, JPEG_FOLDER_FRAMES);
    }
    int code = jpeg_encoder_open(&job.encoder, data->width, data->height, quality, err);
    for (int i = 0; i < VECTORS && code == 0; i++) {
        job.labels[i] = calloc(data->samples, sizeof *job.labels[i]);
        code = job.labels[i] ? 0 : error_nomem(err, name);
    }
    code = code < 0 ? code : export_folder_begin(&folder, name, err);
    if (code == 0) {
        code = write_all(&job, err);
        code = code < 0 ? code : export_folder_end(&folder, pack, err);
        if (code < 0) {
            remove_all(&job);
        }
    }
    if (code == 0) {
        *ret = job.counts;
    }
    for (int i = 0; i < VECTORS; i++) {
        free(job.labels[i]);
    }
    jpeg_encoder_close(&job.encoder);
    return code;
}
