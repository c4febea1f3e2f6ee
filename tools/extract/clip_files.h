#ifndef TOOLS_CLIP_FILES_H
#define TOOLS_CLIP_FILES_H

#include "core/base/error.h"
#include "tools/extract/source.h"
#include "tools/extract/tutorial.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLIP_FILES_MAX = TUTORIAL_IMAGES }; /* that make up a clip */

/* The open files of a clip, while a worker reads them. */
struct clip_files {
    int fds[CLIP_FILES_MAX];
    char names[CLIP_FILES_MAX][16]; /* for the worker: they say the format */
    int count;                      /* 0: closed */
    uint64_t bytes;                 /* of all of them */
    uint64_t stamp;                 /* as clip_files_stamp() has it */
};

/* Open them. On failure `why` is the reason, without the name of a video; ERR_NOMEM
 * is none that lies with the clip. */
int clip_files_open(struct clip_files *ret, const struct source *source,
                    const struct source_clip *clip, char *why, size_t capacity) MUST_CHECK;

/* Was a file written to since it was opened? */
bool clip_files_changed(const struct clip_files *files);

/* Accepts closed ones. */
void clip_files_close(struct clip_files *files);

/* A number that changes when the size or the time of change of a clip's files
 * does; that of an absent one is a number, too. */
uint64_t clip_files_stamp(const struct source *source, const struct source_clip *clip);

#endif
