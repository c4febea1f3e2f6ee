#ifndef FORMATS_KINETICS_LISTS_H
#define FORMATS_KINETICS_LISTS_H

#include "core/base/error.h"
#include "formats/split_lists.h"

/* The lists of Kinetics: all *.csv in a folder, whose first lines name the
 * columns youtube_id, time_start, time_end, split and perhaps label (others are
 * left alone). split is train, val (or validate, validation) or test; times are
 * whole seconds. A clip's file is called ID_START_END.EXTENSION, times with six
 * digits, in whatever folder. Classes are the labels, in bytewise order; a row
 * without one says the part alone. Makes one fold, "kinetics". Fills in *lists,
 * also on failure; otherwise as split_lists_read(). */
int kinetics_lists_read(struct split_lists *lists, const char *folder, bool check_groups,
                        struct error *err) MUST_CHECK;

#endif
