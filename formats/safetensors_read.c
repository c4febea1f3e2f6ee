#include "formats/safetensors.h"

#include "core/base/digest.h"
#include "core/base/io.h"
#include "core/base/text.h"
#include "formats/model_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_MAX = 16 * 1024 * 1024, TENSORS_MAX = 65536, TYPE_SIZE = 16 };

// Enough for any network of ours many times over.
static const size_t file_max = (size_t)1 << 32;

struct tensor {
    struct parameter parameter; // offset: in the values
    char type[TYPE_SIZE];
    uint64_t begin, end; // bytes behind the header
};

struct reader {
    const char *path;
    struct error *err;
    const char *at, *end; // what is left of the header
    struct tensor *tensors;
    int count;
};

static int bad(const struct reader *r, const char *what)
{
    return error_set(r->err, ERR_FORMAT, "%s: no sound safetensors file: %s", r->path, what);
}

// ---- JSON, as much as a header needs ----

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && strchr(" \t\r\n", *r->at) && *r->at) {
        r->at++;
    }
}

static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (r->at < r->end && *r->at == c) {
        r->at++;
        return true;
    }
    return false;
}

// A text into `out`; one with escapes, or too long, only where `out` is NULL.
static bool take_text(struct reader *r, char *out, size_t capacity)
{
    if (!take(r, '"')) {
        return false;
    }
    size_t used = 0;
    for (; r->at < r->end && *r->at != '"'; r->at++) {
        if (*r->at == '\\') {
            if (out || ++r->at >= r->end) {
                return false;
            }
        }
        if (out && used + 1 >= capacity) {
            return false;
        }
        if (out) {
            out[used++] = *r->at;
        }
    }
    if (out) {
        out[used] = 0;
    }
    return take(r, '"') && (!out || (strlen(out) == used && text_is_clean(out)));
}

static bool take_number(struct reader *r, uint64_t *ret)
{
    char digits[24];
    size_t used = 0;
    skip_blanks(r);
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && used + 1 < sizeof digits) {
        digits[used++] = *r->at++;
    }
    digits[used] = 0;
    return text_to_u64(digits, ret);
}

// "[1,2]": at most `max` numbers; how many, or -1.
static int take_numbers(struct reader *r, uint64_t *ret, int max)
{
    int count = 0;
    if (!take(r, '[')) {
        return -1;
    }
    if (take(r, ']')) {
        return 0;
    }
    do {
        if (count == max || !take_number(r, &ret[count++])) {
            return -1;
        }
    } while (take(r, ','));
    return take(r, ']') ? count : -1;
}

static bool skip_metadata(struct reader *r)
{
    if (!take(r, '{')) {
        return false;
    }
    if (take(r, '}')) {
        return true;
    }
    do {
        if (!take_text(r, NULL, 0) || !take(r, ':') || !take_text(r, NULL, 0)) {
            return false;
        }
    } while (take(r, ','));
    return take(r, '}');
}

// ---- the header ----

static bool take_shape(struct reader *r, struct parameter *p)
{
    uint64_t dims[PARAMETER_DIMS_MAX];
    int count = take_numbers(r, dims, PARAMETER_DIMS_MAX);
    uint64_t size = 1;
    for (int d = 0; d < count; d++) {
        if (dims[d] < 1 || dims[d] > INT32_MAX || size > file_max / dims[d]) {
            return false;
        }
        size *= dims[d];
        p->dim[d] = (int)dims[d];
    }
    p->dim_count = count;
    p->size = (size_t)size;
    return count >= 0;
}

static bool take_tensor(struct reader *r, struct tensor *t)
{
    bool type = false, shape = false, place = false;
    char key[32];
    uint64_t offsets[2];
    if (!take(r, '{')) {
        return false;
    }
    do {
        if (!take_text(r, key, sizeof key) || !take(r, ':')) {
            return false;
        }
        bool ok = false;
        if (strcmp(key, "dtype") == 0 && !type) {
            ok = type = take_text(r, t->type, sizeof t->type);
        } else if (strcmp(key, "shape") == 0 && !shape) {
            ok = shape = take_shape(r, &t->parameter);
        } else if (strcmp(key, "data_offsets") == 0 && !place) {
            ok = place = take_numbers(r, offsets, 2) == 2 && offsets[0] <= offsets[1];
        }
        if (!ok) {
            return false;
        }
    } while (take(r, ','));
    if (!take(r, '}') || !type || !shape || !place) {
        return false;
    }
    t->begin = offsets[0];
    t->end = offsets[1];
    return true;
}

static int check_tensor(const struct reader *r, struct tensor *t)
{
    bool counter = strcmp(t->type, "I64") == 0 && t->parameter.dim_count == 0;
    size_t item = counter ? sizeof(int64_t) : sizeof(float);
    if (!counter && (strcmp(t->type, "F32") != 0 || t->parameter.dim_count == 0)) {
        char type[32];
        return error_set(r->err, ERR_FORMAT, "%s: tensor %s is %s with %d dimensions; F32 with 1 "
                         "to %d, or I64 with none, are needed", r->path, t->parameter.name,
                         text_escape(type, sizeof type, t->type), t->parameter.dim_count,
                         PARAMETER_DIMS_MAX);
    }
    if (t->end - t->begin != t->parameter.size * item) {
        return error_set(r->err, ERR_FORMAT, "%s: tensor %s has %llu bytes, its shape needs %zu",
                         r->path, t->parameter.name, (unsigned long long)(t->end - t->begin),
                         t->parameter.size * item);
    }
    if (counter) {
        t->parameter.dim_count = 1;
        t->parameter.dim[0] = 1;
    }
    return 0;
}

static int read_header(struct reader *r)
{
    int capacity = 0, code = 0;
    if (!take(r, '{')) {
        return bad(r, "its header does not begin with '{'");
    }
    do {
        char name[PARAMETER_NAME_SIZE];
        if (!take_text(r, name, sizeof name) || !take(r, ':')) {
            return bad(r, "its header names a tensor in a way that is not understood");
        }
        if (strcmp(name, "__metadata__") == 0) {
            if (!skip_metadata(r)) {
                return bad(r, "its metadata is not texts");
            }
            continue;
        }
        if (r->count == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            struct tensor *more = capacity > TENSORS_MAX
                ? NULL : realloc(r->tensors, (size_t)capacity * sizeof *more);
            if (!more) {
                return capacity > TENSORS_MAX ? bad(r, "it has too many tensors")
                                              : error_nomem(r->err, r->path);
            }
            r->tensors = more;
        }
        struct tensor *t = &r->tensors[r->count];
        *t = (struct tensor){.begin = 0};
        snprintf(t->parameter.name, sizeof t->parameter.name, "%s", name);
        if (!take_tensor(r, t)) {
            return error_set(r->err, ERR_FORMAT, "%s: tensor %s: dtype, shape (up to %d "
                             "dimensions, each from 1) and data_offsets are needed, each once",
                             r->path, name, PARAMETER_DIMS_MAX);
        }
        code = check_tensor(r, t);
        r->count++;
    } while (code == 0 && take(r, ','));
    if (code < 0) {
        return code;
    }
    bool closed = take(r, '}');
    skip_blanks(r);
    return closed && r->at == r->end ? 0 : bad(r, "its header does not end with '}'");
}

static int by_place(const void *a, const void *b)
{
    const struct tensor *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static int by_name(const void *a, const void *b)
{
    const struct tensor *x = a, *y = b;
    return strcmp(x->parameter.name, y->parameter.name);
}

// All bytes belong to one tensor each, and all names differ.
static int check_places(struct reader *r, uint64_t size)
{
    uint64_t at = 0;
    if (r->count == 0) {
        return bad(r, "it holds no tensor");
    }
    qsort(r->tensors, (size_t)r->count, sizeof *r->tensors, by_place);
    for (int i = 0; i < r->count; i++) {
        if (r->tensors[i].begin != at) {
            return bad(r, "its tensors overlap or leave gaps");
        }
        at = r->tensors[i].end;
    }
    if (at != size) {
        return bad(r, "its tensors do not end where the file ends");
    }
    qsort(r->tensors, (size_t)r->count, sizeof *r->tensors, by_name);
    for (int i = 1; i < r->count; i++) {
        if (by_name(&r->tensors[i - 1], &r->tensors[i]) == 0) {
            return bad(r, "two tensors have one name");
        }
    }
    return 0;
}

// ---- the numbers ----

static uint64_t read_low_first(const char *data, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value |= (uint64_t)(unsigned char)data[i] << 8 * i;
    }
    return value;
}

static int read_values(const struct reader *r, const struct tensor *t, const char *data,
                       float *values)
{
    if (strcmp(t->type, "I64") == 0) {
        values[0] = (float)(int64_t)read_low_first(data + t->begin, 8);
        return 0;
    }
    for (size_t i = 0; i < t->parameter.size; i++) {
        uint32_t bits = (uint32_t)read_low_first(data + t->begin + 4 * i, 4);
        memcpy(&values[i], &bits, sizeof bits);
        if (!isfinite(values[i])) {
            return error_set(r->err, ERR_FORMAT, "%s: tensor %s holds a number that is not "
                             "finite", r->path, t->parameter.name);
        }
    }
    return 0;
}

static int fill_model(struct model *model, const struct reader *r, const char *data)
{
    struct parameters *parameters = &model->parameters;
    size_t total = 0;
    for (int i = 0; i < r->count; i++) {
        total += r->tensors[i].parameter.size;
    }
    parameters->table = model_storage(model, (size_t)r->count * sizeof *parameters->table);
    parameters->values = model_storage(model, total * sizeof *parameters->values);
    if (!parameters->table || !parameters->values) {
        return error_nomem(r->err, r->path);
    }
    for (int i = 0; i < r->count; i++) {
        struct parameter *p = &parameters->table[parameters->count++];
        *p = r->tensors[i].parameter;
        p->offset = parameters->total;
        parameters->total += p->size;
        int code = read_values(r, &r->tensors[i], data, parameters->values + p->offset);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int digest_file(struct model *model, const char *data, size_t size, struct error *err)
{
    struct digest *digest = digest_start();
    if (!digest) {
        return error_nomem(err, "a digest");
    }
    digest_add(digest, data, size);
    digest_finish(&digest, model->digest);
    return 0;
}

bool safetensors_is_one(const char *path)
{
    struct error err = ERROR_INIT;
    char head[9];
    uint64_t size;
    int fd;
    if (io_open_regular(&fd, &size, path, &err) < 0) {
        return false;
    }
    bool read = size >= sizeof head && io_read_at(fd, head, sizeof head, 0, path, &err) == 0;
    close(fd);
    return read && read_low_first(head, 8) <= HEADER_MAX && head[8] == '{';
}

int safetensors_read(struct model **ret, const char *path, struct error *err)
{
    struct reader r = {.path = path, .err = err};
    char *data = NULL;
    size_t size = 0;
    struct model *model = calloc(1, sizeof *model);
    int code = model ? io_read_file(&data, &size, path, file_max, err) : error_nomem(err, path);
    if (code < 0) {
        goto done;
    }
    uint64_t header = size >= 8 ? read_low_first(data, 8) : 0;
    if (header < 2 || header > HEADER_MAX || header > size - 8) {
        code = bad(&r, "it does not begin with the length of a header");
        goto done;
    }
    r.at = data + 8;
    r.end = r.at + header;
    code = read_header(&r);
    code = code < 0 ? code : check_places(&r, size - 8 - header);
    code = code < 0 ? code : fill_model(model, &r, data + 8 + header);
    code = code < 0 ? code : digest_file(model, data, size, err);
    if (code == 0) {
        *ret = model;
        model = NULL;
    }

done:
    free(r.tensors);
    free(data);
    model_free(&model);
    return code;
}
