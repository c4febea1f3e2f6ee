#include "tools/pack/diff_rows.h"

#include <stdlib.h>
#include <string.h>

static int compare(const struct pack *a, uint32_t row_a, const struct pack *b, uint32_t row_b)
{
    int order = strcmp(pack_path(a, row_a), pack_path(b, row_b));
    if (order) {
        return order;
    }
    uint32_t sample_a = a->sample[row_a], sample_b = b->sample[row_b];
    return sample_a < sample_b ? -1 : sample_a > sample_b;
}

static int compare_in_pack(const void *left, const void *right, void *context)
{
    const struct pack *pack = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = compare(pack, a, pack, b);
    return order ? order : a < b ? -1 : 1;
}

// Row numbers in order of path and sample; NULL when out of memory.
static uint32_t *sorted_rows(const struct pack *pack)
{
    size_t count = pack->data.samples;
    uint32_t *rows = malloc((count + 1) * sizeof *rows);
    for (size_t i = 0; rows && i < count; i++) {
        rows[i] = (uint32_t)i;
    }
    if (rows) {
        qsort_r(rows, count, sizeof *rows, compare_in_pack, (void *)pack);
    }
    return rows;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct row_pair *a = left, *b = right;
    return a->a < b->a ? -1 : a->a > b->a;
}

// Do the partners stand in the same order? Sorts the pairs by `a`.
static bool have_same_order(struct row_pair *pairs, size_t count)
{
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 1; i < count; i++) {
        if (pairs[i].b < pairs[i - 1].b) {
            return false;
        }
    }
    return true;
}

static void merge(struct row_match *match, const struct pack *a, const uint32_t *rows_a,
                  const struct pack *b, const uint32_t *rows_b)
{
    size_t i = 0, j = 0;
    while (i < a->data.samples || j < b->data.samples) {
        int order = i == a->data.samples ? 1
                  : j == b->data.samples ? -1 : compare(a, rows_a[i], b, rows_b[j]);
        if (order < 0) {
            match->only_a[match->only_a_count++] = rows_a[i++];
        } else if (order > 0) {
            match->only_b[match->only_b_count++] = rows_b[j++];
        } else {
            match->pairs[match->pair_count++] = (struct row_pair){rows_a[i++], rows_b[j++]};
        }
    }
}

int diff_rows(struct row_match *ret, const struct pack *a, const struct pack *b,
              struct error *err)
{
    struct row_match match = {0};
    size_t most = a->data.samples > b->data.samples ? a->data.samples : b->data.samples;
    uint32_t *rows_a = sorted_rows(a), *rows_b = sorted_rows(b);
    struct row_pair *scratch = malloc((most + 1) * sizeof *scratch);
    match.pairs = malloc((most + 1) * sizeof *match.pairs);
    match.only_a = malloc((a->data.samples + 1) * sizeof *match.only_a);
    match.only_b = malloc((b->data.samples + 1) * sizeof *match.only_b);
    int code = rows_a && rows_b && scratch && match.pairs && match.only_a && match.only_b
        ? 0 : error_nomem(err, "matching rows");
    if (code == 0) {
        merge(&match, a, rows_a, b, rows_b);
        memcpy(scratch, match.pairs, match.pair_count * sizeof *scratch);
        match.same_order = have_same_order(scratch, match.pair_count);
    }
    free(rows_a);
    free(rows_b);
    free(scratch);
    if (code < 0) {
        diff_rows_free(&match);
        return code;
    }
    *ret = match;
    return 0;
}

void diff_rows_free(struct row_match *match)
{
    free(match->pairs);
    free(match->only_a);
    free(match->only_b);
    *match = (struct row_match){0};
}
