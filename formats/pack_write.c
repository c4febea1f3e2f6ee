/* Filling and finishing a pack. */

#include "formats/pack_writer.h"

#include "core/base/crc32c.h"
#include "core/base/io.h"
#include "core/base/text.h"
#include "formats/h5_write.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void free_writer(struct pack_writer **writer)
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
        output_abandon(&(*writer)->output);
        free_writer(writer);
    }
}

// ---- filling ----

static int write_rows(const struct pack_writer *w, uint64_t table, size_t clip, const void *rows,
                      size_t row_size, struct error *err)
{
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
    text_escape(message, sizeof message, r->message ? r->message : "");
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

int pack_put(struct pack_writer *w, size_t clip, const struct pack_result *r, struct error *err)
{
    if (clip >= w->clips || r->status < CLIP_OK || r->status > CLIP_FAILED) {
        return error_set(err, ERR_VALUE, "%s: clip %zu of %zu with status %d", w->places.name,
                         clip, w->clips, (int)r->status);
    }
    if (w->done[clip / 8] >> clip % 8 & 1) {
        return error_set(err, ERR_VALUE, "%s: clip %zu is there already", w->places.name, clip);
    }
    bool failed = r->status == CLIP_FAILED;
    int code = write_pixels(w, clip, failed ? NULL : r->pixels, err);
    code = code < 0 ? code : write_indices(w, clip, failed ? NULL : r->frame_index,
                                           failed ? NULL : r->timestamp, err);
    code = code < 0 ? code : write_found(w, clip, r, err);
    if (code == 0 && failed) {
        code = leave_splits(w, clip, err);
    }
    // Last: a row that is no longer pending is all there.
    uint8_t status = (uint8_t)r->status;
    code = code < 0 ? code : write_value(w, TABLE_STATUS, clip, &status, sizeof status, err);
    if (code == 0) {
        w->done[clip / 8] |= (unsigned char)(1u << clip % 8);
        w->done_count++;
        w->failed += failed;
    }
    return code;
}

// ---- finishing ----

// libhdf5 sets attributes in the file that it made itself, in place.
static int set_counts(const struct pack_writer *w, struct error *err)
{
    struct h5_writer *h5;
    int code = h5_write_reopen(&h5, w->places.name, err);
    if (code < 0) {
        return code;
    }
    code = h5_write_u64(h5, "/", "clips_packed", w->clips - w->failed, err);
    code = code < 0 ? code : h5_write_u64(h5, "/", "clips_failed", w->failed, err);
    if (code < 0) {
        h5_write_abandon(&h5);
        return code;
    }
    return h5_write_close(&h5, err);
}

static int set_digest(const struct pack_writer *w, const char *digest, struct error *err)
{
    struct h5_writer *h5;
    int code = h5_write_reopen(&h5, w->places.name, err);
    if (code < 0) {
        return code;
    }
    code = h5_write_text(h5, "/", "digest", digest, err);
    if (code < 0) {
        h5_write_abandon(&h5);
        return code;
    }
    code = h5_write_close(&h5, err);
    // On disk before `complete` is: a pack that says so is complete.
    if (code == 0 && fdatasync(w->places.fd) < 0) {
        code = error_errno(err, errno, "%s: cannot sync", w->places.name);
    }
    return code;
}

static int set_complete(const struct pack_writer *w, struct error *err)
{
    struct h5_writer *h5;
    int code = h5_write_reopen(&h5, w->places.name, err);
    if (code < 0) {
        return code;
    }
    code = h5_write_u64(h5, "/", "complete", 1, err);
    if (code < 0) {
        h5_write_abandon(&h5);
        return code;
    }
    return h5_write_close(&h5, err);
}

// As a reader of the pack will see it, through the same code.
static int compute_digest(const struct pack_writer *w, char digest[65],
                          const struct sandbox *sandbox, struct error *err)
{
    struct pack *pack;
    int code = pack_open_any(&pack, w->places.name, sandbox, false, err);
    if (code < 0) {
        return code;
    }
    code = pack_digest(pack, digest, err);
    pack_close(&pack);
    return code;
}

int pack_finish(struct pack_writer **writer, const struct sandbox *sandbox, struct error *err)
{
    struct pack_writer *w = *writer;
    char digest[65];
    int code = 0;
    if (w->done_count != w->clips) {
        code = error_set(err, ERR_VALUE, "%s: %zu of %zu clips were never written",
                         w->places.name, w->clips - w->done_count, w->clips);
    }
    code = code < 0 ? code : set_counts(w, err);
    code = code < 0 ? code : compute_digest(w, digest, sandbox, err);
    code = code < 0 ? code : set_digest(w, digest, err);
    code = code < 0 ? code : set_complete(w, err);
    if (code < 0) {
        pack_abandon(writer);
        return code;
    }
    code = output_commit(&w->output, err);
    free_writer(writer);
    return code;
}
