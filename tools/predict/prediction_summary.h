#ifndef TOOLS_PREDICT_PREDICTION_SUMMARY_H
#define TOOLS_PREDICT_PREDICTION_SUMMARY_H

#include "core/base/error.h"
#include "formats/pack.h"
#include "formats/predictions.h"
#include "tools/common/parts.h"
#include "tools/common/score_report.h"

#include <stdio.h>

/* What a run of predict came to; all of it stays the caller's. */
struct prediction_summary {
    const char *model_path;
    const struct pack *pack;
    const char *split, *part; /* NULL: all of the pack */
    const struct part_rows *rows;
    size_t seen;              /* labelled ones that the model was trained on */
    const struct score_report *report;
    bool is_scored;           /* is there an accuracy to give? */
    const char *table;        /* the file of it, or NULL */
    const char *prefix;       /* of the report's files, or NULL */
    const struct predictions *answers; /* to be shown one by one, or NULL */
};

/* One JSON object for scripts on `out`. The accuracies have the names of PREFIX.csv;
 * what there is not is null. ERR_NOMEM; errors of `out` are left for ferror(). */
int prediction_summary_print(FILE *out, const struct prediction_summary *summary,
                             struct error *err) MUST_CHECK;

#endif
