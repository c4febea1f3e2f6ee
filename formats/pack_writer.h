#ifndef FORMATS_PACK_WRITER_H
#define FORMATS_PACK_WRITER_H

#include "core/base/output.h"
#include "formats/pack_journal.h"
#include "formats/pack_layout.h"

#include <stddef.h>
#include <stdint.h>

/* The state of a pack being written: pack_create.c makes it, pack_resume.c
 * takes it up again, pack_write.c fills it and pack_finish.c finishes it. */
struct pack_writer {
    struct output *output;
    struct pack_shape shape;
    size_t clips;
    size_t samples; /* K */
    size_t slot;    /* bytes of a row's pixels */
    struct pack_places places;
    uint64_t *splits; /* places.split, owned */
    int split_count;
    unsigned char *done; /* a bit per clip */
    size_t done_count;
    size_t failed;
    unsigned char *scratch; /* one clip's rows of any table but the frames */
    uint32_t content;       /* CRC-32C over what was written of this clip so far */
    struct pack_journal *journal; /* NULL: none is kept */
    size_t recorded; /* clips that a later run will find in it */
};

/* A writer for this plan with the lock on PATH.partial, whose bytes are left
 * alone. */
int pack_writer_open(struct pack_writer **ret, const char *path, bool force,
                     const struct pack_plan *plan, struct error *err) MUST_CHECK;

/* Make the file and all objects in it, and write what the plan knows. */
int pack_writer_create_file(struct pack_writer *writer, const struct pack_plan *plan,
                            struct error *err) MUST_CHECK;

/* Bytes that a row has in a table. */
size_t pack_writer_row_size(const struct pack_writer *writer, enum pack_table table);

/* The tables that hold what decoding gave, in the order in which pack_put()
 * writes them, and the content checksum covers them. */
enum { PACK_CONTENT_TABLES = 11 };
extern const enum pack_table pack_content_tables[PACK_CONTENT_TABLES];

/* The last step of a clip: its status, and a failed one leaves all splits. */
int pack_writer_settle(struct pack_writer *writer, size_t clip, enum pack_status status,
                       struct error *err) MUST_CHECK;

/* Frees all but the output and the journal. */
void pack_writer_free(struct pack_writer **writer);

#endif
