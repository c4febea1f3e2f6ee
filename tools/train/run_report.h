#ifndef TOOLS_TRAIN_RUN_REPORT_H
#define TOOLS_TRAIN_RUN_REPORT_H

#include "core/base/threads.h"
#include "core/nn/graph/net.h"
#include "formats/history.h"
#include "formats/pack.h"
#include "tools/common/parts.h"
#include "tools/train/record.h"

/* RUN/report.html: a page about a finished run that stands alone. Curves, what
 * was taken for what, the samples that were wrong most confidently, filters,
 * layers and settings. There are no times in it: the same run, the same page. */

struct run_report {
    const struct history *history;
    const struct record *record;
    const struct pack *pack;
    struct net *net; /* trained */
    const struct part_rows *val;
    const float *probabilities; /* softmax of val [rows][T][classes]; NULL without val */
};

/* Write the page as PATH, replacing it when the new one is complete. */
int run_report_write(const struct run_report *report, const char *path,
                     struct error *err) MUST_CHECK;

/* Evaluate the validation part once more (as predict would), then write. The
 * report's probabilities are ignored. ERR_STOPPED where the user asked. */
int run_report_make(struct run_report report, const struct dataset *data,
                    struct threads *threads, const char *path, struct error *err) MUST_CHECK;

#endif
