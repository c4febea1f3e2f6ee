#ifndef NN_PADDED_H
#define NN_PADDED_H

/* Planes with zeros around them: `planes` times [size[0]][size[1]][lanes] of `in` go into
 * [padded[0]][padded[1]][lanes] each, behind before[0] rows and before[1] places of
 * zeros. What is left over is zeros, too; what does not fit is left out. Sizes in places,
 * `lanes` floats each. Thread-safe. */
void padded_copy(float *to, const int padded[2], const float *in, const int size[2],
                 const int before[2], int planes, int lanes);

#endif
