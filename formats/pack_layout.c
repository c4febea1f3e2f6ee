#include "formats/pack_layout.h"

#include <string.h>

static const struct {
    const char *path;
    enum h5_kind kind;
    int rank; // 1: [N], 2: [N][T], 5: [N][T][H][W][3]
} tables[TABLE_COUNT] = {
    [TABLE_FRAMES] = {"/frames", KIND_U8, 5},
    [TABLE_LABELS] = {"/labels", KIND_U16, 1},
    [TABLE_CRC32C] = {"/crc32c", KIND_U32, 1},
    [TABLE_PATH] = {"/clips/path", KIND_TEXT, 1},
    [TABLE_GROUP] = {"/clips/group", KIND_TEXT, 1},
    [TABLE_MESSAGE] = {"/clips/message", KIND_TEXT, 1},
    [TABLE_SAMPLE] = {"/clips/sample", KIND_U32, 1},
    [TABLE_STATUS] = {"/clips/status", KIND_U8, 1},
    [TABLE_WIDTH] = {"/clips/width", KIND_U32, 1},
    [TABLE_HEIGHT] = {"/clips/height", KIND_U32, 1},
    [TABLE_FRAME_COUNT] = {"/clips/frame_count", KIND_U32, 1},
    [TABLE_DECODE_ERRORS] = {"/clips/decode_errors", KIND_U32, 1},
    [TABLE_FRAME_INDEX] = {"/clips/frame_index", KIND_U32, 2},
    [TABLE_TIMESTAMP] = {"/clips/timestamp", KIND_F64, 2},
    [TABLE_FRAME_RATE] = {"/clips/frame_rate", KIND_F64, 1},
    [TABLE_BYTES] = {"/clips/bytes", KIND_U64, 1},
};

const char *const pack_own_attributes[] = {"format", "version", "complete", "digest", "clips",
                                           "clips_packed", "clips_failed", "samples_per_clip",
                                           NULL};

static const struct h5_member parts[PART_COUNT] = {
    {"none", PART_NONE}, {"train", PART_TRAIN}, {"val", PART_VAL}, {"test", PART_TEST},
};

static const struct h5_member states[] = {
    {"ok", CLIP_OK}, {"repeated", CLIP_REPEATED}, {"failed", CLIP_FAILED},
    {"pending", CLIP_PENDING},
};

const char *pack_table_path(enum pack_table table)
{
    return tables[table].path;
}

enum h5_kind pack_table_kind(enum pack_table table)
{
    return tables[table].kind;
}

int pack_table_dims(enum pack_table table, const struct pack_shape *shape,
                    uint64_t dims[PACK_RANK_MAX])
{
    const uint64_t all[PACK_RANK_MAX] = {shape->rows, shape->frames, shape->height, shape->width,
                                         3};
    memcpy(dims, all, (size_t)tables[table].rank * sizeof dims[0]);
    return tables[table].rank;
}

struct h5_type pack_part_type(void)
{
    return (struct h5_type){KIND_U8, 1, parts, PART_COUNT};
}

struct h5_type pack_status_type(void)
{
    return (struct h5_type){KIND_U8, 1, states, sizeof states / sizeof states[0]};
}

const char *pack_part_name(enum pack_part part)
{
    return parts[part].name;
}

enum pack_part pack_part_parse(const char *word)
{
    for (int i = 0; i < PART_COUNT; i++) {
        if (strcmp(word, parts[i].name) == 0) {
            return (enum pack_part)i;
        }
    }
    return PART_COUNT;
}
