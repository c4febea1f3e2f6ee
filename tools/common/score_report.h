#ifndef TOOLS_SCORE_REPORT_H
#define TOOLS_SCORE_REPORT_H

#include "core/base/error.h"
#include "formats/history.h"
#include "tools/common/scoring.h"

#include <stdint.h>

/* A score with all its tables: PREFIX.csv, PREFIX-per-class.csv,
 * PREFIX-confusion.csv (of samples) and PREFIX-confusion-frame.csv. With more
 * classes than anyone can look at only the first is written. */

enum { SCORE_REPORT_FILES = 4, SCORE_REPORT_CLASSES_MAX = 2048 };

/* What stands behind PREFIX in their names. */
extern const char *const score_report_endings[SCORE_REPORT_FILES];

struct score_report {
    struct score score;
    int classes;
    uint64_t *confusion_frame; /* [classes][classes], as evaluate.h has them, or NULL */
    uint64_t *confusion_sample;
};

/* Zeros. The caller clears it. */
int score_report_open(struct score_report *ret, int classes, struct error *err) MUST_CHECK;

/* Accepts a zeroed struct. */
void score_report_clear(struct score_report *report);

/* The line of PREFIX.csv; the texts stay the caller's. */
struct history_score score_report_line(const struct score_report *report, const char *split,
                                       const char *part);

/* ERR_EXISTS naming one of the files that is there. */
int score_report_check(const char *prefix, struct error *err) MUST_CHECK;

/* Write the files; existing ones are replaced. `split` and `part` are for the
 * line of PREFIX.csv, `names` [classes]. */
int score_report_write(const struct score_report *report, const char *prefix, const char *split,
                       const char *part, const char *const *names,
                       struct error *err) MUST_CHECK;

#endif
