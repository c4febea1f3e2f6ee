#include "core/nn/kernels/conv_pool.h"

#include "core/nn/kernels/cache_line.h"

#include <limits.h>

enum {
    BLOCK = CONV_POOL_BLOCK,
    SIZE_MAX_HIGH = 16,  // kernel rows
    SIZE_MAX_WIDE = 7,
    GROUP_MAX = 32,      // tiles that any instruction set multiplies at a time
    SLACK = 64,          // floats that vector code may read or write behind an array
    PLANAR_GROUP = 24,   // tiles multiplied at a time, in most cases
    BLOCKED_GROUP = 12,
    PLANAR_BYTES = 64 * 1024,  // products of a chunk of rows: a share of a second-level cache
    BLOCKED_BYTES = 96 * 1024,
    BAND_BYTES = 28 * 1024, // input under a band of windows: most of a first-level cache
};

static int divide_up(int a, int b)
{
    return (a + b - 1) / b;
}

static int round_up(int a, int b)
{
    return divide_up(a, b) * b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

bool conv_pool_can(const struct conv_pool_shape *s)
{
    if (s->size[0] < 1 || s->size[0] > SIZE_MAX_HIGH || s->size[1] < 2
        || s->size[1] > SIZE_MAX_WIDE || s->pooled[0] < 1 || s->pooled[1] < 1
        || s->padding[0] > s->size[0] || s->padding[1] > s->size[1]
        || (s->planar && s->channels > CONV_POOL_PLANES_MAX)) {
        return false;
    }
    // The largest arrays: transformed input (ten points for four pixels), and
    // weights (ten points for seven taps). Far below what an int holds.
    double height = 2.0 * s->pooled[0] + s->size[0];
    double width = 2.0 * s->pooled[1] + SIZE_MAX_WIDE + 8;
    double channels = s->channels + BLOCK;
    double outputs = s->outputs + BLOCK;
    return height * width * channels * 4 < INT_MAX / 4.0
        && height * width * outputs < INT_MAX / 4.0
        && channels * outputs * (s->size[0] + 2) * 10 < INT_MAX / 4.0;
}

// Rows multiplied at a time: the even number with the fewest started groups of
// `group` tiles, within so many bytes.
static int choose_chunk(const struct conv_pool_plan *p, int group, int bytes)
{
    double row = (double)p->tiles * p->points * p->out_blocks * BLOCK * (double)sizeof(float);
    int best = 2;
    int best_groups = INT_MAX;
    for (int rows = 2; rows <= p->rows && (rows == 2 || rows * row <= bytes); rows += 2) {
        int groups = p->rows / rows * divide_up(rows * p->tiles, group)
                   + divide_up(p->rows % rows * p->tiles, group);
        if (groups < best_groups) {
            best = rows;
            best_groups = groups;
        }
    }
    return best;
}

static int choose_band(const struct conv_pool_plan *p)
{
    double row = (double)p->stage_columns * (p->shape.planar ? 1 : BLOCK) * sizeof(float);
    int windows = p->shape.pooled[0];
    int most = ((int)(BAND_BYTES / row) - p->shape.size[0] + 1) / 2;
    most = most < 1 ? 1 : smaller(most, windows);
    return divide_up(windows, divide_up(windows, most)); // bands of about one size
}

static void place_scratch(struct conv_pool_plan *p)
{
    const struct conv_pool_shape *s = &p->shape;
    size_t outputs = (size_t)p->out_blocks * BLOCK;
    size_t stage = (size_t)p->stage_rows * (size_t)p->stage_columns;
    size_t end = 0;
    cache_line_take(&end, outputs * p->group_size);
    p->bias_sums_at = cache_line_take(&end, outputs);
    if (s->planar) {
        // Forward: one row with its padding. Backward: pixels, channel by channel.
        size_t line = (size_t)(p->tiles + 24) * 4 + SLACK;
        p->stage_at = cache_line_take(&end, (stage > line ? stage : line) + SLACK);
        p->gradient_at = end;
    } else {
        stage *= (size_t)p->in_blocks * BLOCK;
        p->stage_at = cache_line_take(&end, stage + SLACK);
        p->gradient_at = cache_line_take(&end, stage + SLACK);
    }
    p->transformed_at = cache_line_take(&end, (size_t)p->points * p->point_size + 4 * SLACK);
    p->products_at = cache_line_take(&end, (p->chunk_tiles + GROUP_MAX) * (size_t)p->points
                                           * outputs);
    // One list per channel of a block, or two per window of a row.
    size_t lists = (size_t)BLOCK * (size_t)p->list_size;
    size_t window_lists = 2 * (size_t)s->pooled[1] * (outputs + BLOCK);
    lists = window_lists > lists ? window_lists : lists;
    p->lists_at = cache_line_take(&end, lists);
    p->offsets_at = cache_line_take(&end, lists);
    p->counts_at = cache_line_take(&end, 2 * (size_t)s->pooled[1]);
    p->scratch_bytes = end * sizeof(float);
}

void conv_pool_plan(struct conv_pool_plan *ret, const struct conv_pool_shape *shape)
{
    struct conv_pool_plan p = {.shape = *shape};
    const struct conv_pool_shape *s = &p.shape;
    p.taps = s->size[1] <= 3 ? 3 : s->size[1] <= 5 ? 5 : 7;
    p.points = p.taps + 3;
    p.in_blocks = divide_up(s->channels, BLOCK);
    p.out_blocks = divide_up(s->outputs, BLOCK);
    p.tiles = divide_up(s->pooled[1], 2);
    p.rows = 2 * s->pooled[0];
    p.stage_rows = p.rows + s->size[0] - 1;
    p.stage_columns = 4 * p.tiles + p.taps - 1;
    int channels = s->planar ? s->channels : p.in_blocks * BLOCK;
    p.depth = channels * s->size[0];
    p.channel_size = (size_t)p.stage_rows * (size_t)p.tiles;
    if (s->planar) {
        p.stage_columns = round_up(p.stage_columns * s->channels + BLOCK, BLOCK);
        p.segment = divide_up(s->size[1] * s->channels, BLOCK);
        p.group_size = (size_t)s->size[0] * (size_t)p.segment * BLOCK;
        p.channel_size += BLOCK; // vectors of tiles run over the last row
        p.point_size = (size_t)s->channels * p.channel_size;
        p.chunk_rows = choose_chunk(&p, PLANAR_GROUP, PLANAR_BYTES);
    } else {
        p.segment = p.taps;
        p.channel_size *= BLOCK;
        p.point_size = (size_t)p.in_blocks * p.channel_size;
        p.group_size = (size_t)p.in_blocks * (size_t)s->size[0] * (size_t)p.taps * BLOCK;
        p.chunk_rows = choose_chunk(&p, BLOCKED_GROUP, BLOCKED_BYTES);
    }
    p.chunk_tiles = (size_t)round_up(smaller(p.chunk_rows, p.rows) * p.tiles, BLOCK);
    if (p.chunk_tiles < PLANAR_GROUP) {
        p.chunk_tiles = PLANAR_GROUP;
    }
    p.band = choose_band(&p);
    p.list_size = round_up(p.band * s->pooled[1], BLOCK) + BLOCK;

    size_t end = 0;
    size_t outputs = (size_t)p.out_blocks * BLOCK;
    cache_line_take(&end, (size_t)p.points * (size_t)p.depth * outputs);
    p.spread_at = end;
    if (!s->planar) {
        cache_line_take(&end, (size_t)p.in_blocks * outputs
                              * (size_t)((s->size[0] + 2) * p.taps) * BLOCK);
    }
    p.bias_at = cache_line_take(&end, outputs);
    p.prepared_bytes = end * sizeof(float);

    // Three bits for a pooled number; planes: for eight windows, even and odd columns apart.
    p.saved_bytes = s->planar ? (size_t)s->pooled[0] * (size_t)divide_up(p.tiles, 8) * outputs * 6
                              : (size_t)s->pooled[0] * (size_t)s->pooled[1]
                                * (size_t)p.out_blocks * 3;
    place_scratch(&p);
    *ret = p;
}
