#include "formats/label_mat.h"

#include "core/base/child.h"
#include "core/base/io.h"
#include "formats/class_list.h"

#include <assert.h>
#include <errno.h>
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    HEADER_SIZE = 128, // text, then version at 124 and byte order at 126
    VERSION_5 = 0x0100,
    VERSION_73 = 0x0200,
    VECTORS_MAX = 8,
    LABELS_MAX = 16 << 20, // in one vector
    CPU_SECONDS = 4,    // a few bytes can keep matio busy for minutes
    TIMEOUT_MS = 60000, // on a machine that is loaded, too
};

// The version that the header claims, or -1 when it is none of a MAT file.
static int header_version(const unsigned char header[HEADER_SIZE])
{
    const unsigned char *v = header + 124;
    if (v[2] == 'I' && v[3] == 'M') {
        return v[0] | v[1] << 8;
    }
    if (v[2] == 'M' && v[3] == 'I') {
        return v[1] | v[0] << 8;
    }
    return -1;
}

// matio would take other versions, too, and hand some to libhdf5.
static int check_header(int fd, uint64_t size, const char *path, struct error *err)
{
    unsigned char header[HEADER_SIZE];
    int code = 0;
    if (size < sizeof header) {
        code = error_set(err, ERR_FORMAT, "%s: %llu bytes; a MATLAB file (version 5) is needed",
                         path, (unsigned long long)size);
    } else {
        code = io_read_at(fd, header, sizeof header, 0, path, err);
    }
    if (code < 0) {
        return code;
    }
    int version = header_version(header);
    if (version == VERSION_73) {
        return error_set(err, ERR_VERSION, "%s: a MATLAB file of version 7.3; version 5 is needed "
                         "(save it with -v7)", path);
    }
    return version == VERSION_5 ? 0
        : error_set(err, ERR_FORMAT, "%s: not a MATLAB file of version 5", path);
}

struct reading {
    const char *path;
    int fd;
    const struct label_vector *vectors;
    int count;
    mat_t *file;
};

// matio opens files by name only, so this comes before the sandbox closes; the
// name is that of our descriptor, so that it is the file whose header was
// checked. Of a version 5 file it reads the header alone.
static int prepare(void *context, struct error *err)
{
    struct reading *reading = context;
    char name[48];
    snprintf(name, sizeof name, "/proc/self/fd/%d", reading->fd);
    if (access(name, R_OK) < 0) {
        return error_errno(err, errno, "%s: cannot be read through %s", reading->path, name);
    }
    reading->file = Mat_Open(name, MAT_ACC_RDONLY);
    if (!reading->file || Mat_GetVersion(reading->file) != MAT_FT_MAT5) {
        return error_set(err, ERR_FORMAT, "%s: not a MATLAB file of version 5", reading->path);
    }
    return 0;
}

static int add_labels(struct child_buffer *out, const matvar_t *variable,
                      const struct reading *reading, struct error *err)
{
    const char *name = variable->name;
    if (variable->class_type != MAT_C_DOUBLE || variable->isComplex || variable->rank != 2
        || (variable->dims[0] != 1 && variable->dims[1] != 1)) {
        return error_set(err, ERR_FORMAT, "%s: '%s' is not a row or column of doubles",
                         reading->path, name);
    }
    size_t count = variable->dims[0] * variable->dims[1];
    if (count == 0 || count > LABELS_MAX) {
        return error_set(err, ERR_FORMAT, "%s: '%s' has %zu elements; 1 to %d are possible",
                         reading->path, name, count, LABELS_MAX);
    }
    if (Mat_VarReadDataAll(reading->file, (matvar_t *)variable) != 0 || !variable->data
        || variable->nbytes < count * sizeof(double)) {
        return error_set(err, ERR_FORMAT, "%s: '%s' cannot be read; the file is damaged",
                         reading->path, name);
    }
    uint32_t stored = (uint32_t)count;
    int code = child_buffer_add(out, &stored, sizeof stored, err);
    const double *values = variable->data;
    for (size_t i = 0; code == 0 && i < count; i++) {
        // Also false for what is not a number.
        if (!(values[i] >= 1 && values[i] <= CLASS_LIST_MAX)
            || values[i] != (double)(int)values[i]) {
            return error_set(err, ERR_FORMAT, "%s: element %zu of '%s' is %g; class numbers from 1 "
                             "to %d are needed", reading->path, i + 1, name, values[i],
                             CLASS_LIST_MAX);
        }
        uint16_t label = (uint16_t)values[i];
        code = child_buffer_add(out, &label, sizeof label, err);
    }
    return code;
}

// In the sandbox. The answer: for each vector a u32 count, then the labels.
static int run(struct child_buffer *out, void *context, struct error *err)
{
    struct reading *reading = context;
    for (int i = 0; i < reading->count; i++) {
        matvar_t *variable = Mat_VarReadInfo(reading->file, reading->vectors[i].name);
        uint32_t none = 0;
        int code = variable ? add_labels(out, variable, reading, err)
                            : child_buffer_add(out, &none, sizeof none, err);
        Mat_VarFree(variable);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

// The answer comes from a process that has read foreign bytes: trust nothing.
static int take_answer(struct label_vector *found, int count, const unsigned char *answer,
                       size_t size, const char *path, struct error *err)
{
    size_t at = 0;
    for (int i = 0; i < count; i++) {
        uint32_t length;
        if (size - at < sizeof length) {
            goto nonsense;
        }
        memcpy(&length, answer + at, sizeof length);
        at += sizeof length;
        if (length > LABELS_MAX || (size - at) / sizeof *found[i].labels < length) {
            goto nonsense;
        }
        if (length == 0) {
            continue;
        }
        found[i].labels = malloc(length * sizeof *found[i].labels);
        if (!found[i].labels) {
            return error_nomem(err, path);
        }
        memcpy(found[i].labels, answer + at, length * sizeof *found[i].labels);
        at += length * sizeof *found[i].labels;
        found[i].count = length;
        for (size_t k = 0; k < length; k++) {
            if (found[i].labels[k] < 1 || found[i].labels[k] > CLASS_LIST_MAX) {
                goto nonsense;
            }
        }
    }
    if (at == size) {
        return 0;
    }
nonsense:
    return error_set(err, ERR_CHILD, "%s: its reader's answer makes no sense", path);
}

int label_mat_read(struct label_vector *vectors, int count, const char *path,
                   const struct sandbox *sandbox, struct error *err)
{
    assert(count <= VECTORS_MAX);
    int fd;
    uint64_t file_size;
    int code = io_open_regular(&fd, &file_size, path, err);
    if (code < 0) {
        return code;
    }
    code = check_header(fd, file_size, path, err);
    if (code < 0) {
        close(fd);
        return code;
    }
    struct reading reading = {path, fd, vectors, count, NULL};
    struct child_call call = {
        .name = path,
        .fd = fd,
        .capacity = (size_t)count * (LABELS_MAX * sizeof(uint16_t) + sizeof(uint32_t)),
        .timeout_ms = TIMEOUT_MS,
        .cpu_seconds = CPU_SECONDS,
        .prepare = prepare,
        .run = run,
        .context = &reading,
    };
    void *answer;
    size_t size;
    code = child_call(&answer, &size, &call, sandbox, err);
    close(fd);
    if (code < 0) {
        return code;
    }
    struct label_vector found[VECTORS_MAX] = {{0}};
    code = take_answer(found, count, answer, size, path, err);
    free(answer);
    for (int i = 0; i < count; i++) {
        if (code < 0) {
            free(found[i].labels);
        } else {
            vectors[i].labels = found[i].labels;
            vectors[i].count = found[i].count;
        }
    }
    return code;
}
