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

/* Attributes of a pack that is a part of one: which, of how many, of what. */
#define PACK_SHARD "shard"
#define PACK_SHARDS "shards"
#define PACK_SHARD_OF "shard_of"

/* More parts than this make no pack. */
enum { PACK_SHARDS_MAX = 100000 };

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
    bool escaped; /* paths and groups are another pack's: escaped already */
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
    const char *message;         /* "" or why it failed; cleaned and cut to fit */
    const uint8_t *pixels;       /* [K][T][H][W][3]; NULL: zeros */
    const uint32_t *frame_index; /* [K][T]; NULL: zeros */
    const double *timestamp;     /* [K][T] seconds; NULL: zeros */
    uint32_t width;              /* of the source, pixels */
    uint32_t height;
    double frame_rate;
    uint32_t frame_count;
    uint32_t decode_errors;
    uint64_t bytes;              /* size of the source file */
    uint64_t stamp;              /* which state of the source this is: see pack_resume */
    bool transient;              /* failed by chance (a time-out): a later run tries again */
};

/* ---- writing that may be interrupted ----
 *
 * Beside PATH.partial grows PATH.journal: what the plan was, and a record for
 * each clip that is in, with a checksum over all that was written of it. A run
 * that ends early, in whatever way, leaves both; the next one keeps the clips
 * whose bytes are what their records say. The journal goes when PATH comes. */

struct pack_resume {
    bool force;        /* replace PATH if it exists */
    bool restart;      /* throw away what an unfinished run left */
    bool retry_failed; /* keep no failed clip */
    /* What the source of clip `index` is like now: a number that changes when
     * the file does. A packed clip whose stamp differs is an error, a failed
     * one is not kept. The context is the plan's. */
    uint64_t (*stamp)(const void *context, size_t index);
    const struct sandbox *sandbox;
};

struct pack_kept {
    bool finished; /* PATH is there already, complete: the earlier run was
                    * killed between its last two steps. *ret is untouched */
    size_t clips;  /* kept of an unfinished run, failed ones included */
    size_t failed; /* of them, or of the finished pack */
    size_t lost;   /* had a record, but other bytes than it says */
    bool damaged;  /* there was a journal that could not be read: begun anew */
};

/* pack_create(), or the continuation of a run of the same plan. ERR_VALUE when
 * what is there is of another plan, or clips in it have changed since: says
 * what differs. Then everything is as it was. */
int pack_begin(struct pack_writer **ret, struct pack_kept *ret_kept, const char *path,
               const struct pack_resume *resume, const struct pack_plan *plan,
               struct error *err) MUST_CHECK;

/* Is this clip in already? */
bool pack_has(const struct pack_writer *writer, size_t clip);

/* Stop here and leave everything for a later pack_begin(); where no clip is in
 * yet, nothing is left. Returns how many clips are kept. Accepts NULL; sets
 * *writer to NULL. */
size_t pack_suspend(struct pack_writer **writer);

/* Call failed(context, clip, message) for every failed clip, in row order; the
 * message is clean, as the pack has it. Stops at the first that is not 0. */
int pack_each_failed(const struct pack_writer *writer,
                     int (*failed)(void *context, size_t clip, const char *message,
                                   struct error *err),
                     void *context, struct error *err) MUST_CHECK;

/* ---- filling and finishing ---- */

/* Fill a clip's slot: pixels, checksums, rows. Any order, each clip once. */
int pack_put(struct pack_writer *writer, size_t clip, const struct pack_result *result,
             struct error *err) MUST_CHECK;

/* All clips are in: digest, `complete`, sync, rename. Failed clips are taken
 * out of every split. Frees *writer, also on failure; then a pack begun with
 * pack_begin() is left for a later run. */
int pack_finish(struct pack_writer **writer, const struct sandbox *sandbox,
                struct error *err) MUST_CHECK;

/* Give up: removes PATH.partial and PATH.journal. Accepts NULL; sets *writer to NULL. */
void pack_abandon(struct pack_writer **writer);

/* ---- reading ---- */

/* A pack, mapped. Its metadata was read by a sandboxed child, and every
 * offset, size and number in it checked against the file. Pointers lead into
 * the mapping or, of what serves as an index (labels, status, parts), to private
 * copies, and live until pack_close(). */
struct pack {
    char *path;
    struct dataset data; /* frames in place */
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
