#ifndef NN_MACHINE_PEAK_H
#define NN_MACHINE_PEAK_H

#include "core/base/threads.h"

/* Floating point operations a second (2 for a multiply and add) that all
 * threads reach together where nothing but arithmetic is to do, with the
 * registers of the kernel set that is current now; the best of several tries,
 * some hundredths of a second in all. */
double machine_peak(struct threads *threads);

#endif
