#ifndef TOOLS_PACK_NPY_FOLDER_H
#define TOOLS_PACK_NPY_FOLDER_H

#include "core/base/error.h"
#include "formats/pack.h"

/* A pack as NumPy arrays:
 *
 *   frames.npy        uint8 [N][T][H][W][3], the bytes of /frames
 *   labels.npy        int64 [N], the number of the class, -1 where it has none
 *   splits/NAME.npy   uint8 [N], none 0, train 1, val 2, test 3
 *   classes.txt       a class a line, in the order of their numbers
 *   paths.txt         N lines: the path of the row's clip, as in /clips/path
 *
 * The folder must not exist; it appears only when all is in it, and grows as
 * NAME.partial. ERR_EXISTS when one of the two is there; ERR_VALUE for the name of
 * a split that can name no file. After a failure NAME.partial is gone. */
int npy_folder_write(const char *name, const struct pack *pack, struct error *err) MUST_CHECK;

#endif
