#ifndef TOOLS_TUTORIAL_H
#define TOOLS_TUTORIAL_H

#include "core/base/error.h"
#include "core/base/sandbox.h"
#include "formats/class_list.h"
#include "tools/extract/source.h"

/* The tutorial's own data set as a source of clips:
 * DIR/{train,val,test}Clips/NNNNN/{1,2,3}.jpg, labels in train_labels.csv and
 * val_labels.csv or in q3_2_data.mat (trLb, valLb: element i is clip i). */

enum { TUTORIAL_IMAGES = 3 };

/* Find its clips. The csv files are preferred, for they name classes and
 * source videos; where both are there, they must agree. Without them classes
 * are called "1", "2", ..., or as `names` says (NULL or as many names as there
 * are classes). A labelled clip without a folder is kept, to fail later; a
 * folder without a label is an error. On success the caller frees *ret with
 * source_free(). */
int tutorial_find(struct source *ret, const char *folder, const struct class_list *names,
                  const struct sandbox *sandbox, struct error *err) MUST_CHECK;

#endif
