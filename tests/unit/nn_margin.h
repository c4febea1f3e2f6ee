#ifndef TESTS_NN_MARGIN_H
#define TESTS_NN_MARGIN_H

#include "core/nn/graph/graph.h"

/* How far a net is, for some input, from where its gradient jumps: the least
 * distance of a relu's input from zero, or of the two largest numbers of a
 * pooling window from each other, in parts of the root mean square of what the
 * layer reads. A zero is what a relu before has left, which stops the gradient
 * either way: it does not count, nor do windows whose largest number it is.
 *
 * Two ways to compute the net that differ by less than the margin choose the
 * same winners; those that differ by more may send a gradient another way, and
 * neither is wrong. Runs the nodes of a finished plain graph one by one, in
 * training, all images in one block. input[images][elements]. Out of memory
 * ends the test program. */
double nn_margin(const struct graph *graph, const float *input, int images);

#endif
