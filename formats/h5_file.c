#include "formats/h5_file.h"

#include "core/base/io.h"
#include "core/base/mapping.h"
#include "core/base/text.h"
#include "formats/h5_description.h"
#include "formats/h5_outline.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct h5_file {
    char *path;
    int fd;
    uint64_t size;
    struct mapping *mapping; // NULL while there is none
    void *outline; // names in the description point into it
    struct h5_description description;
};

struct h5_limits h5_limits_defaults(void)
{
    return (struct h5_limits){.objects = 4096, .attributes = 4096, .depth = 8,
                              .description = (size_t)8 << 20, .timeout_ms = 60000,
                              .cpu_seconds = 4};
}

// ---- opening ----

static uint64_t little_endian(const unsigned char *p, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = bytes; i-- > 0;) {
        value = value << 8 | p[i];
    }
    return value;
}

// Where the superblock at `p` says that the file ends; UINT64_MAX if it does
// not say so in a way we know (HDF5 File Format Specification 3.0, II.A).
static uint64_t stated_end(const unsigned char *p)
{
    unsigned version = p[8];
    size_t address_size = version < 2 ? p[13] : p[9];
    // Two addresses stand before it: base and free space, or base and extension.
    size_t first = version == 0 ? 24 : version == 1 ? 28 : 12;
    if (version > 3 || address_size < 1 || address_size > 8) {
        return UINT64_MAX;
    }
    return little_endian(p + first + 2 * address_size, address_size);
}

// Only what is needed to say "not HDF5" and "truncated"; libhdf5 does the rest.
static int check_superblock(const struct h5_file *file, struct error *err)
{
    enum { SUPERBLOCK = 64, SIGNATURE = 8 };
    if (file->size == 0) {
        return error_set(err, ERR_FORMAT, "%s: is empty, not an HDF5 file", file->path);
    }
    for (uint64_t at = 0; at < file->size; at = at ? at * 2 : 512) {
        unsigned char block[SUPERBLOCK] = {0};
        size_t there = file->size - at < SUPERBLOCK ? (size_t)(file->size - at) : SUPERBLOCK;
        int code = io_read_at(file->fd, block, there, at, file->path, err);
        if (code < 0) {
            return code;
        }
        if (memcmp(block, "\211HDF\r\n\032\n", SIGNATURE) != 0) {
            continue;
        }
        uint64_t end = stated_end(block);
        if (there < SUPERBLOCK || (end != UINT64_MAX && end > file->size)) {
            return error_set(err, ERR_FORMAT, "%s: truncated: %llu bytes are left of %llu",
                             file->path, (unsigned long long)file->size,
                             (unsigned long long)(there < SUPERBLOCK ? at + SUPERBLOCK : end));
        }
        return 0;
    }
    return error_set(err, ERR_FORMAT, "%s: not an HDF5 file", file->path);
}

static int read_outline(struct h5_file *file, size_t *ret_size, const struct sandbox *sandbox,
                        const struct h5_limits *limits, struct error *err)
{
    struct h5_outline_request request = {file->path, file->fd, file->size, *limits};
    struct child_call call = {
        .name = file->path,
        .fd = file->fd,
        .capacity = limits->description,
        .timeout_ms = limits->timeout_ms,
        .cpu_seconds = limits->cpu_seconds,
        .prepare = h5_outline_prepare,
        .run = h5_outline_run,
        .context = &request,
    };
    struct error own = ERROR_INIT;
    int code = child_call(&file->outline, ret_size, &call, sandbox, &own);
    if (code == ERR_CHILD) {
        return error_set(err, code, "%s (a damaged file?)", own.text);
    }
    return code < 0 ? error_set(err, code, "%s", own.text) : 0;
}

static int map_file(struct h5_file *file, struct error *err)
{
    if (file->size > SIZE_MAX) {
        return error_set(err, ERR_NOMEM, "%s: too large to map", file->path);
    }
    return mapping_open(&file->mapping, file->fd, (size_t)file->size, file->path, err);
}

int h5_file_open(struct h5_file **ret, const char *path, const struct sandbox *sandbox,
                 const struct h5_limits *limits, struct error *err)
{
    struct h5_limits defaults = h5_limits_defaults();
    limits = limits ? limits : &defaults;
    struct h5_file *file = calloc(1, sizeof *file);
    if (!file) {
        return error_nomem(err, path);
    }
    file->fd = -1;
    file->path = strdup(path);
    int code = file->path ? io_open_regular(&file->fd, &file->size, path, err)
                          : error_nomem(err, path);
    code = code < 0 ? code : check_superblock(file, err);
    size_t size = 0;
    code = code < 0 ? code : read_outline(file, &size, sandbox, limits, err);
    code = code < 0 ? code : map_file(file, err);
    if (code == 0) {
        code = h5_description_parse(&file->description, file->outline, size, path,
                                    mapping_data(file->mapping), file->size, limits, err);
    }
    if (code < 0) {
        h5_file_close(&file);
        return code;
    }
    *ret = file;
    return 0;
}

void h5_file_close(struct h5_file **file)
{
    struct h5_file *f = *file;
    if (!f) {
        return;
    }
    h5_description_clear(&f->description);
    free(f->outline);
    mapping_close(&f->mapping);
    if (f->fd >= 0) {
        close(f->fd);
    }
    free(f->path);
    free(f);
    *file = NULL;
}

const char *h5_file_path(const struct h5_file *file)
{
    return file->path;
}

int h5_file_fd(const struct h5_file *file)
{
    return file->fd;
}

const void *h5_file_mapping(const struct h5_file *file, size_t *ret_size)
{
    *ret_size = (size_t)file->size;
    return mapping_data(file->mapping);
}

int h5_file_check_whole(const struct h5_file *file, struct error *err)
{
    return mapping_check(file->mapping, err);
}

// ---- tables ----

size_t h5_file_dataset_count(const struct h5_file *file)
{
    return file->description.dataset_count;
}

const struct h5_dataset *h5_file_dataset(const struct h5_file *file, size_t index)
{
    return &file->description.datasets[index];
}

size_t h5_file_attribute_count(const struct h5_file *file)
{
    return file->description.attribute_count;
}

const struct h5_attribute *h5_file_attribute(const struct h5_file *file, size_t index)
{
    return &file->description.attributes[index];
}

const struct h5_dataset *h5_file_find(const struct h5_file *file, const char *path)
{
    size_t low = 0, high = file->description.dataset_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct h5_dataset *d = &file->description.datasets[middle];
        int order = strcmp(path, d->path);
        if (order == 0) {
            return d;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const struct h5_attribute *h5_file_find_attribute(const struct h5_file *file, const char *object,
                                                  const char *name)
{
    size_t low = 0, high = file->description.attribute_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct h5_attribute *a = &file->description.attributes[middle];
        int order = strcmp(object, a->object);
        order = order ? order : strcmp(name, a->name);
        if (order == 0) {
            return a;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
