#ifndef FORMATS_H5_FILE_H
#define FORMATS_H5_FILE_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "formats/h5_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An HDF5 file from outside, read without trusting it.
 *
 * libhdf5 sees the file only in a sandboxed child, which hands back a
 * description: what is in the file, of which type and shape, at which offset.
 * The parent checks every number of it against the file and maps the file
 * read-only. Only contiguous datasets have their data mapped; links that lead
 * out of the tree (soft, external) are not followed.
 *
 * An open file does not change and may be read from any thread; opening forks
 * (see core/base/child.h). */
struct h5_file;

/* How much description is read before a file is refused. */
struct h5_limits {
    size_t objects;     /* groups and datasets */
    size_t attributes;  /* in the whole file */
    int depth;          /* groups within groups */
    size_t description; /* bytes: names, enum members, attribute values */
    int timeout_ms;     /* for the child, by the clock */
    int cpu_seconds;    /* for the child, of processor time; 0: any */
};

/* 4096 objects, 4096 attributes, 8 deep, 8 MiB, 60 s, of which it may work 4. */
struct h5_limits h5_limits_defaults(void);

struct h5_dataset {
    const char *path; /* "/clips/path" */
    struct h5_type type;
    int rank; /* 0: one value without dimensions */
    uint64_t dim[TYPE_RANK_MAX];
    uint64_t count;    /* elements */
    uint64_t bytes;    /* count * type.size */
    uint64_t offset;   /* of the data in the file; 0 where data is NULL */
    const void *data;  /* in the mapping; NULL where it cannot be mapped: KIND_OTHER, or
                        * chunked, compact, external. Not NULL for no elements. */
};

struct h5_attribute {
    const char *object; /* "/" or a path */
    const char *name;
    struct h5_type type;
    uint64_t count;    /* elements; 1 for a single value */
    const void *value; /* a copy of them, aligned to 8; NULL for KIND_OTHER.
                        * Texts have one more NUL behind the last. */
};

/* Open, describe, check, map. limits may be NULL for the defaults. Errors tell
 * apart: not readable or no regular file (ERR_IO), not HDF5, truncated and
 * damaged (ERR_FORMAT; ERR_CHILD when the child died of it), each naming the
 * file. On success *ret lives until h5_file_close(), and so does everything
 * that the functions below return. */
int h5_file_open(struct h5_file **ret, const char *path, const struct sandbox *sandbox,
                 const struct h5_limits *limits, struct error *err) MUST_CHECK;

/* Accepts NULL; sets *file to NULL. */
void h5_file_close(struct h5_file **file);

const char *h5_file_path(const struct h5_file *file);
int h5_file_fd(const struct h5_file *file);
const void *h5_file_mapping(const struct h5_file *file, size_t *ret_size);

/* Is the file still as long as it was? ERR_IO if not. For the end of long work
 * on its data: see core/base/mapping.h. */
int h5_file_check_whole(const struct h5_file *file, struct error *err) MUST_CHECK;

/* ---- datasets ---- */

/* All of them, by ascending path (bytewise). */
size_t h5_file_dataset_count(const struct h5_file *file);
const struct h5_dataset *h5_file_dataset(const struct h5_file *file, size_t index);

/* By path; NULL when there is none. */
const struct h5_dataset *h5_file_find(const struct h5_file *file, const char *path);

#define DIM_ANY UINT64_MAX

/* By path, and it must be mapped, of this kind (an enum passes as its base
 * kind), this rank and these dimensions; dims[i] == DIM_ANY accepts any. Else
 * ERR_FORMAT that names file, dataset, what it is and what it should be. The
 * data may lie at any address: check h5_dataset_is_aligned() or copy it. */
int h5_file_require(const struct h5_dataset **ret, const struct h5_file *file, const char *path,
                    enum h5_kind kind, int rank, const uint64_t *dims,
                    struct error *err) MUST_CHECK;

/* Does the data start at a multiple of the size of its elements (texts: of 1)? */
bool h5_dataset_is_aligned(const struct h5_dataset *dataset);

/* Does every text of a KIND_TEXT dataset end with a NUL? ERR_FORMAT if not.
 * Then h5_dataset_text() is safe; the text lies in the mapping. */
int h5_file_check_texts(const struct h5_file *file, const struct h5_dataset *dataset,
                        struct error *err) MUST_CHECK;
const char *h5_dataset_text(const struct h5_dataset *dataset, uint64_t index);

/* ---- attributes ---- */

/* All of them, by ascending object, then name (bytewise). */
size_t h5_file_attribute_count(const struct h5_file *file);
const struct h5_attribute *h5_file_attribute(const struct h5_file *file, size_t index);

/* NULL when there is none. */
const struct h5_attribute *h5_file_find_attribute(const struct h5_file *file, const char *object,
                                                  const char *name);

/* One value, or ERR_FORMAT naming file, object, attribute and what is wrong.
 * Integers of any size and sign that fit are taken, for a double integers too
 * (where it holds them exactly). The text lives as long as the file. */
int h5_file_text(const char **ret, const struct h5_file *file, const char *object,
                 const char *name, struct error *err) MUST_CHECK;
int h5_file_u64(uint64_t *ret, const struct h5_file *file, const char *object, const char *name,
                struct error *err) MUST_CHECK;
int h5_file_f64(double *ret, const struct h5_file *file, const char *object, const char *name,
                struct error *err) MUST_CHECK;

#endif
