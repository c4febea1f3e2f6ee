#ifndef FORMATS_PACK_H
#define FORMATS_PACK_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "core/nn/dataset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The pack: docs/pack-format.md. */

enum { PACK_FORMAT_VERSION = 1 };

enum pack_part { PART_NONE = 0, PART_TRAIN = 1, PART_VAL = 2, PART_TEST = 3, PART_COUNT = 4 };

/* "none", "train", "val", "test"; parse returns PART_COUNT for other words. */
const char *pack_part_name(enum pack_part part);
enum pack_part pack_part_parse(const char *word);

enum pack_status {
    CLIP_OK = 0,
    CLIP_REPEATED = 1, /* fewer frames than were asked for: some stand twice */
    CLIP_FAILED = 2,   /* could not be decoded: zeros, a message, in no split */
    CLIP_PENDING = 3,  /* not written yet: never in a complete pack */
};

/* ---- writing ---- */

struct pack_clip {
    const char *path;  /* relative to its source; bytes as the file system has them */
    const char *group; /* the source video it was cut from, "" unknown; unique with the class */
    uint16_t label;    /* class number, or DATASET_UNLABELLED */
};

/* A column of the plan: which part each clip is in. */
struct pack_split_plan {
    const char *name;
    const uint8_t *parts; /* [clips] enum pack_part */
};

/* One parameter to store as a root attribute; exactly one value is used. */
struct pack_attribute {
    const char *name;
    enum { ATTRIBUTE_TEXT, ATTRIBUTE_INTEGER } type;
    const char *text;
    uint64_t integer;
};

struct pack_plan {
    size_t clips;
    int samples; /* K rows a clip */
    int frames;  /* T */
    int height;
    int width;
    const char *const *classes; /* in data set order */
    int class_count;
    const struct pack_split_plan *splits;
    int split_count;
    const struct pack_attribute *attributes; /* every parameter that changes a pixel */
    int attribute_count;
    /* Clip number `index`, in row order. Called for 0 .. clips-1, in order,
     * maybe more than once; the texts need live until the next call only. */
    struct pack_clip (*clip)(const void *context, size_t index);
    const void *context;
};

struct pack_writer;
struct h5_file;

/* Create PATH.partial with all its space reserved and everything the plan
 * knows in it; every clip is pending. Refuses what cannot be stored: no clips,
 * more classes than an enum's 64 KiB hold, duplicate or empty names. */
int pack_create(struct pack_writer **ret, const char *path, bool force,
                const struct pack_plan *plan, struct error *err) MUST_CHECK;

/* What decoding one clip gave; all arrays have the plan's K x T. */
struct pack_result {
    enum pack_status status;
    const char *message;         /* "" or why it failed; escaped and cut to fit */
    const uint8_t *pixels;       /* [K][T][H][W][3]; NULL: zeros */
    const uint32_t *frame_index; /* [K][T]; NULL: zeros */
    const double *timestamp;     /* [K][T] seconds; NULL: zeros */
    uint32_t width;              /* of the source, pixels */
    uint32_t height;
    double frame_rate;
    uint32_t frame_count;
    uint32_t decode_errors;
    uint64_t bytes;              /* size of the source file */
};

/* Fill a clip's slot: pixels, checksums, rows. Any order, each clip once. */
int pack_put(struct pack_writer *writer, size_t clip, const struct pack_result *result,
             struct error *err) MUST_CHECK;

/* All clips are in: digest, `complete`, sync, rename. Failed clips are taken
 * out of every split. Frees *writer, also on failure. */
int pack_finish(struct pack_writer **writer, const struct sandbox *sandbox,
                struct error *err) MUST_CHECK;

/* Give up: removes PATH.partial. Accepts NULL; sets *writer to NULL. */
void pack_abandon(struct pack_writer **writer);

/* ---- reading ---- */

/* A pack, mapped. Its metadata was read by a sandboxed child, and every
 * offset, size and number in it checked against the file. Pointers lead into
 * the mapping (or to private copies) and live until pack_close(). */
struct pack {
    char *path;
    struct dataset data; /* frames and labels, in place */
    char **classes;      /* [class_count] */
    int class_count;
    int samples_per_clip; /* K */
    size_t clips;
    struct pack_column {
        char *name;
        const uint8_t *parts; /* [samples] enum pack_part */
    } *splits;
    int split_count;
    /* One value per row. */
    const uint32_t *sample;      /* number within the clip */
    const uint8_t *status;       /* enum pack_status */
    const uint32_t *frame_index; /* [rows][T] */
    const double *timestamp;     /* [rows][T] */
    const uint32_t *width, *height, *frame_count, *decode_errors;
    const double *frame_rate;
    const uint64_t *bytes;
    const uint32_t *crc32c;
    struct pack_text {
        const char *data;
        size_t stride; /* bytes per row, the NULs behind the text included */
    } paths, groups, messages;
    /* Root attributes but format, version, digest and complete, by name. */
    struct pack_value {
        char *name;
        bool is_text;
        char *text;
        uint64_t integer;
    } *attributes;
    int attribute_count;
    char digest[65]; /* as stored */
    struct h5_file *file; /* owns the mapping and the descriptor */
    const void *mapping;
    size_t mapping_size;
    int fd;
};

/* Errors tell apart what is not HDF5, HDF5 but no pack, incomplete,
 * truncated, damaged, and of a newer version. */
int pack_open(struct pack **ret, const char *path, const struct sandbox *sandbox,
              struct error *err) MUST_CHECK;

/* Accepts NULL; sets *pack to NULL. */
void pack_close(struct pack **pack);

/* The text of a row; never longer than its stride (the last byte is checked
 * to be NUL when the pack is opened). */
const char *pack_path(const struct pack *pack, size_t row);
const char *pack_group(const struct pack *pack, size_t row);
const char *pack_message(const struct pack *pack, size_t row);

/* A split by name; NULL when there is none. */
const struct pack_column *pack_split(const struct pack *pack, const char *name);
const struct pack_value *pack_attribute(const struct pack *pack, const char *name);

/* Check every checksum. On success *ret_bad is the number of rows whose
 * pixels are not what was written (bad_rows, if not NULL, receives the first
 * `bad_capacity` of their numbers), and *ret_digest_ok whether everything else
 * that counts is. */
int pack_verify(const struct pack *pack, size_t *ret_bad, size_t *bad_rows, size_t bad_capacity,
                bool *ret_digest_ok, struct error *err) MUST_CHECK;

#endif
