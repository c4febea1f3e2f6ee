#ifndef FORMATS_PACK_JOURNAL_H
#define FORMATS_PACK_JOURNAL_H

#include "core/base/error.h"
#include "formats/pack_layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PATH.journal: how far the work on PATH.partial has come. A head that is
 * written once, then records of 64 bytes that are only ever appended. Head and
 * records carry their own CRC-32C, so that a torn write is seen; a record's
 * covers the head's, so that it counts for no other head. Nothing is synced:
 * what a record says of the pack is checked against the pack's bytes.
 *
 * Its bytes are for this machine and program only. Whoever uses it holds the
 * lock on PATH.partial. Not thread-safe. */
struct pack_journal;

struct pack_journal_head {
    const char *identity; /* the plan, as pack_identity() has it */
    uint64_t file_size;   /* of PATH.partial */
    uint64_t table[TABLE_COUNT]; /* where they begin in it */
    const uint64_t *split;       /* [split_count] */
    uint32_t split_count;
    const unsigned char *metadata; /* all bytes that are in no table */
    size_t metadata_size;
};

enum { JOURNAL_STAMP_SIZE = 32 };

struct pack_record {
    enum { RECORD_CLIP = 1, RECORD_FINISHED = 2 } kind;
    size_t clip;
    uint64_t stamp;
    uint32_t content; /* CRC-32C over what was written of the clip */
    enum pack_status status;
    char digest[JOURNAL_STAMP_SIZE]; /* RECORD_FINISHED: how the pack's digest begins */
};

/* Open PATH.journal; it is made if `create`, else its absence is ERR_IO. On
 * success the caller ends with pack_journal_close() or _remove(). */
int pack_journal_open(struct pack_journal **ret, const char *path, bool create,
                      struct error *err) MUST_CHECK;

/* NULL when it has none, or a damaged one. Lives as long as the journal. */
const struct pack_journal_head *pack_journal_head(const struct pack_journal *journal);

/* Is there something in it, but no head that could be used? */
bool pack_journal_is_damaged(const struct pack_journal *journal);

/* Empty it. */
int pack_journal_clear(struct pack_journal *journal, struct error *err) MUST_CHECK;

/* Write the head into an empty journal. */
int pack_journal_start(struct pack_journal *journal, const struct pack_journal_head *head,
                       struct error *err) MUST_CHECK;

int pack_journal_add(struct pack_journal *journal, const struct pack_record *record,
                     struct error *err) MUST_CHECK;

/* Records, good or bad, in the order in which they were added. */
size_t pack_journal_count(const struct pack_journal *journal);

/* 1 with *ret filled; 0 when its bytes are not what was written. */
int pack_journal_read(struct pack_record *ret, const struct pack_journal *journal, size_t index,
                      struct error *err) MUST_CHECK;

/* Both accept NULL and set *journal to NULL. The second deletes the file. */
void pack_journal_close(struct pack_journal **journal);
void pack_journal_remove(struct pack_journal **journal);

/* ---- what a plan is ---- */

/* Lines "NAME<TAB>VALUE" that say all that decides the bytes of the pack: every
 * parameter, and digests of the classes, the clips and each split. The caller
 * frees *ret. */
int pack_identity(char **ret, const struct pack_plan *plan, struct error *err) MUST_CHECK;

/* "frames 3, now 4; other clips": how two of them differ, at most as much as
 * fits. Returns out; empty when they are equal. */
char *pack_identity_difference(char *out, size_t capacity, const char *old, const char *now);

#endif
