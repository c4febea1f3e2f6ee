/* Filling a pack. */

#include "formats/pack_writer.h"

#include "core/base/crash_point.h"
#include "core/base/crc32c.h"
#include "core/base/io.h"
#include "core/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const enum pack_table pack_content_tables[PACK_CONTENT_TABLES] = {
    TABLE_FRAMES, TABLE_CRC32C, TABLE_FRAME_INDEX, TABLE_TIMESTAMP, TABLE_WIDTH, TABLE_HEIGHT,
    TABLE_FRAME_COUNT, TABLE_DECODE_ERRORS, TABLE_FRAME_RATE, TABLE_BYTES, TABLE_MESSAGE,
};

void pack_writer_free(struct pack_writer **writer)
{
    struct pack_writer *w = *writer;
    free(w->splits);
    free(w->done);
    free(w->scratch);
    free(w);
    *writer = NULL;
}

void pack_abandon(struct pack_writer **writer)
{
    if (*writer) {
        // The journal goes first: without its pack it would say nothing true.
        pack_journal_remove(&(*writer)->journal);
        output_abandon(&(*writer)->output);
        pack_writer_free(writer);
    }
}

size_t pack_suspend(struct pack_writer **writer)
{
    struct pack_writer *w = *writer;
    size_t kept = w ? w->recorded : 0;
    if (kept == 0) {
        pack_abandon(writer);
        return 0;
    }
    pack_journal_close(&w->journal);
    output_keep(&w->output);
    pack_writer_free(writer);
    return kept;
}

bool pack_has(const struct pack_writer *w, size_t clip)
{
    return w->done[clip / 8] >> clip % 8 & 1;
}

size_t pack_writer_row_size(const struct pack_writer *w, enum pack_table table)
{
    size_t size = h5_kind_size(pack_table_kind(table));
    switch (table) {
    case TABLE_FRAMES:
        return w->slot;
    case TABLE_PATH:
        return w->places.path_size;
    case TABLE_GROUP:
        return w->places.group_size;
    case TABLE_MESSAGE:
        return PACK_MESSAGE_SIZE;
    case TABLE_FRAME_INDEX:
    case TABLE_TIMESTAMP:
        return size * (size_t)w->shape.frames;
    default:
        return size;
    }
}

// ---- filling ----

static int write_rows(struct pack_writer *w, uint64_t table, size_t clip, const void *rows,
                      size_t row_size, struct error *err)
{
    w->content = crc32c(w->content, rows, w->samples * row_size);
    uint64_t first = (uint64_t)clip * w->samples;
    return io_write_at(w->places.fd, rows, w->samples * row_size, table + first * row_size,
                       w->places.name, err);
}

// One value into all rows of a clip.
static int write_value(struct pack_writer *w, enum pack_table table, size_t clip,
                       const void *value, size_t size, struct error *err)
{
    for (size_t k = 0; k < w->samples; k++) {
        memcpy(w->scratch + k * size, value, size);
    }
    return write_rows(w, w->places.table[table], clip, w->scratch, size, err);
}

// There are many bit patterns for "not a number"; a reproducible file has one.
static double one_nan(double value)
{
    return isnan(value) ? (double)NAN : value;
}

static int write_indices(struct pack_writer *w, size_t clip, const uint32_t *index,
                         const double *timestamp, struct error *err)
{
    size_t frames = (size_t)w->shape.frames;
    size_t count = w->samples * frames;
    memset(w->scratch, 0, count * sizeof *index);
    int code = write_rows(w, w->places.table[TABLE_FRAME_INDEX], clip,
                          index ? (const void *)index : w->scratch, frames * sizeof *index, err);
    for (size_t i = 0; i < count; i++) {
        double seconds = timestamp ? one_nan(timestamp[i]) : 0;
        memcpy(w->scratch + i * sizeof seconds, &seconds, sizeof seconds);
    }
    return code < 0 ? code : write_rows(w, w->places.table[TABLE_TIMESTAMP], clip, w->scratch,
                                        frames * sizeof *timestamp, err);
}

// NULL pixels are zeros.
static int write_pixels(struct pack_writer *w, size_t clip, const uint8_t *pixels,
                        struct error *err)
{
    static const uint8_t zeros[65536];
    uint64_t at = w->places.table[TABLE_FRAMES] + (uint64_t)clip * w->samples * w->slot;
    int code = 0;
    for (size_t k = 0; code == 0 && k < w->samples; k++) {
        uint32_t crc = 0;
        for (size_t done = 0, piece; code == 0 && done < w->slot; done += piece) {
            piece = w->slot - done < sizeof zeros || pixels ? w->slot - done : sizeof zeros;
            const uint8_t *from = pixels ? pixels + k * w->slot : zeros;
            crc = crc32c(crc, from, piece);
            w->content = crc32c(w->content, from, piece);
            code = io_write_at(w->places.fd, from, piece, at + k * w->slot + done,
                               w->places.name, err);
        }
        memcpy(w->scratch + k * sizeof crc, &crc, sizeof crc);
    }
    return code < 0 ? code : write_rows(w, w->places.table[TABLE_CRC32C], clip, w->scratch,
                                        sizeof(uint32_t), err);
}

static int write_found(struct pack_writer *w, size_t clip, const struct pack_result *r,
                       struct error *err)
{
    const struct {
        enum pack_table table;
        uint32_t value;
    } numbers[] = {
        {TABLE_WIDTH, r->width},
        {TABLE_HEIGHT, r->height},
        {TABLE_FRAME_COUNT, r->frame_count},
        {TABLE_DECODE_ERRORS, r->decode_errors},
    };
    int code = 0;
    for (size_t i = 0; code == 0 && i < sizeof numbers / sizeof numbers[0]; i++) {
        code = write_value(w, numbers[i].table, clip, &numbers[i].value, sizeof numbers[i].value,
                           err);
    }
    double rate = one_nan(r->frame_rate);
    code = code < 0 ? code : write_value(w, TABLE_FRAME_RATE, clip, &rate, sizeof rate, err);
    code = code < 0 ? code : write_value(w, TABLE_BYTES, clip, &r->bytes, sizeof r->bytes, err);
    char message[PACK_MESSAGE_SIZE] = {0};
    text_clean(message, sizeof message, r->message ? r->message : "");
    return code < 0 ? code : write_value(w, TABLE_MESSAGE, clip, message, sizeof message, err);
}

static int leave_splits(struct pack_writer *w, size_t clip, struct error *err)
{
    int code = 0;
    memset(w->scratch, PART_NONE, w->samples);
    for (int i = 0; code == 0 && i < w->split_count; i++) {
        code = write_rows(w, w->splits[i], clip, w->scratch, 1, err);
    }
    return code;
}

int pack_writer_settle(struct pack_writer *w, size_t clip, enum pack_status status,
                       struct error *err)
{
    bool failed = status == CLIP_FAILED;
    uint8_t stored = (uint8_t)status;
    int code = failed ? leave_splits(w, clip, err) : 0;
    // Last: a row that is no longer pending is all there.
    code = code < 0 ? code : write_value(w, TABLE_STATUS, clip, &stored, sizeof stored, err);
    if (code == 0) {
        w->done[clip / 8] |= (unsigned char)(1u << clip % 8);
        w->done_count++;
        w->failed += failed;
    }
    return code;
}

static int record(struct pack_writer *w, size_t clip, uint32_t content,
                  const struct pack_result *r, struct error *err)
{
    if (!w->journal || (r->status == CLIP_FAILED && r->transient)) {
        return 0;
    }
    int code = pack_journal_add(w->journal, &(struct pack_record){
        .kind = RECORD_CLIP,
        .clip = clip,
        .stamp = r->stamp,
        .content = content,
        .status = r->status,
    }, err);
    w->recorded += code == 0;
    return code;
}

int pack_put(struct pack_writer *w, size_t clip, const struct pack_result *r, struct error *err)
{
    if (clip >= w->clips || r->status < CLIP_OK || r->status > CLIP_FAILED) {
        return error_set(err, ERR_VALUE, "%s: clip %zu of %zu with status %d", w->places.name,
                         clip, w->clips, (int)r->status);
    }
    if (pack_has(w, clip)) {
        return error_set(err, ERR_VALUE, "%s: clip %zu is there already", w->places.name, clip);
    }
    bool failed = r->status == CLIP_FAILED;
    w->content = 0;
    int code = write_pixels(w, clip, failed ? NULL : r->pixels, err);
    crash_point("clip-pixels");
    code = code < 0 ? code : write_indices(w, clip, failed ? NULL : r->frame_index,
                                           failed ? NULL : r->timestamp, err);
    code = code < 0 ? code : write_found(w, clip, r, err);
    uint32_t content = w->content;
    code = code < 0 ? code : pack_writer_settle(w, clip, r->status, err);
    crash_point("clip-written");
    code = code < 0 ? code : record(w, clip, content, r, err);
    crash_point("clip-recorded");
    return code;
}
