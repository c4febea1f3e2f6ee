#include "formats/safetensors.h"

#include "core/base/output.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What PyTorch counts in a whole number.
static bool is_counter(const struct parameter *p)
{
    static const char name[] = "num_batches_tracked";
    size_t length = strlen(p->name), tail = sizeof name - 1;
    return p->size == 1 && length >= tail && strcmp(p->name + length - tail, name) == 0
        && (length == tail || p->name[length - tail - 1] == '.');
}

static int by_name(const void *a, const void *b)
{
    const struct parameter *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

// Names are layers' numbers and words with dots between: nothing to escape.
static void write_header(FILE *out, const struct parameter *const *table, int count)
{
    size_t at = 0;
    fputs("{\"__metadata__\":{\"format\":\"pt\"}", out);
    for (int i = 0; i < count; i++) {
        const struct parameter *p = table[i];
        bool counter = is_counter(p);
        size_t size = counter ? sizeof(int64_t) : p->size * sizeof(float);
        fprintf(out, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[", p->name, counter ? "I64" : "F32");
        for (int d = 0; d < p->dim_count && !counter; d++) {
            fprintf(out, "%s%d", d ? "," : "", p->dim[d]);
        }
        fprintf(out, "],\"data_offsets\":[%zu,%zu]}", at, at + size);
        at += size;
    }
    fputc('}', out);
    // The numbers begin at a multiple of eight.
    for (long end = ftell(out); end % 8 != 0; end++) {
        fputc(' ', out);
    }
}

static void write_low_first(FILE *out, uint64_t value, int count)
{
    for (int i = 0; i < count; i++) {
        fputc((int)(value >> 8 * i & 0xff), out);
    }
}

static void write_numbers(FILE *out, const struct parameter *p, const float *values)
{
    if (is_counter(p)) {
        write_low_first(out, (uint64_t)(int64_t)values[p->offset], 8);
        return;
    }
    for (size_t i = 0; i < p->size; i++) {
        uint32_t bits;
        memcpy(&bits, values + p->offset + i, sizeof bits);
        write_low_first(out, bits, 4);
    }
}

// All of the file in memory.
static bool compose(char **ret, size_t *ret_size, const struct parameter *const *table,
                    const struct parameters *parameters)
{
    char *header = NULL;
    size_t header_size = 0;
    FILE *out = open_memstream(&header, &header_size);
    if (!out) {
        return false;
    }
    write_header(out, table, parameters->count);
    bool ok = ferror(out) == 0;
    ok = fclose(out) == 0 && ok;
    out = ok ? open_memstream(ret, ret_size) : NULL;
    if (!out) {
        free(header);
        return false;
    }
    write_low_first(out, header_size, 8);
    fwrite(header, 1, header_size, out);
    for (int i = 0; i < parameters->count; i++) {
        write_numbers(out, table[i], parameters->values);
    }
    free(header);
    ok = ferror(out) == 0;
    return fclose(out) == 0 && ok;
}

int safetensors_write(const char *path, const struct model *model, bool force, struct error *err)
{
    const struct parameters *parameters = &model->parameters;
    const struct parameter **table = calloc((size_t)parameters->count + 1, sizeof(void *));
    char *data = NULL;
    size_t size = 0;
    bool ok = table != NULL;
    for (int i = 0; ok && i < parameters->count; i++) {
        table[i] = &parameters->table[i];
    }
    if (ok) {
        qsort(table, (size_t)parameters->count, sizeof(void *), by_name);
        ok = compose(&data, &size, table, parameters);
    }
    int code = ok ? output_write_file(path, data, size, force, err) : error_nomem(err, path);
    free(data);
    free(table);
    return code;
}
