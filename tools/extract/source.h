#ifndef TOOLS_SOURCE_H
#define TOOLS_SOURCE_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "tools/extract/name_table.h"
#include "tools/extract/text_arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first step of extract: which clips there are, and what their places and
 * names say of them. No clip is opened yet. */

#define SOURCE_UNLABELLED UINT32_MAX

struct source_clip {
    const char *path;  /* behind its root; bytes as the file system has them */
    const char *group; /* "gNN", "" when not known */
    uint32_t root;     /* number of the root */
    uint32_t class_id; /* number in `classes`, or SOURCE_UNLABELLED */
    uint16_t label;    /* the pack's class number: set by the plan */
    uint8_t part;      /* enum pack_part, where the layout says it */
};

/* How many there are of something, and the first. */
struct tally {
    size_t count;
    const char *first;
};

struct source {
    struct source_clip *clips;
    size_t count;
    size_t capacity;
    struct name_table classes; /* as spelled by folders and lists */
    bool classes_in_order;     /* their order is the data set's */
    const char **roots;        /* a clip's file is root + path; "" or "FOLDER/" */
    uint32_t root_count;
    int images;      /* files per clip: 0: the path is a video; else it is a
                      * folder of 1.jpg, 2.jpg ... */
    struct text_arena texts;
    /* What was passed by. */
    struct tally others;  /* files that are no clips */
    struct tally repeats; /* folders reached a second time */
    struct tally empty;   /* class folders without a clip */
    bool nested;          /* clips lie deeper than in class folders */
};

/* Find the clips of the SOURCE arguments: folders of class folders or of
 * videos, video files, @LIST. Whatever fails (a folder that cannot be read, a
 * bad line, a class name that cannot be stored) is an error; a listed file is
 * not looked at. On success the caller frees *ret with source_free(). */
int source_find(struct source *ret, const char *const *operands, int count,
                struct error *err) MUST_CHECK;

/* For those who fill a source. The texts are copied. */
int source_add_root(struct source *source, const char *root, uint32_t *ret,
                    struct error *err) MUST_CHECK;
int source_add_clip(struct source *source, const struct source_clip *clip,
                    struct error *err) MUST_CHECK;
int source_count_in(struct source *source, struct tally *tally, const char *folder,
                    const char *path, struct error *err) MUST_CHECK;

/* The file of a clip, or image number `image` (from 1) of it, into a buffer.
 * ERR_IO when the name is too long. */
int source_file_name(const struct source *source, const struct source_clip *clip, int image,
                     char *ret, size_t capacity, struct error *err) MUST_CHECK;

/* Accepts a zeroed struct. */
void source_free(struct source *source);

#endif
