#ifndef FORMATS_SCORE_FILES_H
#define FORMATS_SCORE_FILES_H

#include "core/base/error.h"
#include "formats/history.h"

#include <stdint.h>

/* Tables of what was taken for what (docs/model-format.md, "Scores"). A
 * confusion is [classes][classes] counts, by true class and then answer. An
 * existing file is replaced when the new one is complete. */

/* "class,NAME,...": a line per true class, a column per answer. */
int score_write_confusion(const char *path, const char *const *names, int classes,
                          const uint64_t *confusion, struct error *err) MUST_CHECK;

/* A line per class: how many there were, how many were right, and what the
 * wrong samples were taken for most often (the first of several; empty where
 * all are right). Accuracies of a class without samples are empty. */
int score_write_per_class(const char *path, const char *const *names, int classes,
                          const uint64_t *confusion_frame, const uint64_t *confusion_sample,
                          struct error *err) MUST_CHECK;

/* Read a file that history_write_score() wrote. Columns are found by their
 * names; one that is missing, or an empty cell, is NAN. Split and part are not
 * read: NULL. */
int score_read(struct history_score *ret, const char *path, struct error *err) MUST_CHECK;

#endif
