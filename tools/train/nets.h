#ifndef TOOLS_TRAIN_NETS_H
#define TOOLS_TRAIN_NETS_H

#include "core/base/error.h"
#include "core/nn/spec.h"

/* Where nets come from: built into the program, or from files. */

/* The built-in net of this name, else the file of this path. *ret_name is the
 * net's name: of a file that of the file, without folders and ".net". The
 * caller frees both (net_spec_free(), free()). ERR_VALUE naming the built-in
 * nets where `net` is neither. */
int nets_find(struct net_spec **ret, char **ret_name, const char *net,
              struct error *err) MUST_CHECK;

#endif
