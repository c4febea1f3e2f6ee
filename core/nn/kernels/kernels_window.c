#include "core/nn/kernels/kernels.h"

#include <math.h>
#include <string.h>

// The output places lo .. hi-1 along an axis whose input is inside the plane.
struct span {
    int lo;
    int hi;
};

static int clamp(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

// The least i from 0 with i * stride >= x. Called often, and dividing is slow.
static int divide_up(int x, int stride)
{
    return x <= 0 ? 0 : stride == 1 ? x : (x - 1) / stride + 1;
}

static struct span inside(const struct window *w, int axis, int at)
{
    int offset = window_place(w, axis, 0, at);
    int stride = w->stride[axis];
    int lo = clamp(divide_up(-offset, stride), 0, w->out[axis]);
    int hi = clamp(divide_up(w->in[axis] - offset, stride), lo, w->out[axis]);
    return (struct span){lo, hi};
}

// What one place of the window reads for a strip of output rows: the part of
// the strip whose input is inside the plane, and where that input begins.
struct reach {
    int first; // row of the strip
    int rows;
    struct span columns;
    size_t start;   // in the plane
    size_t advance; // in the plane, from row to row
};

static struct reach reach_of(const struct window *w, int ky, int kx, int first_row, int rows)
{
    struct reach r = {.columns = inside(w, 1, kx)};
    struct span all = inside(w, 0, ky);
    int lo = clamp(all.lo - first_row, 0, rows);
    int hi = clamp(all.hi - first_row, lo, rows);
    r.first = lo;
    r.rows = r.columns.lo < r.columns.hi ? hi - lo : 0;
    if (r.rows > 0) {
        r.start = (size_t)window_place(w, 0, first_row + lo, ky) * (size_t)w->in[1]
                + (size_t)window_place(w, 1, r.columns.lo, kx);
        r.advance = (size_t)w->stride[0] * (size_t)w->in[1];
    }
    return r;
}

static void copy_apart(real *restrict to, const real *restrict from, size_t count, size_t stride)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = from[i * stride];
    }
}

// One place of the window: col[rows][width].
static void gather_place(real *restrict col, const real *restrict plane, const struct reach *r,
                         int rows, int width, int stride)
{
    size_t count = (size_t)(r->columns.hi - r->columns.lo);
    if (r->rows < rows || count < (size_t)width) {
        memset(col, 0, (size_t)rows * (size_t)width * sizeof *col);
    }
    const real *from = plane + r->start;
    col += (size_t)r->first * (size_t)width + (size_t)r->columns.lo;
    for (int row = 0; row < r->rows; row++, from += r->advance, col += width) {
        if (stride == 1) {
            memcpy(col, from, count * sizeof *col);
        } else {
            copy_apart(col, from, count, (size_t)stride);
        }
    }
}

void kernel_gather(real *col, const real *x, const struct window *w, int channels,
                   int first_row, int rows)
{
    size_t plane = (size_t)w->in[0] * (size_t)w->in[1];
    size_t strip = (size_t)rows * (size_t)w->out[1];
    for (int c = 0; c < channels; c++, x += plane) {
        for (int ky = 0; ky < w->size[0]; ky++) {
            for (int kx = 0; kx < w->size[1]; kx++, col += strip) {
                struct reach r = reach_of(w, ky, kx, first_row, rows);
                gather_place(col, x, &r, rows, w->out[1], w->stride[1]);
            }
        }
    }
}

static void scatter_row(real *restrict to, const real *restrict from, size_t count,
                        size_t stride)
{
    if (stride == 1) {
        for (size_t i = 0; i < count; i++) {
            to[i] += from[i];
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            to[i * stride] += from[i];
        }
    }
}

void kernel_scatter(real *dx, const real *col, const struct window *w, int channels,
                    int first_row, int rows)
{
    size_t plane = (size_t)w->in[0] * (size_t)w->in[1];
    size_t width = (size_t)w->out[1];
    for (int c = 0; c < channels; c++, dx += plane) {
        for (int ky = 0; ky < w->size[0]; ky++) {
            for (int kx = 0; kx < w->size[1]; kx++, col += (size_t)rows * width) {
                struct reach r = reach_of(w, ky, kx, first_row, rows);
                const real *from = col + (size_t)r.first * width + (size_t)r.columns.lo;
                real *to = dx + r.start;
                for (int row = 0; row < r.rows; row++, to += r.advance, from += width) {
                    scatter_row(to, from, (size_t)(r.columns.hi - r.columns.lo),
                                (size_t)w->stride[1]);
                }
            }
        }
    }
}

// The commonest pooling, without the general bounds: 2x2, stride 2, no padding.
static void maxpool_2x2(real *restrict y, int32_t *restrict where, const real *restrict x,
                        const struct window *w)
{
    int width = w->in[1];
    for (int oy = 0; oy < w->out[0]; oy++) {
        int place = 2 * oy * width;
        const real *upper = x + place;
        const real *lower = upper + width;
        for (int ox = 0; ox < w->out[1]; ox++, place += 2) {
            real best = upper[2 * ox];
            int32_t at = place;
            real next = upper[2 * ox + 1];
            int take = next > best || isnan(next);
            best = take ? next : best;
            at = take ? place + 1 : at;
            next = lower[2 * ox];
            take = next > best || isnan(next);
            best = take ? next : best;
            at = take ? place + width : at;
            next = lower[2 * ox + 1];
            take = next > best || isnan(next);
            best = take ? next : best;
            at = take ? place + width + 1 : at;
            *y++ = best;
            *where++ = at;
        }
    }
}

static void maxpool_window(real *y, int32_t *where, const real *x, const struct window *w,
                           int oy, int ox)
{
    int top = clamp(window_place(w, 0, oy, 0), 0, w->in[0] - 1);
    int left = clamp(window_place(w, 1, ox, 0), 0, w->in[1] - 1);
    int bottom = clamp(window_place(w, 0, oy, w->size[0]), 0, w->in[0]);
    int right = clamp(window_place(w, 1, ox, w->size[1]), 0, w->in[1]);
    int32_t at = top * w->in[1] + left;
    real best = x[at];
    for (int iy = top; iy < bottom; iy++) {
        for (int ix = left; ix < right; ix++) {
            int32_t place = iy * w->in[1] + ix;
            if (x[place] > best || isnan(x[place])) {
                best = x[place];
                at = place;
            }
        }
    }
    *y = best;
    *where = at;
}

// The same for a dilated window: places one by one.
static void maxpool_dilated(real *y, int32_t *where, const real *x, const struct window *w,
                            int oy, int ox)
{
    real best = 0;
    int32_t at = -1;
    for (int ky = 0; ky < w->size[0]; ky++) {
        int iy = window_place(w, 0, oy, ky);
        for (int kx = 0; iy >= 0 && iy < w->in[0] && kx < w->size[1]; kx++) {
            int ix = window_place(w, 1, ox, kx);
            if (ix < 0 || ix >= w->in[1]) {
                continue;
            }
            int32_t place = iy * w->in[1] + ix;
            if (at < 0 || x[place] > best || isnan(x[place])) {
                best = x[place];
                at = place;
            }
        }
    }
    *y = best;
    *where = at;
}

void kernel_maxpool(real *y, int32_t *where, const real *x, const struct window *w, int planes)
{
    size_t in = (size_t)w->in[0] * (size_t)w->in[1];
    size_t out = (size_t)w->out[0] * (size_t)w->out[1];
    int simple = w->size[0] == 2 && w->size[1] == 2 && w->stride[0] == 2 && w->stride[1] == 2
              && w->padding[0] == 0 && w->padding[1] == 0 && w->dilation[0] == 1
              && w->dilation[1] == 1;
    int dilated = w->dilation[0] != 1 || w->dilation[1] != 1;
    for (int plane = 0; plane < planes; plane++, x += in, y += out, where += out) {
        if (simple) {
            maxpool_2x2(y, where, x, w);
            continue;
        }
        for (int oy = 0; oy < w->out[0]; oy++) {
            for (int ox = 0; ox < w->out[1]; ox++) {
                size_t i = (size_t)oy * (size_t)w->out[1] + (size_t)ox;
                if (dilated) {
                    maxpool_dilated(y + i, where + i, x, w, oy, ox);
                } else {
                    maxpool_window(y + i, where + i, x, w, oy, ox);
                }
            }
        }
    }
}

void kernel_maxpool_backward(real *dx, const int32_t *where, const real *dy,
                             const struct window *w, int planes)
{
    size_t in = (size_t)w->in[0] * (size_t)w->in[1];
    size_t out = (size_t)w->out[0] * (size_t)w->out[1];
    memset(dx, 0, (size_t)planes * in * sizeof *dx);
    for (int plane = 0; plane < planes; plane++, dx += in, where += out, dy += out) {
        for (size_t i = 0; i < out; i++) {
            dx[where[i]] += dy[i];
        }
    }
}
