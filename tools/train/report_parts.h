#ifndef TOOLS_TRAIN_REPORT_PARTS_H
#define TOOLS_TRAIN_REPORT_PARTS_H

#include "tools/train/run_report.h"

#include <stdio.h>

/* The parts of a run's report that look at pictures and classes; for
 * run_report.c. */

/* The validation part as the trained net sees it. */
struct report_answers {
    size_t count;   /* samples */
    int *said;      /* [count] class with the largest mean softmax */
    double *sure;   /* [count] that mean */
    size_t *table;  /* [classes][classes]: label, said */
};

int report_answers_make(struct report_answers *ret, const struct run_report *report,
                        struct error *err) MUST_CHECK;
void report_answers_clear(struct report_answers *answers);

void report_confusion_write(FILE *out, const struct run_report *report,
                            const struct report_answers *answers);
void report_classes_write(FILE *out, const struct run_report *report,
                          const struct report_answers *answers);
int report_wrong_write(FILE *out, const struct run_report *report,
                       const struct report_answers *answers, struct error *err) MUST_CHECK;
int report_filters_write(FILE *out, const struct run_report *report,
                         struct error *err) MUST_CHECK;

#endif
