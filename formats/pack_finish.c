/* Finishing a pack. */

#include "formats/pack_writer.h"

#include "core/base/crash_point.h"
#include "core/base/io.h"
#include "formats/h5_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 }; // rows looked at in one go

int pack_each_failed(const struct pack_writer *w,
                     int (*failed)(void *context, size_t clip, const char *message,
                                   struct error *err),
                     void *context, struct error *err)
{
    uint64_t rows = w->shape.rows;
    unsigned char *status = malloc(BLOCK);
    int code = status ? 0 : error_nomem(err, w->places.name);
    for (uint64_t first = 0; code == 0 && first < rows; first += BLOCK) {
        size_t count = rows - first < BLOCK ? (size_t)(rows - first) : BLOCK;
        code = io_read_at(w->places.fd, status, count, w->places.table[TABLE_STATUS] + first,
                          w->places.name, err);
        for (size_t i = 0; code == 0 && i < count; i++) {
            uint64_t row = first + i;
            if (status[i] != CLIP_FAILED || row % w->samples != 0) {
                continue;
            }
            char message[PACK_MESSAGE_SIZE + 1] = {0};
            code = io_read_at(w->places.fd, message, PACK_MESSAGE_SIZE,
                              w->places.table[TABLE_MESSAGE] + row * PACK_MESSAGE_SIZE,
                              w->places.name, err);
            code = code < 0 ? code : failed(context, (size_t)(row / w->samples), message, err);
        }
    }
    free(status);
    return code;
}

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

static int finish(struct pack_writer *w, const struct sandbox *sandbox, struct error *err)
{
    char digest[65];
    if (w->done_count != w->clips) {
        return error_set(err, ERR_VALUE, "%s: %zu of %zu clips were never written",
                         w->places.name, w->clips - w->done_count, w->clips);
    }
    int code = set_counts(w, err);
    crash_point("finish-counts");
    code = code < 0 ? code : compute_digest(w, digest, sandbox, err);
    code = code < 0 ? code : set_digest(w, digest, err);
    crash_point("finish-digest");
    code = code < 0 ? code : set_complete(w, err);
    crash_point("finish-complete");
    if (code == 0 && w->journal) {
        struct pack_record record = {.kind = RECORD_FINISHED, .status = CLIP_OK};
        memcpy(record.digest, digest, sizeof record.digest);
        code = pack_journal_add(w->journal, &record, err);
    }
    crash_point("finish-recorded");
    return code < 0 ? code : output_install(w->output, err);
}

int pack_finish(struct pack_writer **writer, const struct sandbox *sandbox, struct error *err)
{
    struct pack_writer *w = *writer;
    int code = finish(w, sandbox, err);
    if (code < 0 && w->journal) {
        pack_suspend(writer);
        return code;
    }
    if (code < 0) {
        pack_abandon(writer);
        return code;
    }
    pack_journal_remove(&w->journal);
    output_keep(&w->output);
    pack_writer_free(writer);
    return 0;
}
