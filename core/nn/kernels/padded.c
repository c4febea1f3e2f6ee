#include "core/nn/kernels/padded.h"

#include <stddef.h>
#include <string.h>

void padded_copy(float *to, const int padded[2], const float *in, const int size[2],
                 const int before[2], int planes, int lanes)
{
    size_t row = (size_t)padded[1] * (size_t)lanes;
    size_t in_row = (size_t)size[1] * (size_t)lanes;
    size_t margin = (size_t)before[1] * (size_t)lanes;
    margin = margin < row ? margin : row;
    size_t copy = in_row < row - margin ? in_row : row - margin;
    for (int p = 0; p < planes; p++, in += (size_t)size[0] * in_row) {
        for (int y = 0; y < padded[0]; y++, to += row) {
            int in_y = y - before[0];
            if (in_y < 0 || in_y >= size[0]) {
                memset(to, 0, row * sizeof *to);
                continue;
            }
            memset(to, 0, margin * sizeof *to);
            memcpy(to + margin, in + (size_t)in_y * in_row, copy * sizeof *to);
            memset(to + margin + copy, 0, (row - margin - copy) * sizeof *to);
        }
    }
}
