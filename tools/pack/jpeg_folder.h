#ifndef TOOLS_PACK_JPEG_FOLDER_H
#define TOOLS_PACK_JPEG_FOLDER_H

#include "core/base/error.h"
#include "formats/pack.h"

/* A split of a pack as the exercise's folders, which `extract` and the exercise's own
 * programs read:
 *
 *   {train,val,test}Clips/NNNNN/{1,2,3}.jpg   a row each, from 00001 in the pack's order
 *   {train,val}_labels.csv                    clip,label,class,source; labels from 1
 *   test_labels.csv                           the same of the rows of test that have a
 *                                             class: answers, which extract does not read
 *   q3_2_data.mat                             the labels as trLb and valLb
 *
 * `source` is the path of the row's clip, in which the clip's group can be read; where
 * it cannot, but the group is known, a name made of class, group and path. */

enum { JPEG_FOLDER_FRAMES = 3 };

struct jpeg_folder_counts {
    size_t clips[PART_COUNT];
    size_t unlabelled; /* rows of train and val that were left out: they have no class */
};

/* Write it as a new folder, as npy_folder_write() does (tools/pack/npy_folder.h).
 * ERR_VALUE for packs whose samples have not JPEG_FOLDER_FRAMES frames, or with
 * nothing in train and val. */
int jpeg_folder_write(struct jpeg_folder_counts *ret, const char *name, const struct pack *pack,
                      const struct pack_column *split, int quality,
                      struct error *err) MUST_CHECK;

#endif
