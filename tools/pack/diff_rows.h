#ifndef TOOLS_DIFF_ROWS_H
#define TOOLS_DIFF_ROWS_H

#include "core/base/error.h"
#include "formats/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which rows of two packs belong together: those of one path and one sample
 * number. In the order of paths (bytewise), then sample numbers. */

struct row_pair {
    uint32_t a, b;
};

struct row_match {
    struct row_pair *pairs;
    size_t pair_count;
    uint32_t *only_a; /* rows without a partner */
    size_t only_a_count;
    uint32_t *only_b;
    size_t only_b_count;
    bool same_order; /* the pairs stand in both packs in the same order */
};

/* On success the caller frees *ret with diff_rows_free(). */
int diff_rows(struct row_match *ret, const struct pack *a, const struct pack *b,
              struct error *err) MUST_CHECK;

/* Accepts a zeroed one. */
void diff_rows_free(struct row_match *match);

#endif
