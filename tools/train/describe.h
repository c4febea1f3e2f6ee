#ifndef TRAIN_DESCRIBE_H
#define TRAIN_DESCRIBE_H

#include "core/base/error.h"

/* Print a net's layers to stdout: name, shape of the output, parameters and
 * multiply-adds of each, and their sums. No pack is needed: `input` is what an
 * example would be, as in "3x64x64" (channels x height x width), or with the
 * number of frames before it, as in "3x3x64x64" (1 unless given; for nets with
 * 'input stack' 3). `net` is a built-in net or a file. */
int describe_net(const char *net, const char *input, int classes, struct error *err) MUST_CHECK;

#endif
