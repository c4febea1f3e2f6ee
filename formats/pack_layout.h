#ifndef FORMATS_PACK_LAYOUT_H
#define FORMATS_PACK_LAYOUT_H

#include "formats/h5_type.h"
#include "formats/pack.h"

#include <stdint.h>

/* What is in a pack (docs/pack-format.md), in one table for writer and reader. */

enum pack_table {
    TABLE_FRAMES,
    TABLE_LABELS,
    TABLE_CRC32C,
    TABLE_PATH,
    TABLE_GROUP,
    TABLE_MESSAGE,
    TABLE_SAMPLE,
    TABLE_STATUS,
    TABLE_WIDTH,
    TABLE_HEIGHT,
    TABLE_FRAME_COUNT,
    TABLE_DECODE_ERRORS,
    TABLE_FRAME_INDEX,
    TABLE_TIMESTAMP,
    TABLE_FRAME_RATE,
    TABLE_BYTES,
    TABLE_COUNT,
};

/* Limits of the format. A row number fits in 32 bits. */
enum {
    PACK_SIDE_MAX = 16384,    /* pixels, width and height of a frame */
    PACK_FRAMES_MAX = 65536,  /* T */
    PACK_RANK_MAX = 5,
    PACK_FRAMES_ALIGN = 4096, /* bytes */
    PACK_TABLE_ALIGN = 8,
    PACK_MESSAGE_SIZE = 160,  /* bytes, the NUL included */
};

struct pack_shape {
    uint64_t rows; /* N = clips * K */
    uint64_t frames;
    uint64_t height;
    uint64_t width;
};

const char *pack_table_path(enum pack_table table);
enum h5_kind pack_table_kind(enum pack_table table);

/* Fill dims; returns the rank. */
int pack_table_dims(enum pack_table table, const struct pack_shape *shape,
                    uint64_t dims[PACK_RANK_MAX]);

/* The enums of /splits and of /clips/status: u8 with these members. */
struct h5_type pack_part_type(void);
struct h5_type pack_status_type(void);

#define PACK_FORMAT_NAME "triptych pack"
#define PACK_UNLABELLED_NAME "unlabelled"
#define PACK_SPLITS "/splits"

/* Root attributes of the format itself, which no plan may set; ends with NULL. */
extern const char *const pack_own_attributes[];

/* ---- between the pack's own files ---- */

/* pack_open(), where a pack that is not complete passes too. */
int pack_open_any(struct pack **ret, const char *path, const struct sandbox *sandbox,
                  bool must_be_complete, struct error *err) MUST_CHECK;

/* Fill pack's views from pack->file and check all that a reader relies on. */
int pack_check(struct pack *pack, struct error *err) MUST_CHECK;

/* The digest over everything that counts but pixels: 64 hex digits and a NUL. */
int pack_digest(const struct pack *pack, char hex[65], struct error *err) MUST_CHECK;

/* Can this plan be stored? ERR_VALUE says what is wrong. On success *ret_shape,
 * and the bytes per row that its paths and groups need. */
int pack_plan_check(const struct pack_plan *plan, struct pack_shape *ret_shape,
                    size_t *ret_path_size, size_t *ret_group_size,
                    struct error *err) MUST_CHECK;

/* Where the tables that the plan knows begin in the file. */
struct pack_places {
    int fd;
    const char *name; /* of the file, for messages */
    uint64_t table[TABLE_COUNT];
    const uint64_t *split; /* [split_count] */
    size_t path_size;
    size_t group_size;
};

/* Write labels, paths, groups, sample numbers, status and splits. */
int pack_plan_write(const struct pack_plan *plan, const struct pack_places *places,
                    struct error *err) MUST_CHECK;

#endif
