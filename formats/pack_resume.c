/* Taking up a pack that an earlier run left unfinished.
 *
 * Of what is in PATH.partial only the decoded clips are believed, each as far
 * as its record in the journal vouches for its bytes. HDF5's own bytes come
 * out of the journal, the plan's tables out of the plan. */

#include "formats/pack_writer.h"

#include "core/base/crash_point.h"
#include "core/base/crc32c.h"
#include "core/base/io.h"
#include "core/base/text.h"
#include "formats/h5_file.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    METADATA_MAX = 1 << 25,
    COPY = 1 << 16,
    RUNS_MAX = 1000, // that leave a record of each clip: more, and somebody else wrote them
};

// ---- what is in no table ----

struct extent {
    uint64_t offset;
    uint64_t size;
};

static int compare_extents(const void *a, const void *b)
{
    const struct extent *left = a, *right = b;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

// The gaps between the tables, as a fresh list that the caller frees.
// ERR_FORMAT when tables overlap or lie outside the file.
static int list_gaps(struct extent **ret, size_t *ret_count, size_t *ret_bytes,
                     const struct pack_writer *w, uint64_t file_size, struct error *err)
{
    size_t count = (size_t)TABLE_COUNT + (size_t)w->split_count;
    struct extent *list = calloc(count + 1, sizeof *list);
    if (!list) {
        return error_nomem(err, w->places.name);
    }
    for (int t = 0; t < TABLE_COUNT; t++) {
        list[t] = (struct extent){
            w->places.table[t],
            w->shape.rows * pack_writer_row_size(w, (enum pack_table)t),
        };
    }
    for (int i = 0; i < w->split_count; i++) {
        list[TABLE_COUNT + i] = (struct extent){w->splits[i], w->shape.rows};
    }
    qsort(list, count, sizeof *list, compare_extents);
    uint64_t at = 0, bytes = 0;
    for (size_t i = 0; i <= count; i++) {
        // The last gap ends with the file.
        struct extent table = i < count ? list[i] : (struct extent){file_size, 0};
        if (table.offset < at || table.offset > file_size
            || table.size > file_size - table.offset) {
            free(list);
            return error_set(err, ERR_FORMAT, "%s: its tables are not where they should be",
                             w->places.name);
        }
        list[i] = (struct extent){at, table.offset - at};
        bytes += list[i].size;
        at = table.offset + table.size;
    }
    if (bytes > METADATA_MAX) {
        free(list);
        return error_set(err, ERR_FORMAT, "%s: %llu bytes of description", w->places.name,
                         (unsigned long long)bytes);
    }
    *ret = list;
    *ret_count = count + 1;
    *ret_bytes = (size_t)bytes;
    return 0;
}

// ---- beginning ----

static int start_journal(struct pack_writer *w, const char *identity, struct error *err)
{
    struct stat status;
    if (fstat(w->places.fd, &status) < 0) {
        return error_set(err, ERR_IO, "%s: cannot be looked at", w->places.name);
    }
    struct pack_journal_head head = {
        .identity = identity,
        .file_size = (uint64_t)status.st_size,
        .split = w->splits,
        .split_count = (uint32_t)w->split_count,
    };
    memcpy(head.table, w->places.table, sizeof head.table);
    struct extent *gaps;
    size_t count;
    int code = list_gaps(&gaps, &count, &head.metadata_size, w, head.file_size, err);
    if (code < 0) {
        return code;
    }
    unsigned char *metadata = malloc(head.metadata_size + 1);
    code = metadata ? 0 : error_nomem(err, w->places.name);
    size_t used = 0;
    for (size_t i = 0; code == 0 && i < count; i++) {
        code = io_read_at(w->places.fd, metadata + used, (size_t)gaps[i].size, gaps[i].offset,
                          w->places.name, err);
        used += (size_t)gaps[i].size;
    }
    head.metadata = metadata;
    code = code < 0 ? code : pack_journal_start(w->journal, &head, err);
    free(metadata);
    free(gaps);
    return code;
}

static int begin_anew(struct pack_writer *w, const struct pack_plan *plan, const char *identity,
                      struct error *err)
{
    // First of all nothing must speak for the bytes that go now.
    int code = pack_journal_clear(w->journal, err);
    crash_point("journal-cleared");
    code = code < 0 ? code : pack_writer_create_file(w, plan, err);
    crash_point("plan-written");
    code = code < 0 ? code : start_journal(w, identity, err);
    crash_point("journal-started");
    return code;
}

// ---- going on ----

static int restore_metadata(struct pack_writer *w, struct error *err)
{
    const struct pack_journal_head *head = pack_journal_head(w->journal);
    if (head->split_count != (uint32_t)w->split_count) {
        return error_set(err, ERR_FORMAT, "%s: %u splits in its journal, %d in the plan",
                         w->places.name, head->split_count, w->split_count);
    }
    memcpy(w->places.table, head->table, sizeof w->places.table);
    memcpy(w->splits, head->split, (size_t)w->split_count * sizeof *w->splits);
    struct extent *gaps;
    size_t count, bytes;
    int code = list_gaps(&gaps, &count, &bytes, w, head->file_size, err);
    if (code < 0) {
        return code;
    }
    code = bytes == head->metadata_size ? output_reserve(w->output, head->file_size, err)
         : error_set(err, ERR_FORMAT, "%s: its journal does not fit it", w->places.name);
    const unsigned char *at = head->metadata;
    for (size_t i = 0; code == 0 && i < count; i++) {
        code = io_write_at(w->places.fd, at, (size_t)gaps[i].size, gaps[i].offset,
                           w->places.name, err);
        at += gaps[i].size;
    }
    free(gaps);
    return code;
}

// CRC-32C over what the file holds of a clip, as pack_put() computes it.
static int content_of(const struct pack_writer *w, size_t clip, unsigned char *buffer,
                      uint32_t *ret, struct error *err)
{
    uint32_t crc = 0;
    for (int t = 0; t < PACK_CONTENT_TABLES; t++) {
        enum pack_table table = pack_content_tables[t];
        uint64_t size = (uint64_t)w->samples * pack_writer_row_size(w, table);
        uint64_t at = w->places.table[table] + clip * size;
        for (uint64_t done = 0, piece; done < size; done += piece) {
            piece = size - done < COPY ? size - done : COPY;
            int code = io_read_at(w->places.fd, buffer, (size_t)piece, at + done,
                                  w->places.name, err);
            if (code < 0) {
                return code;
            }
            crc = crc32c(crc, buffer, (size_t)piece);
        }
    }
    *ret = crc;
    return 0;
}

struct look {
    struct pack_writer *w;
    const struct pack_plan *plan;
    const struct pack_resume *resume;
    struct pack_kept kept;
    unsigned char *seen;   // a bit per clip: its newest record was looked at
    unsigned char *buffer; // COPY bytes
    size_t changed;        // packed clips whose source is another now
    size_t first_changed;
};

static int look_at(struct look *look, const struct pack_record *record, struct error *err)
{
    struct pack_writer *w = look->w;
    size_t clip = record->clip;
    bool failed = record->status == CLIP_FAILED;
    if (record->kind != RECORD_CLIP || clip >= w->clips || look->seen[clip / 8] >> clip % 8 & 1) {
        return 0;
    }
    look->seen[clip / 8] |= (unsigned char)(1u << clip % 8);
    if (failed && look->resume->retry_failed) {
        return 0;
    }
    if (look->resume->stamp
        && look->resume->stamp(look->plan->context, clip) != record->stamp) {
        if (!failed) {
            look->first_changed = look->changed == 0 || clip < look->first_changed
                                ? clip : look->first_changed;
            look->changed++;
        }
        return 0;
    }
    uint32_t content;
    int code = content_of(w, clip, look->buffer, &content, err);
    if (code < 0) {
        return code;
    }
    if (content != record->content) {
        look->kept.lost++;
        return 0;
    }
    look->kept.clips++;
    look->kept.failed += failed;
    return pack_writer_settle(w, clip, record->status, err);
}

static int say_changed(const struct look *look, const char *path, struct error *err)
{
    char shown[400];
    size_t others = look->changed - 1;
    char more[48] = "";
    if (others > 0) {
        snprintf(more, sizeof more, " and %zu other clip%s", others, others == 1 ? "" : "s");
    }
    struct pack_clip clip = look->plan->clip(look->plan->context, look->first_changed);
    return error_set(err, ERR_VALUE, "%s.partial: %s%s changed after the unfinished run packed "
                     "%s; --restart begins anew", path,
                     text_escape(shown, sizeof shown, clip.path), more,
                     others > 0 ? "them" : "it");
}

static int go_on(struct look *look, const char *path, struct error *err)
{
    struct pack_writer *w = look->w;
    look->seen = calloc(w->clips / 8 + 1, 1);
    look->buffer = malloc(COPY);
    io_drop_cached(w->places.fd); // the run may have ended because its bytes could not be synced
    int code = look->seen && look->buffer ? restore_metadata(w, err)
                                          : error_nomem(err, w->places.name);
    code = code < 0 ? code : pack_plan_write(look->plan, &w->places, err);
    // Of a clip that was put twice the newest record counts.
    for (size_t i = pack_journal_count(w->journal); code == 0 && i-- > 0;) {
        struct pack_record record;
        int got = pack_journal_read(&record, w->journal, i, err);
        code = got > 0 ? look_at(look, &record, err) : got;
    }
    free(look->seen);
    free(look->buffer);
    if (code == 0 && look->changed > 0) {
        code = say_changed(look, path, err);
    }
    w->recorded = look->kept.clips;
    return code;
}

// ---- killed after the last but one step ----

static bool was_renamed(const char *path)
{
    struct stat whole, partial;
    size_t size = strlen(path) + sizeof ".partial";
    char *name = malloc(size);
    if (!name || lstat(path, &whole) < 0) {
        free(name);
        return false;
    }
    snprintf(name, size, "%s.partial", path);
    // Where rename() cannot refuse an existing name, the file may have both.
    bool both = lstat(name, &partial) == 0;
    bool same = both && partial.st_dev == whole.st_dev && partial.st_ino == whole.st_ino;
    if (same) {
        unlink(name);
    }
    free(name);
    return !both || same;
}

static bool is_finished(struct pack_kept *ret, const struct pack_journal *journal,
                        const char *path, const struct pack_resume *resume)
{
    size_t count = pack_journal_count(journal);
    struct pack_record record;
    struct pack *pack;
    if (count == 0 || pack_journal_read(&record, journal, count - 1, NULL) <= 0
        || record.kind != RECORD_FINISHED || pack_open(&pack, path, resume->sandbox, NULL) < 0) {
        return false;
    }
    uint64_t failed = 0;
    bool same = memcmp(pack->digest, record.digest, sizeof record.digest) == 0
             && h5_file_u64(&failed, pack->file, "/", "clips_failed", NULL) == 0;
    *ret = (struct pack_kept){.finished = same, .clips = pack->clips, .failed = (size_t)failed};
    pack_close(&pack);
    return same;
}

// Is PATH what this very plan's run has renamed, and only the journal is left?
static bool take_finished(struct pack_kept *ret, const char *path,
                          const struct pack_resume *resume, const char *identity)
{
    struct pack_journal *journal;
    if (resume->restart || !was_renamed(path)
        || pack_journal_open(&journal, path, false, NULL) < 0) {
        return false;
    }
    const struct pack_journal_head *head = pack_journal_head(journal);
    if (!head || strcmp(head->identity, identity) != 0
        || !is_finished(ret, journal, path, resume)) {
        pack_journal_close(&journal);
        return false;
    }
    pack_journal_remove(&journal);
    return true;
}

// ---- all of it ----

static int refuse_other_plan(const char *path, const char *old, const char *now,
                             struct error *err)
{
    char what[600];
    return error_set(err, ERR_VALUE, "%s.partial: an unfinished run with other options or clips: "
                     "%s (the same again go on with it; --restart begins anew)", path,
                     pack_identity_difference(what, sizeof what, old, now));
}

static int refuse_too_many(const char *path, size_t records, size_t clips, struct error *err)
{
    return error_set(err, ERR_VALUE, "%s.journal: %zu records of %zu clips; --restart begins "
                     "anew", path, records, clips);
}

static int open_journalled(struct look *look, const char *path, const char *identity,
                           struct error *err)
{
    struct pack_writer *w = look->w;
    int code = pack_journal_open(&w->journal, path, true, err);
    if (code < 0) {
        return code;
    }
    const struct pack_journal_head *head = pack_journal_head(w->journal);
    look->kept.damaged = pack_journal_is_damaged(w->journal);
    size_t records = pack_journal_count(w->journal);
    if (look->resume->restart || !head || records == 0) {
        return begin_anew(w, look->plan, identity, err);
    }
    if (strcmp(head->identity, identity) != 0) {
        return refuse_other_plan(path, head->identity, identity, err);
    }
    return records / RUNS_MAX > w->clips ? refuse_too_many(path, records, w->clips, err)
                                         : go_on(look, path, err);
}

// It could not be begun: what an earlier run left stays as it is.
static void leave(struct pack_writer **writer)
{
    struct pack_writer *w = *writer;
    struct stat status;
    bool has_bytes = fstat(w->places.fd, &status) < 0 || status.st_size > 0;
    if (!w->journal && has_bytes) {
        output_keep(&w->output);
        pack_writer_free(writer);
        return;
    }
    w->recorded = w->journal ? pack_journal_count(w->journal) : 0;
    pack_suspend(writer);
}

int pack_begin(struct pack_writer **ret, struct pack_kept *ret_kept, const char *path,
               const struct pack_resume *resume, const struct pack_plan *plan,
               struct error *err)
{
    struct pack_writer *w;
    struct look look = {.plan = plan, .resume = resume};
    char *identity;
    int code = pack_identity(&identity, plan, err);
    if (code < 0) {
        return code;
    }
    if (take_finished(ret_kept, path, resume, identity)) {
        free(identity);
        return 0;
    }
    code = pack_writer_open(&w, path, resume->force, plan, err);
    if (code == 0) {
        look.w = w;
        code = open_journalled(&look, path, identity, err);
        if (code < 0) {
            leave(&w);
        }
    }
    free(identity);
    if (code < 0) {
        return code;
    }
    *ret = w;
    *ret_kept = look.kept;
    return 0;
}
