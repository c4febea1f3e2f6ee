#ifndef TOOLS_PREDICT_RESULTS_H
#define TOOLS_PREDICT_RESULTS_H

#include "core/base/error.h"
#include "core/base/output.h"
#include "formats/pack.h"
#include "formats/predictions.h"
#include "tools/common/parts.h"
#include "tools/common/scoring.h"

#include <stdio.h>

/* What comes out of predict: the table, and what is printed. */

enum { RESULTS_PRINTED_MAX = 20 }; /* samples that are printed one by one */

/* Fill the output's empty file with the table. */
int results_write(struct output *output, const char *path, const struct predictions *predictions,
                  struct predictions_format format, struct error *err) MUST_CHECK;

/* A line per sample: path, number within its clip where there are several,
 * class and probability. */
int results_print_samples(FILE *out, const struct predictions *predictions,
                          const struct pack *pack, const struct part_rows *rows,
                          struct error *err) MUST_CHECK;

/* "accuracy per frame: 36.1 % (2297 of 6360 frames)", and per sample; with
 * more than five classes also how often the right one is among the five
 * likeliest; the mean losses. */
void results_print_accuracy(FILE *out, const struct score *score, int classes);

#endif
